"""The figures as they were last written down."""

import json
from collections.abc import Sequence
from pathlib import Path

from measures.goals import Figure

PATH = Path(__file__).resolve().parents[2] / "contracts" / "gas.json"


def write(figures: Sequence[Figure]) -> None:
    """Keep the figures. Those that are not measured now stay as they were."""
    kept = read() | {figure.name: figure.value for figure in figures}
    PATH.write_text(json.dumps(dict(sorted(kept.items())), indent=2) + "\n")


def differences(figures: Sequence[Figure]) -> list[str]:
    """One line for each figure that is not exactly what was written down."""
    kept = read()
    return [
        f"{figure.name} is {figure.value}, contracts/gas.json has {kept.get(figure.name)}"
        for figure in figures
        if kept.get(figure.name) != figure.value
    ]


def read() -> dict[str, int]:
    """Values by name; empty when nothing was written down."""
    found: dict[str, int] = json.loads(PATH.read_text()) if PATH.exists() else {}
    return found

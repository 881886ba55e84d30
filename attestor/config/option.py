"""One option: how its text is read, what it means, its default and its bounds."""

from dataclasses import MISSING, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
"""Of the checkout, for its tests: the package looks for files in `attestor.resources` alone."""
MAX_NUMBER = (1 << 62) - 1
MAX_PORT = 65535
MAX_WAIT_SECONDS = 1_000_000
"""Of one wait: more than that overflows in some of the system's calls."""


def option(
    kind: str,
    about: str,
    default: Any = MISSING,
    choices: tuple[str, ...] = (),
    low: float = 0,
    high: float = MAX_NUMBER,
) -> Any:
    """A field of `Config`: how its text is read, what it means, its default and its bounds."""
    bounds = {"low": low, "high": high}
    return field(
        default=default, metadata={"kind": kind, "about": about, "choices": choices, **bounds}
    )

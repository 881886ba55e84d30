"""The AVS's operator in Go (tests/avs_operator)."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

PROGRAM = Path(__file__).parents[1] / "avs_operator"


def build(folder: Path) -> Path:
    """The program, built with the pinned modules."""
    built = folder / "operator"
    subprocess.run(
        ["go", "build", "-mod=readonly", "-o", str(built), "."],
        cwd=PROGRAM,
        env={**os.environ, "GOTOOLCHAIN": "local", "CGO_ENABLED": "0"},
        check=True,
        capture_output=True,
        text=True,
    )
    return built


def calls(
    operator: Path,
    url: str,
    context: Path,
    batch: Path,
    first: int,
    last: int,
    authority: Path | None = None,
) -> dict[str, dict[str, Any]]:
    """What each call got, by its name: a result or an error. `authority` is whose certificates are
    trusted."""
    trusted = {} if authority is None else {"SSL_CERT_FILE": str(authority)}
    ended = subprocess.run(
        [str(operator), url, str(context), str(batch), str(first), str(last)],
        env={**os.environ, **trusted},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    found: dict[str, dict[str, Any]] = json.loads(ended.stdout)
    return found

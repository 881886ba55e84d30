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

MAX_PERIOD_SECONDS = 30 * 86_400
MAX_GWEI = 1_000_000
"""Of a fee. More is a number of wei, by mistake."""


def option(
    kind: str,
    about: str,
    default: Any = MISSING,
    choices: tuple[str, ...] = (),
    low: float = 0,
    high: float = MAX_NUMBER,
    secret: bool = False,
    reloads: bool = False,
) -> Any:
    """A field of `Config`: how its text is read, what it means, its default and its bounds. A
    `secret` is never shown; one that `reloads` is taken while the daemon runs, at SIGHUP."""
    bounds = {"low": low, "high": high, "secret": secret, "reloads": reloads}
    return field(
        default=default, metadata={"kind": kind, "about": about, "choices": choices, **bounds}
    )

"""An exception's trace as text for the log: where it was raised, and no secrets."""

import traceback

from attestor.core.redaction import safe
from attestor.core.text import one_line

MAX_LINES = 200
MAX_LINE = 1000
PREFIX = "\n  | "
"""Sets a trace apart: no line of it can be taken for a line of the log."""


def told(raised: BaseException | None) -> str:
    """The trace, each line begun by `PREFIX`; nothing without an exception.

    Values of variables are never in it. Messages of libraries' exceptions are, so URLs are cut to
    their host, for they may hold an API key, and 32 bytes or more in hexadecimal left out.
    """
    if raised is None:
        return ""
    lines = safe("".join(traceback.format_exception(raised))).splitlines()
    if len(lines) > MAX_LINES:
        half = MAX_LINES // 2
        lines = [*lines[:half], f"… {len(lines) - MAX_LINES} lines …", *lines[-half:]]
    return "".join(PREFIX + _told(line) for line in lines)


def _told(line: str) -> str:
    indent = line[: len(line) - len(line.lstrip(" "))]
    return indent + one_line(line[:MAX_LINE])

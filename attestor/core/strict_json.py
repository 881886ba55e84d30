"""Untrusted JSON.

Python's decoder recurses; its guard is the interpreter's recursion limit, which libraries raise
beyond what the stack holds (py_ecc, imported by eth-account, sets 100,000), so that a body of
brackets ends the process. Here nesting is counted before the decoder sees the text.
"""

import json
import re
from typing import Any

MAX_DEPTH = 32
MAX_TOKENS = 1_000_000
"""Brackets and strings in one text: more than in any answer of attestor or of a node."""

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[\[{]|[\]}]', re.DOTALL)


def loads(text: bytes) -> Any:
    """The value of a JSON text. Raises `ValueError` for anything else, and for NaN."""
    depth = 0
    for count, token in enumerate(_TOKEN.finditer(text)):
        first = text[token.start()]
        if first in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError(f"nested deeper than {MAX_DEPTH}")
        elif first in b"]}":
            depth -= 1
        if count > MAX_TOKENS:
            raise ValueError(f"more than {MAX_TOKENS} brackets and strings")
    return json.loads(text, parse_constant=_refuse)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")

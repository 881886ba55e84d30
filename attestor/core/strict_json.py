"""Untrusted JSON, read by one rule for all: answers of nodes, collateral, frames, files.

RFC 8259 in UTF-8 without a byte order mark, and nothing that two readers could understand in two
ways: no key twice, no number that has no value of its own (NaN, infinity), no lone surrogate.

Python's decoder recurses; its guard is the interpreter's recursion limit, which libraries raise
beyond what the stack holds (py_ecc, imported by eth-account, sets 100,000), so that a body of
brackets ends the process. It also guesses UTF-16 and UTF-32. Here the bytes are looked over first,
in one pass and constant memory, and the decoder sees text alone.
"""

import codecs
import json
import re
from typing import Any

MAX_DEPTH = 32
MAX_TOKENS = 1_000_000
"""Brackets, strings, and runs of numbers in one text: more than in any answer of attestor or of a
node. They bound what the values take, some 100 bytes each."""
MAX_DIGITS = 100
"""In a row, in a number. A number of 256 bits has 78; reading one takes time that is quadratic in
its digits."""

# Possessive: nothing is tried twice, and nothing is kept for that. A string without its end is a
# token, too, or each quote in it would be tried as the beginning of another.
_TOKEN = re.compile(
    rb'"(?:[^"\\]++|\\.)*+"?+|[\[{]|[\]}]|[0-9][0-9.eE+\-,\s]*+',
    re.DOTALL,
)
_DIGITS_AS_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)
_TOO_LONG = b"0" * (MAX_DIGITS + 1)
_MARKS = (
    (codecs.BOM_UTF8, "UTF-8"),
    # The mark of UTF-16 begins as that of UTF-32 does.
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def loads(text: bytes, max_tokens: int | None = None) -> Any:
    """The value of a JSON text. Raises `ValueError` for anything else.

    Time is linear in the length of the text. Memory is a few times that, as the text may take four
    bytes per character, and that of the values.
    """
    _require_no_mark(text)
    _require_bounded(text, MAX_TOKENS if max_tokens is None else max_tokens)
    value = _DECODER.decode(str(text, "utf-8"))
    if _SURROGATE.search(text):
        # Which fails for what is no pair.
        json.dumps(value, ensure_ascii=False).encode()
    return value


def _require_no_mark(text: bytes) -> None:
    """Editors and shells of Windows write one, and nobody sees it in the text."""
    for mark, encoding in _MARKS:
        if text.startswith(mark):
            raise ValueError(
                f"it begins with the byte order mark of {encoding}: save it as UTF-8 without one"
            )


def _require_bounded(text: bytes, max_tokens: int) -> None:
    depth = 0
    for count, token in enumerate(_TOKEN.finditer(text), 1):
        start, end = token.span()
        first = text[start]
        if first in b"[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise ValueError(f"nested deeper than {MAX_DEPTH}")
        elif first in b"]}":
            depth -= 1
        elif first != ord('"') and _has_long_number(text, start, end):
            raise ValueError(f"a number of more than {MAX_DIGITS} digits")
        if count > max_tokens:
            raise ValueError(f"more than {max_tokens} brackets, strings and numbers")


def _has_long_number(text: bytes, start: int, end: int) -> bool:
    if end - start <= MAX_DIGITS:
        return False
    return _TOO_LONG in text[start:end].translate(_DIGITS_AS_ZEROS)


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen = set()
        for name, _ in pairs:
            if name in seen:
                raise ValueError(f"the key {name!r:.40} is there twice")
            seen.add(name)
    return members


def _finite(number: str) -> float:
    value = float(number)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"the number {number:.40} is too large")
    return value


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


_DECODER = json.JSONDecoder(object_pairs_hook=_members, parse_float=_finite, parse_constant=_refuse)

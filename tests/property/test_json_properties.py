"""The strict JSON loader accepts exactly what a reader of the RFC's grammar does, and gives the
same value; and that of Python's own decoder."""

import json
from typing import Any

import pytest
from cases import json_reader
from hypothesis import example, given
from hypothesis import strategies as st

from attestor.core import strict_json

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
PIECES = st.sampled_from(
    [
        *'[]{},:"\\ \n\t',
        *("1", "0", "-", ".", "e", "E", "+", "9" * 60, "00", "1e400", "1e-400"),
        *("true", "false", "null", "NaN", "Infinity"),
        *(
            '"a"',
            '"a":',
            '"b":1',
            "\\u",
            "\\ud83d",
            "\\ude00",
            "\\u0061",
            '\\"',
            "\\\\",
            "\x00",
            "\ufeff",
        ),
        *("\u00e9", "\u00a0", "\U0001f600", "\u0661", "[[", "]]"),
    ]
)


def judged(data: bytes) -> Any:
    """The value; `Refused` for what has to be refused."""
    return json_reader.read(data, strict_json.MAX_DEPTH, strict_json.MAX_DIGITS)


def agree(data: bytes) -> None:
    try:
        expected = judged(data)
    except json_reader.Refused:
        with pytest.raises(ValueError, match=r"."):
            strict_json.loads(data)
        return
    found = strict_json.loads(data)
    assert repr(found) == repr(expected)
    assert repr(found) == repr(json.loads(data))


@given(VALUES, st.booleans())
def test_loads__any_value__is_what_json_gives(value: object, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    agree(text)


@given(st.lists(PIECES, max_size=12).map("".join))
@example('"\\ud83d\\ude00"')
@example('{"a":1,"\\u0061":2}')
@example("[1.0,-0,0.0,1e5]")
@example("[" * 33 + "]" * 33)
def test_loads__pieces_of_json__are_judged_as_by_the_grammar(text: str) -> None:
    agree(text.encode())


@given(VALUES, st.integers(0, 200), st.integers(0, 255), st.booleans())
def test_loads__one_byte_changed__is_judged_as_by_the_grammar(
    value: object, place: int, byte: int, insert: bool
) -> None:
    text = bytearray(json.dumps(value).encode())
    place %= len(text)
    text[place : place + (not insert)] = bytes([byte])
    agree(bytes(text))


@given(st.binary(max_size=200))
@example(b'"\\')
@example(b'["\\"]')
@example(b"\xff\xfe[\x00")
def test_loads__any_bytes__are_judged_as_by_the_grammar(data: bytes) -> None:
    agree(data)

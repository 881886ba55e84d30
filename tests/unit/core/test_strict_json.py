"""JSON from hostile hands."""

import sys
from collections.abc import Iterator

import pytest

from attestor.core import strict_json


@pytest.fixture(autouse=True)
def raised_limit(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What py_ecc does at import: without a check of our own, the decoder overflows the stack."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"x":['])
def test_loads__brackets_without_end__is_a_value_error(opening: bytes) -> None:
    with pytest.raises(ValueError, match="nested deeper"):
        strict_json.loads(opening * 100_000)


def test_loads__deepest_allowed__passes() -> None:
    depth = strict_json.MAX_DEPTH
    assert strict_json.loads(b"[" * depth + b"]" * depth)
    with pytest.raises(ValueError, match="nested deeper"):
        strict_json.loads(b"[" * (depth + 1) + b"]" * (depth + 1))


def test_loads__brackets_in_strings__do_not_count() -> None:
    text = b'["' + b"[" * 1000 + b'","\\"' + b"{" * 1000 + b'"]'
    assert strict_json.loads(text) == ["[" * 1000, '"' + "{" * 1000]


def test_loads__escaped_quote_and_backslash__end_strings_rightly() -> None:
    assert strict_json.loads(b'["\\\\",["a\\"[["]]') == ["\\", ['a"[[']]


def test_loads__many_siblings__are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict_json, "MAX_TOKENS", 100)
    assert strict_json.loads(b"[" + b",".join([b"[]"] * 40) + b"]") == [[]] * 40
    with pytest.raises(ValueError, match="more than 100"):
        strict_json.loads(b"[" + b",".join([b"[]"] * 60) + b"]")


@pytest.mark.parametrize(
    "text", [b"", b"nope", b"{", b'{"a":NaN}', b"Infinity", b"[1,]", b"\xff", b'"', b"]" * 10]
)
def test_loads__not_json__is_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        strict_json.loads(text)

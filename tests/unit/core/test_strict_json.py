"""JSON from hostile hands."""

import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from attestor.core import strict_json

HIDDEN = '["\u0122",' + "[" * 100_000 + '"'
"""As UTF-16 its brackets are in a string for who looks at bytes: U+0122 has the byte of a quote."""


@pytest.fixture(autouse=True)
def raised_limit() -> Iterator[None]:
    """What py_ecc does at import: without a check of our own, the decoder overflows the stack."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)
    yield
    sys.setrecursionlimit(before)


def refused(text: bytes, why: str = r".") -> None:
    with pytest.raises(ValueError, match=why):
        strict_json.loads(text)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"x":[', b'["\\"",'])
def test_loads__brackets_without_end__is_a_value_error(opening: bytes) -> None:
    refused(opening * 100_000, "nested deeper")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
@pytest.mark.parametrize("text", [HIDDEN, "[" * 100_000, '{"a":1}', "[]", "1"])
def test_loads__other_encodings__are_refused(encoding: str, text: str) -> None:
    refused(text.encode(encoding))


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("utf-8-sig", "UTF-8"), ("utf-16", "UTF-16"), ("utf-32", "UTF-32")],
)
def test_loads__byte_order_mark__is_refused_by_name(encoding: str, name: str) -> None:
    refused("{}".encode(encoding), f"the byte order mark of {name}: save it as UTF-8 without one")


def test_loads__deepest_allowed__passes() -> None:
    depth = strict_json.MAX_DEPTH
    assert strict_json.loads(b"[" * depth + b"]" * depth)
    refused(b"[" * (depth + 1) + b"]" * (depth + 1), "nested deeper")


def test_loads__brackets_in_strings__do_not_count() -> None:
    text = b'["' + b"[" * 1000 + b'","\\"' + b"{" * 1000 + b'"]'
    assert strict_json.loads(text) == ["[" * 1000, '"' + "{" * 1000]


def test_loads__escaped_quote_and_backslash__end_strings_rightly() -> None:
    assert strict_json.loads(b'["\\\\",["a\\"[["]]') == ["\\", ['a"[[']]


@pytest.mark.parametrize("one", [b"[]", b'""', b'{"a":1}', b"1,[]"])
def test_loads__many_siblings__are_bounded(monkeypatch: pytest.MonkeyPatch, one: bytes) -> None:
    monkeypatch.setattr(strict_json, "MAX_TOKENS", 100)
    assert len(strict_json.loads(b"[" + b",".join([one] * 20) + b"]")) >= 20
    refused(b"[" + b",".join([one] * 120) + b"]", "more than 100")


@pytest.mark.parametrize(
    "text",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"b":2,"\\u0061":3}',
        b'[{"x":{"":1,"":1}}]',
        b'{"a":1,"a":{"a":2}}',
    ],
)
def test_loads__key_twice__is_refused(text: bytes) -> None:
    refused(text, "is there twice")


def test_loads__same_key_in_several_objects__passes() -> None:
    assert strict_json.loads(b'[{"a":{"a":1}},{"a":2}]') == [{"a": {"a": 1}}, {"a": 2}]


@pytest.mark.parametrize(
    "number", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1E+400", b"1.0e400"]
)
def test_loads__number_without_a_value__is_refused(number: bytes) -> None:
    refused(b'{"a":[0,' + number + b"]}")


@pytest.mark.parametrize("sign", [b"", b"-"])
@pytest.mark.parametrize("form", [b"%b", b"0.%b", b"%b.5", b"1e%b", b"[1,%b]", b"[1, 2,\n%b ,1]"])
def test_loads__digits__are_bounded(sign: bytes, form: bytes) -> None:
    most = strict_json.MAX_DIGITS
    refused(form % (sign * (form == b"%b") + b"9" * (most + 1)), f"more than {most} digits")
    if b"e" not in form:
        strict_json.loads(form % (sign * (form == b"%b") + b"9" * most))


def test_loads__digits_in_strings_and_many_numbers__are_not_bounded() -> None:
    digits = "1" * 5000
    assert strict_json.loads(f'["{digits}"]'.encode()) == [digits]
    assert strict_json.loads(b"[" + b"1," * 5000 + b"1]") == [1] * 5001


@pytest.mark.parametrize(
    "escapes", [b"\\ud800", b"\\uDFFF", b"\\udc00\\ud800", b"\\ud83d x\\ude00", b"\\uD83D\\\\ude00"]
)
def test_loads__lone_surrogate__is_refused(escapes: bytes) -> None:
    refused(b'{"a":["' + escapes + b'"]}', "surrogate")
    refused(b'{"' + escapes + b'":1}', "surrogate")


def test_loads__surrogate_pair_and_its_look__pass() -> None:
    assert strict_json.loads(b'"\\ud83d\\ude00"') == "\U0001f600"
    assert strict_json.loads(b'"\\\\ud800"') == "\\ud800"


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" ",
        b"nope",
        b"{",
        b"[1,]",
        b"\xff",
        b'"',
        b'"\\',
        b"]" * 10,
        b"{}{}",
        b"[] x",
        b"01",
        b"+1",
        b".5",
        b"1.",
        b"0x1",
        b"'a'",
        b'"\x00"',
        b'"\n"',
        b'"\\x41"',
        b'"\\u+041"',
        b'"\\u00 1"',
        b'"\xed\xa0\x80"',
        b'"\xc0\x80"',
        b"\x0b1",
        "\u00a01".encode(),
        "\u0661".encode(),
        b"[1\x00]",
        b"// x\n1",
        b"{1:2}",
    ],
)
def test_loads__not_json__is_a_value_error(text: bytes) -> None:
    refused(text)


HOSTILE: dict[str, Callable[[int], bytes]] = {
    "escaped quotes without end": lambda n: b'"' + b'\\"' * (n // 2),
    "escaped quotes": lambda n: b'"' + b'\\"' * (n // 2) + b'"',
    "quotes": lambda n: b'"' * n,
    "backslashes": lambda n: b"\\" * n,
    "backslashes in a string": lambda n: b'"' + b"\\" * n,
    "one string": lambda n: b'"' + b"a" * n + b'"',
    "wide string": lambda n: b'"\xf0\x9f\x98\x80' + b"a" * n + b'"',
    "escaped characters": lambda n: b'"' + b"\\u4e2d" * (n // 6) + b'"',
    "strings without end": lambda n: b'"a' * (n // 2),
    "digits": lambda n: b"9" * n,
    "digits with points": lambda n: b"9." * (n // 2),
    "long numbers": lambda n: b"[" + (b"9" * 99 + b",") * (n // 100) + b"1]",
    "small numbers": lambda n: b"[" + b"1," * (n // 2) + b"1]",
    "exponents": lambda n: b"[" + b"1e9," * (n // 4) + b"1]",
    "spaces": lambda n: b" " * n + b"1",
    "closing brackets": lambda n: b"]" * n,
    "nulls": lambda n: b"[" + b"null," * (n // 5) + b"1]",
    "one key many times": lambda n: b"{" + b",".join([b'"":1'] * (n // 5)) + b"}",
    "last of many keys twice": lambda n: (
        b"{" + b",".join(b'"%040d":1' % key for key in [*range(n // 45), n // 45 - 1]) + b"}"
    ),
    "surrogates": lambda n: b'"' + b"\\ud83d\\ude00" * (n // 12) + b'"',
}
"""Texts of about n bytes."""


def attempt(text: bytes) -> None:
    with suppress(ValueError):
        strict_json.loads(text)


def cpu_seconds(text: bytes) -> float:
    taken = []
    for _ in range(3):
        begun = time.process_time()
        attempt(text)
        taken.append(time.process_time() - begun)
    return min(taken)


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
def test_loads__hostile_text__takes_linear_time(kind: str) -> None:
    """Four times the text takes four times as long, not sixteen; the floor is for the clock."""
    short, long = HOSTILE[kind](40_000), HOSTILE[kind](160_000)
    assert cpu_seconds(long) < 9 * max(cpu_seconds(short), 0.002)


@pytest.mark.slow
@pytest.mark.parametrize("kind", HOSTILE)
def test_loads__hostile_text__takes_little_memory(kind: str) -> None:
    text = HOSTILE[kind](200_000)
    attempt(text)
    tracemalloc.start()
    try:
        attempt(text)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 16 * len(text)

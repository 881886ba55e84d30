"""The cursor that the parser reads with: never past the end, and errors that say where."""

import pytest

from attestor.errors import QuoteInvalid
from attestor.quote.reader import Reader


def test_take__up_to_the_end__gives_the_bytes_in_order() -> None:
    reader = Reader(b"abcdef")
    assert (reader.take(2, "x"), reader.take(0, "x"), reader.take(4, "x")) == (b"ab", b"", b"cdef")
    assert (reader.before, reader.after, reader.peek()) == (b"abcdef", b"", None)
    reader.require_end("x")


@pytest.mark.parametrize("count", [3, 4, 2**32])
def test_take__past_the_end__is_refused_by_name_and_place(count: int) -> None:
    reader = Reader(b"abcdef", base=100)
    reader.take(4, "start")
    with pytest.raises(QuoteInvalid, match=f"rest at 104 needs {count} bytes, 2 are left"):
        reader.take(count, "rest")
    assert reader.after == b"ef"


def test_integers__in_the_bytes__are_little_endian() -> None:
    reader = Reader(b"\x01\x02\x03\x04\x05\x06")
    assert reader.u16("a") == 0x0201
    assert reader.u32("b") == 0x06050403


def test_part__of_the_whole__ends_where_it_ends() -> None:
    reader = Reader(b"abcdef", base=10)
    reader.take(1, "start")
    inner = reader.part(3, "inner")
    assert (inner.peek(), reader.after) == (ord("b"), b"ef")
    inner.take(2, "x")
    with pytest.raises(QuoteInvalid, match="1 bytes too many in inner, from 13"):
        inner.require_end("inner")
    with pytest.raises(QuoteInvalid, match="y at 13 needs 2 bytes, 1 are left"):
        inner.take(2, "y")

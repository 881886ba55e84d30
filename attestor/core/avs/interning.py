"""The table of byte strings of a context, which is sent gzipped.

    table = (length u32be ‖ bytes)*      sorted, each string once

A string is named by the offset of its length in the table. Source: automata-network/sgx-prover,
branch avs, crates/prover-types/src/string_interning.rs (0.5.0).
"""

import gzip
import zlib
from collections.abc import Iterable

from attestor.core.text import shown
from attestor.errors.avs import ContextInvalid

MAX_TABLE_BYTES = 128 << 20
"""Unpacked. A body of 50 MiB has 25 MiB of it as 0x text, and most of that are hashes, which do not
shrink."""
MAX_STRINGS = 1 << 20
_LENGTH_BYTES = 4
_GZIP = 31
"""zlib's window size for one gzip member."""


class Table:
    """Byte strings by their offsets."""

    def __init__(self, strings: Iterable[bytes]) -> None:
        self._by_offset: dict[int, bytes] = {}
        self._offsets: dict[bytes, int] = {}
        end = 0
        for string in sorted(set(strings)):
            self._by_offset[end] = string
            self._offsets[string] = end
            end += _LENGTH_BYTES + len(string)

    def offset(self, string: bytes) -> int:
        """Where the string is. Raises `KeyError`."""
        return self._offsets[string]

    def string(self, offset: object, what: str) -> bytes:
        """The string at an offset. Raises `ContextInvalid`, for an offset inside of one as well."""
        if type(offset) is not int or (found := self._by_offset.get(offset)) is None:
            raise ContextInvalid(
                f"{what} is {shown(offset, 40)}, at which no string of interning is"
            )
        return found

    def packed(self) -> bytes:
        """The gzipped table. The same strings give the same bytes."""
        return gzip.compress(b"".join(_entry(one) for one in self._by_offset.values()), mtime=0)


def unpack(packed: bytes, most: int = MAX_TABLE_BYTES) -> Table:
    """The table that is gzipped in `packed`, of `most` bytes at most.

    Raises `ContextInvalid` for what is no gzip, is larger, has more behind it, or is not in order.
    """
    decoder = zlib.decompressobj(_GZIP)
    try:
        table = decoder.decompress(packed, most + 1)
    except zlib.error as error:
        raise ContextInvalid(f"interning cannot be unpacked: {error}") from None
    if len(table) > most:
        raise ContextInvalid(f"interning has more than {most} bytes when it is unpacked")
    if not decoder.eof:
        raise ContextInvalid("interning ends within its gzip")
    if decoder.unused_data:
        raise ContextInvalid(f"interning has {len(decoder.unused_data)} bytes after its gzip")
    return Table(_strings(table))


def _strings(table: bytes) -> list[bytes]:
    found: list[bytes] = []
    at = 0
    while at < len(table):
        start = at + _LENGTH_BYTES
        end = start + int.from_bytes(table[at:start])
        if end > len(table) or start > len(table):
            raise ContextInvalid(f"interning's string at {at} goes beyond its end")
        string = table[start:end]
        if found and found[-1] >= string:
            raise ContextInvalid(f"interning's string at {at} is not after the one before it")
        if len(found) == MAX_STRINGS:
            raise ContextInvalid(f"interning has more than {MAX_STRINGS} strings")
        found.append(string)
        at = end
    return found


def _entry(string: bytes) -> bytes:
    return len(string).to_bytes(_LENGTH_BYTES) + string

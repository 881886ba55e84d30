"""What a transaction pays for its data on L1 (scroll-tech/go-ethereum rollup/fees)."""

from collections.abc import Callable
from typing import Any

from zstandard import _cffi  # type: ignore[attr-defined]

from oracle.forks import Fork

GWEI = 10**9
MAX_FEE = 2**64 - 1
# As numbers in zstd.h 1.5.7; those of the second row are experimental and have no names there.
WINDOW_LOG, TARGET_BLOCK, CONTENT_SIZE, CHECKSUM, DICTIONARY_ID = 101, 130, 200, 201, 202
FORMAT, LITERAL_COMPRESSION = 10, 1002
MAGICLESS, DISABLED = 1, 2
CONTINUE, END = 0, 2
BUFFER = 1 << 20


def fee(fork: Fork, raw: bytes, data: bytes, slot: Callable[[int], int]) -> int:
    """Of a transaction of these bytes with this calldata; `slot` reads the gas price oracle."""
    return min(_fee(fork, raw, data, slot), MAX_FEE)


def _fee(fork: Fork, raw: bytes, data: bytes, slot: Callable[[int], int]) -> int:
    base_fee = slot(1)
    if fork < Fork.CURIE:
        gas = sum(16 if byte else 4 for byte in raw) + slot(2) + 64
        return gas * base_fee * slot(3) // GWEI
    commit, blob = slot(6) * base_fee, slot(7) * slot(5)
    if fork < Fork.FEYNMAN:
        return (commit + len(raw) * blob) // GWEI
    if fork < Fork.GALILEO:
        penalty = GWEI if is_above(ratio(data), slot(9)) else slot(10)
        return len(raw) * (commit + blob) * penalty // GWEI // GWEI
    size = min(len(raw), compressed_size(raw))
    base = (commit + blob) * size
    return (base + base * size // (slot(10) or 1)) // GWEI


def ratio(data: bytes) -> int | None:
    """In units of 1e-9, at least one. None is infinite."""
    return max(GWEI, len(data) * GWEI // compressed_size(data)) if data else None


def is_above(found: int | None, threshold: int) -> bool:
    """2**256 - 1 stands for an infinite ratio."""
    return found is None or found >= threshold


def compressed_size(data: bytes) -> int:
    """Of a frame of zstd with the settings of Scroll's batches (scroll-tech/da-codec)."""
    lib, ffi = _cffi.lib, _cffi.ffi
    context = ffi.gc(lib.ZSTD_createCCtx(), lib.ZSTD_freeCCtx)
    settings = [(LITERAL_COMPRESSION, DISABLED), (WINDOW_LOG, 22), (TARGET_BLOCK, 126976)]
    settings += [(CHECKSUM, 0), (FORMAT, MAGICLESS), (DICTIONARY_ID, 0), (CONTENT_SIZE, 1)]
    for name, value in settings:
        assert not lib.ZSTD_isError(lib.ZSTD_CCtx_setParameter(context, name, value)), name
    lib.ZSTD_CCtx_setPledgedSrcSize(context, len(data))
    source = ffi.from_buffer(data)
    given = ffi.new("ZSTD_inBuffer *", {"src": source, "size": len(data), "pos": 0})
    total = 0
    while given.pos < len(data):
        total += _step(context, given, CONTINUE)[0]
    nothing, left = ffi.new("ZSTD_inBuffer *"), 1
    while left:
        written, left = _step(context, nothing, END)
        total += written
    return total


def _step(context: Any, given: Any, directive: int) -> tuple[int, int]:
    """(bytes written, bytes left to write)"""
    lib, ffi = _cffi.lib, _cffi.ffi
    room = ffi.new("char[]", BUFFER)
    taken = ffi.new("ZSTD_outBuffer *", {"dst": room, "size": BUFFER, "pos": 0})
    left = lib.ZSTD_compressStream2(context, taken, given, directive)
    assert not lib.ZSTD_isError(left)
    return taken.pos, left

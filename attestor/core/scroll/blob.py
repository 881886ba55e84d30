"""Blobs (EIP-4844) and the bytes in them.

A blob is 4,096 field elements of 32 bytes, big endian, each below the order of BLS12-381's scalar
field. Scroll uses the last 31 bytes of each; the first is 0.
"""

import hashlib
from typing import Protocol

import zstandard

from attestor.core.scroll.calldata import BlobProof
from attestor.errors.scroll import ScrollBlobInvalid

BLOB_BYTES = 131072
CAPACITY = 4096 * 31
"""Bytes that Scroll puts into a blob."""
SCALAR_ORDER = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
MAX_PAYLOAD = 64 << 20
"""Bytes after decompression. A batch of full blocks of zeros has some 20 MiB."""
_ELEMENT = 32
_VERSION_KZG = b"\x01"
_STEP = 256
"""Compressed bytes given to the decompressor at once: they give 8 MiB at most."""


class Kzg(Protocol):
    """Commitments to blobs, under the trusted setup of Ethereum's ceremony."""

    def commitment(self, blob: bytes) -> bytes:
        """48 bytes. Raises `ScrollBlobInvalid` for an element that is not in the field."""
        ...

    def opens(self, proof: BlobProof) -> bool:
        """Whether the committed polynomial has the value `y` at `z`."""
        ...


def versioned_hash(commitment: bytes) -> bytes:
    """By which L1's transactions name a blob (EIP-4844)."""
    return _VERSION_KZG + hashlib.sha256(commitment).digest()[1:]


def pack(data: bytes) -> bytes:
    """The blob that holds `data`. Raises `ScrollBlobInvalid` for more than it can hold."""
    if len(data) > CAPACITY:
        raise ScrollBlobInvalid(f"{len(data)} bytes do not fit into a blob, which holds {CAPACITY}")
    padded = data.ljust(CAPACITY, b"\0")
    return b"".join(b"\0" + padded[start : start + 31] for start in range(0, CAPACITY, 31))


def unpack(blob: bytes) -> bytes:
    """The 126,976 bytes in a blob. Raises `ScrollBlobInvalid`."""
    if len(blob) != BLOB_BYTES:
        raise ScrollBlobInvalid(f"a blob has {BLOB_BYTES} bytes, this one {len(blob)}")
    used = [blob[start : start + _ELEMENT] for start in range(0, BLOB_BYTES, _ELEMENT)]
    for place, element in enumerate(used):
        if element[0]:
            raise ScrollBlobInvalid(f"the blob's element {place} uses its first byte")
    return b"".join(element[1:] for element in used)


def decompress(data: bytes) -> tuple[bytes, bytes]:
    """One zstd frame without its magic number: its content, and the bytes after it.

    Raises `ScrollBlobInvalid` for anything else, and for more than `MAX_PAYLOAD`; memory is
    bounded by twice that.
    """
    engine = zstandard.ZstdDecompressor(
        format=zstandard.FORMAT_ZSTD1_MAGICLESS, max_window_size=MAX_PAYLOAD
    ).decompressobj()
    content = bytearray()
    for start in range(0, len(data), _STEP):
        try:
            content += engine.decompress(data[start : start + _STEP])
        except zstandard.ZstdError as error:
            raise ScrollBlobInvalid(f"the blob's zstd frame does not decode: {error}") from None
        if len(content) > MAX_PAYLOAD:
            raise ScrollBlobInvalid(f"the blob decompresses to more than {MAX_PAYLOAD} bytes")
        if engine.eof:
            return bytes(content), engine.unused_data + data[start + _STEP :]
    raise ScrollBlobInvalid("the blob's zstd frame is cut off")

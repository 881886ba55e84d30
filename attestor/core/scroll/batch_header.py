"""Headers of batches, whose keccak is the batch hash (codec libraries of scroll-contracts).

    v0     version 1 ‖ index 8 ‖ popped 8 ‖ total popped 8 ‖ data hash 32 ‖ parent 32 ‖ bitmap
    v1, v2 the same with the blob's versioned hash 32 before the parent
    v3-v6  … data hash 32 ‖ versioned hash 32 ‖ parent 32 ‖ last block's time 8 ‖ z 32 ‖ y 32
    v7-v10 version 1 ‖ index 8 ‖ versioned hash 32 ‖ parent 32

"Popped" counts L1 messages, those that no block includes too.
"""

from dataclasses import dataclass

from attestor.core.keccak import keccak
from attestor.core.scroll.codec import codec_of
from attestor.core.scroll.reader import Reader
from attestor.errors.scroll import ScrollCalldataInvalid

HASH = 32
_BITMAP_WORD = 32


@dataclass(frozen=True)
class BatchHeader:
    """A header of any version; what a version does not have is empty or 0."""

    version: int
    index: int
    parent_hash: bytes
    blob_hash: bytes = b""
    popped: int = 0
    total_popped: int = 0
    data_hash: bytes = b""
    bitmap: bytes = b""
    last_timestamp: int = 0
    z: bytes = b""
    y: bytes = b""

    def encode(self) -> bytes:
        """The bytes that L1 hashes. Raises `ScrollCalldataInvalid` for numbers that L1 has no room
        for: those of a batch follow from its parent's."""
        first = self.version.to_bytes(1) + _number("index", self.index)
        if codec_of(self.version).has_envelope:
            return first + self.blob_hash + self.parent_hash
        popped = _number("count of L1 messages", self.popped)
        total = _number("total of L1 messages", self.total_popped)
        counted = first + popped + total + self.data_hash
        if codec_of(self.version).has_challenge:
            opened = _number("time", self.last_timestamp) + self.z + self.y
            return counted + self.blob_hash + self.parent_hash + opened
        return counted + self.blob_hash + self.parent_hash + self.bitmap

    @property
    def hash(self) -> bytes:
        """The batch hash."""
        return keccak(self.encode())


def _number(name: str, value: int) -> bytes:
    if not 0 <= value < 1 << 64:
        raise ScrollCalldataInvalid(
            f"the batch's {name} would be {value}, which is no number of 64 bits"
        )
    return value.to_bytes(8)


def parse(data: bytes, what: str = "the batch header") -> BatchHeader:
    """The header in `data`, and nothing else. Raises `ScrollCalldataInvalid`, or
    `ScrollCodecUnknown` by its first byte."""
    reader = Reader(data, what, ScrollCalldataInvalid)
    version = reader.number(1, "version")
    codec = codec_of(version)
    index = reader.number(8, "index")
    if codec.has_envelope:
        blob_hash, parent = reader.take(HASH, "versioned hash"), reader.take(HASH, "parent hash")
        reader.finish()
        return BatchHeader(version, index, parent, blob_hash)
    popped = reader.number(8, "count of popped messages")
    total = reader.number(8, "total of popped messages")
    data_hash = reader.take(HASH, "data hash")
    blob_hash = reader.take(HASH, "versioned hash") if version else b""
    parent = reader.take(HASH, "parent hash")
    timestamp, z, y, bitmap = 0, b"", b"", b""
    if codec.has_challenge:
        timestamp = reader.number(8, "last timestamp")
        z, y = reader.take(HASH, "point"), reader.take(HASH, "value")
        reader.finish()
    else:
        bitmap = reader.rest()
        if len(bitmap) != _BITMAP_WORD * -(-popped // 256):
            raise reader.fail(f"its bitmap of {len(bitmap)} bytes is not for {popped} messages")
    if popped > total:
        raise reader.fail(f"it pops {popped} messages of {total} in total")
    return BatchHeader(
        version, index, parent, blob_hash, popped, total, data_hash, bitmap, timestamp, z, y
    )

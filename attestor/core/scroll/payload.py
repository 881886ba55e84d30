"""What the blob of versions 1 to 6 holds (da-codec, codecv1.go to codecv4.go).

payload  = metadata ‖ L2 transactions of all chunks
metadata = number of chunks 2 ‖ size of each chunk's transactions 4, with room for 15 or 45
blob     = v1 payload │ v2, v3 zstd(payload) │ v4-v6 flag 1 ‖ payload or zstd(payload)
z        = keccak(keccak(metadata) ‖ keccak(chunk) … the last one repeated ‖ versioned hash) mod r
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from attestor.core.keccak import keccak
from attestor.core.scroll import blob
from attestor.core.scroll.block import Block
from attestor.core.scroll.codec import Codec, Compression
from attestor.errors.scroll import ScrollBatchMismatch, ScrollBlobInvalid


@dataclass(frozen=True)
class Payload:
    """The payload of a batch whose chunks have these L2 transactions, one after the other."""

    codec: Codec
    chunks: tuple[bytes, ...] = field(repr=False)

    @property
    def metadata(self) -> bytes:
        """How many chunks there are, and their sizes."""
        sizes = b"".join(len(chunk).to_bytes(4) for chunk in self.chunks)
        room = 4 * self.codec.blob_chunks
        return len(self.chunks).to_bytes(2) + sizes.ljust(room, b"\0")

    def encode(self) -> bytes:
        """The bytes that the blob holds, before they are compressed."""
        return self.metadata + b"".join(self.chunks)

    def challenge(self, blob_hash: bytes) -> bytes:
        """The point at which L1 opened the blob: 32 bytes, which follow from all transactions."""
        hashes = [keccak(chunk) for chunk in self.chunks]
        hashes += [hashes[-1]] * (self.codec.blob_chunks - len(hashes))
        digest = keccak(b"".join([keccak(self.metadata), *hashes, blob_hash]))
        return (int.from_bytes(digest) % blob.SCALAR_ORDER).to_bytes(32)

    def require_in(self, blob_bytes: bytes) -> None:
        """Raise `ScrollBlobInvalid` for a blob that does not decode, `ScrollBatchMismatch` for one
        that holds anything else."""
        found, rest = _content(blob_bytes, self.codec)
        expected = self.encode()
        if self.codec.compression is not Compression.NONE and len(found) < len(expected):
            raise _differs(found, expected)
        if found[: len(expected)] != expected:
            raise _differs(found, expected)
        if any(found[len(expected) :]) or any(rest):
            raise ScrollBatchMismatch("the blob holds more than the transactions of these blocks")


def of_blocks(codec: Codec, chunks: Sequence[Sequence[Block]]) -> Payload:
    """The payload of the chunks that hold these blocks."""
    return Payload(
        codec,
        tuple(
            b"".join(raw for block in blocks for raw in block.l2_transactions) for blocks in chunks
        ),
    )


def _content(blob_bytes: bytes, codec: Codec) -> tuple[bytes, bytes]:
    """The payload, and what comes after it where an end can be told."""
    data = blob.unpack(blob_bytes)
    if codec.compression is Compression.NONE:
        return data, b""
    if codec.compression is Compression.ALWAYS:
        return blob.decompress(data)
    flag, data = data[0], data[1:]
    if flag > 1:
        raise ScrollBlobInvalid(f"the blob's first byte is {flag}: neither compressed nor not")
    return blob.decompress(data) if flag else (data, b"")


def _differs(found: bytes, expected: bytes) -> ScrollBatchMismatch:
    place = next(
        (place for place, (a, b) in enumerate(zip(found, expected, strict=False)) if a != b),
        min(len(found), len(expected)),
    )
    return ScrollBatchMismatch(
        f"the blob holds other transactions than the blocks: they differ at byte {place} of "
        f"{len(expected)}"
    )

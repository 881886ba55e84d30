"""The versions of Scroll's batch encoding, and what each commits to.

The version byte's two highest bits are the domain of the chain that made the batch: 0 is Scroll's
own, 1 is Validium, whose header has another form (zkvm-prover, types/base/src/version.rs).
"""

from dataclasses import dataclass
from enum import StrEnum

from attestor.errors.scroll import ScrollCodecUnknown

METADATA_CHUNKS = 45
"""Sizes that the blob of versions 2 to 6 has room for, however many chunks there may be."""
NEWEST = 10
_DOMAIN_SHIFT = 6
_DOMAINS = {1: "Validium"}


class Binding(StrEnum):
    """What ties the executed transactions to a batch."""

    CHUNK = "transactions in the calldata"
    REBUILT_BLOB = "blob rebuilt from the transactions"
    BLOB = "blob decoded and compared"
    CHALLENGE = "challenge recomputed from the transactions"


class Compression(StrEnum):
    """How a blob holds its payload."""

    NONE = "none"
    ALWAYS = "always"
    FLAGGED = "flagged"


@dataclass(frozen=True)
class Codec:
    """One version. `max_chunks` is None where there are no chunks; `blob_chunks` is the number of
    chunk sizes that the blob's metadata has room for."""

    version: int
    binding: Binding
    max_chunks: int | None
    blob_chunks: int = 0
    compression: Compression = Compression.NONE

    @property
    def has_envelope(self) -> bool:
        """Whether the whole batch is in the blob, and nothing of it in the calldata."""
        return self.max_chunks is None

    @property
    def has_challenge(self) -> bool:
        """Whether calldata and header carry the point at which the blob was opened."""
        return self.binding is Binding.CHALLENGE


def _challenged(version: int, compression: Compression, max_chunks: int = 45) -> Codec:
    return Codec(version, Binding.CHALLENGE, max_chunks, METADATA_CHUNKS, compression)


_CHUNKED = (
    # The contract sets no limit; the relayer made 15 at most.
    Codec(0, Binding.CHUNK, 255),
    Codec(1, Binding.REBUILT_BLOB, 15, 15),
    Codec(2, Binding.BLOB, 45, METADATA_CHUNKS, Compression.ALWAYS),
    _challenged(3, Compression.ALWAYS),
    _challenged(4, Compression.FLAGGED),
    # Made once, for the block in which the state moved to a Merkle Patricia trie.
    _challenged(5, Compression.FLAGGED, max_chunks=1),
    _challenged(6, Compression.FLAGGED),
)
_ENVELOPES = tuple(
    Codec(version, Binding.BLOB, None, compression=Compression.FLAGGED)
    for version in range(7, NEWEST + 1)
)
CODECS: dict[int, Codec] = {codec.version: codec for codec in _CHUNKED + _ENVELOPES}


def codec_of(version: int) -> Codec:
    """The codec of a version byte. Raises `ScrollCodecUnknown`, which names what it is instead."""
    domain = version >> _DOMAIN_SHIFT
    if domain:
        name = _DOMAINS.get(domain, f"domain {domain}")
        raise ScrollCodecUnknown(
            f"the batch's version byte {version:#04x} is of {name}, not of Scroll's own chain",
            hint="only batches of Scroll itself are verified",
        )
    found = CODECS.get(version)
    if found is None:
        raise ScrollCodecUnknown(
            f"the batch has codec version {version}; known are 0 to {NEWEST}",
            hint="update attestor: a later fork of Scroll made this batch",
        )
    return found

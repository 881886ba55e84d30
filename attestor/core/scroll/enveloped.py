"""Binding blocks to a batch of versions 7 to 10: several per commit, each whole in its blob."""

from collections.abc import Sequence

from attestor.core.scroll import envelope
from attestor.core.scroll.batch_header import BatchHeader
from attestor.core.scroll.blob import Kzg, versioned_hash
from attestor.core.scroll.block import Block
from attestor.core.scroll.calldata import EnvelopeCommit
from attestor.core.scroll.envelope import Envelope
from attestor.core.scroll.evidence import Evidence
from attestor.core.text import to_hex
from attestor.errors.scroll import (
    ScrollBatchMismatch,
    ScrollBlobRequired,
    ScrollIndexRequired,
)

MAX_BATCHES = 64
"""Batches per commit; L1's transactions have 9 blobs at most, and forks raise that."""


def bind(
    commit: EnvelopeCommit, blocks: Sequence[Block], evidence: Evidence, kzg: Kzg
) -> BatchHeader:
    """The header of the batch that holds `blocks`. Raises as `binding.bind`."""
    given = {versioned_hash(kzg.commitment(data)): data for data in evidence.blobs}
    names = evidence.versioned_hashes or tuple(given)
    if not given:
        raise ScrollBlobRequired(
            f"the transactions of a batch of version {commit.codec.version} are in its blob alone",
            hint="give the blob of the batch, or all blobs of its L1 transaction",
        )
    for name in given:
        if name not in names:
            raise ScrollBatchMismatch(
                f"the blob {to_hex(name)} is not one that the commit's transaction names"
            )
    name, held = _find(commit, given, blocks[0].number)
    place = names.index(name)
    if evidence.index is None:
        raise ScrollIndexRequired(
            f"the index of a batch of version {commit.codec.version} is in neither its calldata "
            "nor its blob",
            hint="give the index, as L1's event CommitBatch has it (--batch-index)",
        )
    headers = chain(commit, evidence.index - place, names)
    held.require(blocks)
    return headers[place]


def chain(
    commit: EnvelopeCommit, first_index: int, versioned_hashes: Sequence[bytes]
) -> tuple[BatchHeader, ...]:
    """The headers of all batches of a commit. Raises `ScrollBatchMismatch` unless the last one's
    hash is the one that the calldata has: so indices, blobs and their order are right."""
    if not 0 < len(versioned_hashes) <= MAX_BATCHES:
        raise ScrollBatchMismatch(
            f"the commit has {len(versioned_hashes)} blobs, not 1 to {MAX_BATCHES}"
        )
    if not 0 <= first_index < (1 << 64) - MAX_BATCHES:
        raise ScrollBatchMismatch(f"the commit's first batch would have the index {first_index}")
    parent, headers = commit.parent_hash, []
    for place, name in enumerate(versioned_hashes):
        header = BatchHeader(commit.codec.version, first_index + place, parent, name)
        headers.append(header)
        parent = header.hash
    if parent != commit.last_hash:
        raise ScrollBatchMismatch(
            f"{len(headers)} blobs, the first of batch {first_index}, lead to the batch hash "
            f"{to_hex(parent)}, the calldata has {to_hex(commit.last_hash)}",
        )
    return tuple(headers)


def _find(commit: EnvelopeCommit, given: dict[bytes, bytes], first: int) -> tuple[bytes, Envelope]:
    """The blob that begins with block `first`, by its versioned hash."""
    begins = []
    for name, data in given.items():
        held = envelope.parse(data, commit.codec)
        if held.first_block == first:
            return name, held
        begins.append(str(held.first_block))
    raise ScrollBatchMismatch(
        f"no blob begins with block {first}; they begin with {', '.join(begins)}"
    )

"""Whether executed blocks are those of a batch, and which batch that is.

A batch hash commits to transactions in another way in each version (`codec.Binding`). Where the
calldata alone does not, the blob or its versioned hash is required: a batch hash over contexts and
counts alone would be genuine whatever transactions were executed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from attestor.core.scroll import chunked, enveloped
from attestor.core.scroll.batch_header import BatchHeader
from attestor.core.scroll.blob import Kzg
from attestor.core.scroll.block import Block
from attestor.core.scroll.calldata import ChunkCommit, Commit
from attestor.core.scroll.codec import Binding
from attestor.core.scroll.evidence import Evidence
from attestor.core.text import to_hex
from attestor.errors.scroll import ScrollBatchMismatch


@dataclass(frozen=True)
class BoundBatch:
    """A batch, its blocks (both ends included), and what bound their transactions to it."""

    index: int
    hash: bytes
    version: int
    first_block: int
    last_block: int
    transactions: int
    l1_messages: int
    bound_by: Binding
    header: bytes = field(repr=False)


def bind(commit: Commit, blocks: Sequence[Block], evidence: Evidence, kzg: Kzg) -> BoundBatch:
    """The batch of `commit` that holds exactly `blocks`.

    Raises `ScrollBatchMismatch` when it holds others, or is not the batch that `evidence` expects;
    `ScrollBlobRequired` and `ScrollIndexRequired` when too little is known to tell;
    `ScrollCalldataInvalid` and `ScrollBlobInvalid` for what does not decode.
    """
    _require_consecutive(blocks)
    if isinstance(commit, ChunkCommit):
        header = chunked.bind(commit, blocks, evidence, kzg)
    else:
        header = enveloped.bind(commit, blocks, evidence, kzg)
    _require_expected(header, evidence)
    return BoundBatch(
        index=header.index,
        hash=header.hash,
        version=header.version,
        first_block=blocks[0].number,
        last_block=blocks[-1].number,
        transactions=sum(len(block.transactions) for block in blocks),
        l1_messages=sum(len(block.l1_messages) for block in blocks),
        bound_by=commit.codec.binding,
        header=header.encode(),
    )


def _require_consecutive(blocks: Sequence[Block]) -> None:
    if not blocks:
        raise ScrollBatchMismatch("no blocks were executed: a batch has at least one")
    for place, block in enumerate(blocks):
        if block.number != blocks[0].number + place:
            raise ScrollBatchMismatch(
                f"block {block.number} comes after {blocks[place - 1].number}: the blocks of a "
                "batch follow one another"
            )


def _require_expected(header: BatchHeader, evidence: Evidence) -> None:
    if evidence.index is not None and evidence.index != header.index:
        raise ScrollBatchMismatch(
            f"the calldata commits batch {header.index}, expected was {evidence.index}"
        )
    if evidence.batch_hash is not None and evidence.batch_hash != header.hash:
        raise ScrollBatchMismatch(
            f"batch {header.index} of these blocks has the hash {to_hex(header.hash)}, expected "
            f"was {to_hex(evidence.batch_hash)}"
        )

"""Chunks of versions 0 to 6 (da-codec, codecv0_types.go and codecv1_types.go).

chunk   = count 1 ‖ contexts ‖ (version 0 only) L2 transactions, each after its length 4
context = number 8 ‖ time 8 ‖ base fee 32 ‖ gas limit 8 ‖ transactions 2 ‖ L1 messages 2
chunk hash = keccak(contexts without their last 2 bytes ‖ hashes of L1 messages, and in version
             0 of L2 transactions too, block by block)
data hash = keccak(chunk hashes)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice

from attestor.core.keccak import keccak
from attestor.core.scroll.block import Block
from attestor.core.scroll.codec import Codec
from attestor.core.scroll.reader import Reader
from attestor.errors.scroll import ScrollBatchMismatch, ScrollCalldataInvalid

CONTEXT_BYTES = 60
_HASHED_BYTES = 58


@dataclass(frozen=True)
class Context:
    """What a batch says of a block. Both counts include L1 messages that no block includes."""

    number: int
    timestamp: int
    base_fee: int
    gas_limit: int
    transactions: int
    l1_messages: int

    def require(self, block: Block, popped: int) -> None:
        """Raise `ScrollBatchMismatch` unless it is of `block`, which pops so many messages."""
        l2_count = len(block.l2_transactions)
        for name, said, found in (
            ("number", self.number, block.number),
            ("timestamp", self.timestamp, block.timestamp),
            ("base fee", self.base_fee, block.base_fee),
            ("gas limit", self.gas_limit, block.gas_limit),
            ("number of L1 messages", self.l1_messages, popped),
            ("number of transactions", self.transactions, popped + l2_count),
        ):
            if said != found:
                raise ScrollBatchMismatch(
                    f"block {block.number}: the batch says {name} {said}, the block has {found}"
                )


@dataclass(frozen=True)
class Chunk:
    """A chunk's contexts as bytes and decoded, and in version 0 its L2 transactions."""

    contexts: tuple[Context, ...]
    encoded: tuple[bytes, ...] = field(repr=False)
    transactions: tuple[bytes, ...] = field(repr=False)

    def hash(self, codec: Codec, l1_hashes: Sequence[Sequence[bytes]]) -> bytes:
        """The chunk hash, with the hashes of each block's L1 messages."""
        parts = [context[:_HASHED_BYTES] for context in self.encoded]
        held = iter(self.transactions)
        for context, hashes in zip(self.contexts, l1_hashes, strict=True):
            parts += hashes
            if codec.version == 0:
                count = context.transactions - context.l1_messages
                parts += [keccak(raw) for raw in islice(held, count)]
        return keccak(b"".join(parts))


def parse(data: bytes, codec: Codec, position: int) -> Chunk:
    """The chunk at `position` of a batch. Raises `ScrollCalldataInvalid`."""
    reader = Reader(data, f"chunk {position}", ScrollCalldataInvalid)
    count = reader.number(1, "count of blocks")
    if not count:
        raise reader.fail("it has no blocks")
    encoded = tuple(reader.take(CONTEXT_BYTES, f"block {place}") for place in range(count))
    contexts = tuple(_context(item) for item in encoded)
    for place, context in enumerate(contexts):
        if context.l1_messages > context.transactions:
            raise reader.fail(f"block {place} has more L1 messages than transactions")
    transactions: tuple[bytes, ...] = ()
    if codec.version == 0:
        expected = sum(one.transactions - one.l1_messages for one in contexts)
        transactions = tuple(
            reader.take(reader.number(4, "transaction's length"), f"transaction {place}")
            for place in range(expected)
        )
    reader.finish()
    return Chunk(contexts, encoded, transactions)


def data_hash(chunk_hashes: Sequence[bytes]) -> bytes:
    """What the batch header has for all chunks."""
    return keccak(b"".join(chunk_hashes))


def _context(data: bytes) -> Context:
    bounds = ((0, 8), (8, 16), (16, 48), (48, 56), (56, 58), (58, 60))
    return Context(*(int.from_bytes(data[start:end]) for start, end in bounds))

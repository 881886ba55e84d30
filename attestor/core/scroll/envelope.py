"""What the blob of versions 7 to 10 holds: a whole batch (da-codec, codecv7_types.go).

envelope = version 1 ‖ size 3 ‖ compressed? 1 ‖ payload, or its zstd frame ‖ zeros
payload  = queue hash before 32 ‖ queue hash after 32 ‖ first block 8 ‖ number of blocks 2
           ‖ contexts ‖ L2 transactions
context  = time 8 ‖ base fee 32 ‖ gas limit 8 ‖ transactions 2 ‖ L1 messages 2
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from attestor.core.scroll import blob
from attestor.core.scroll.block import Block
from attestor.core.scroll.chunk import Context
from attestor.core.scroll.codec import Codec
from attestor.core.scroll.reader import Reader
from attestor.core.scroll.transaction import roll
from attestor.core.text import to_hex
from attestor.errors.scroll import ScrollBatchMismatch, ScrollBlobInvalid

_HEADER = 5


@dataclass(frozen=True)
class Envelope:
    """A batch's content. `transactions` are the L2 transactions of all blocks, one after the
    other, without lengths; the queue hashes are of L1 messages before and after the batch."""

    previous_queue_hash: bytes
    post_queue_hash: bytes
    contexts: tuple[Context, ...]
    transactions: bytes = field(repr=False)

    @property
    def first_block(self) -> int:
        """The number of the first block."""
        return self.contexts[0].number

    def require(self, blocks: Sequence[Block]) -> None:
        """Raise `ScrollBatchMismatch` unless it holds exactly these blocks."""
        if len(blocks) != len(self.contexts):
            raise ScrollBatchMismatch(
                f"the batch holds {len(self.contexts)} blocks from {self.first_block} on, "
                f"executed were {len(blocks)}"
            )
        for context, block in zip(self.contexts, blocks, strict=True):
            context.require(block, len(block.l1_messages))
        _require_unbroken(blocks)
        executed = b"".join(raw for block in blocks for raw in block.l2_transactions)
        if executed != self.transactions:
            raise ScrollBatchMismatch(_difference(self.transactions, blocks))
        messages = [raw for block in blocks for raw in block.l1_messages]
        after = roll(self.previous_queue_hash, messages)
        if after != self.post_queue_hash:
            raise ScrollBatchMismatch(
                f"the L1 messages of these blocks lead to the queue hash {to_hex(after)}, the "
                f"batch says {to_hex(self.post_queue_hash)}"
            )


def parse(blob_bytes: bytes, codec: Codec) -> Envelope:
    """The envelope in a blob, with nothing after it. Raises `ScrollBlobInvalid`."""
    reader = Reader(_payload(blob_bytes, codec), "the blob's payload", ScrollBlobInvalid)
    previous = reader.take(32, "queue hash before the batch")
    post = reader.take(32, "queue hash after the batch")
    first = reader.number(8, "first block")
    count = reader.number(2, "number of blocks")
    if not count:
        raise reader.fail("it has no blocks")
    contexts = tuple(_context(reader, first + place) for place in range(count))
    return Envelope(previous, post, contexts, reader.rest())


def _payload(blob_bytes: bytes, codec: Codec) -> bytes:
    data = blob.unpack(blob_bytes)
    version, size, flag = data[0], int.from_bytes(data[1:4]), data[4]
    if version != codec.version:
        raise ScrollBlobInvalid(f"the blob is of version {version}, its commit of {codec.version}")
    if size > blob.CAPACITY - _HEADER:
        raise ScrollBlobInvalid(f"the blob says that it holds {size} bytes, which do not fit")
    if flag > 1:
        raise ScrollBlobInvalid(f"the blob's flag is {flag}: neither compressed nor not")
    if any(data[_HEADER + size :]):
        raise ScrollBlobInvalid(f"the blob has bytes after the {size} that it says it holds")
    held = data[_HEADER : _HEADER + size]
    if not flag:
        return held
    content, rest = blob.decompress(held)
    if rest:
        raise ScrollBlobInvalid(f"the blob has {len(rest)} bytes after its zstd frame")
    return content


def _context(reader: Reader, number: int) -> Context:
    part = f"context of block {number}"
    sizes = (8, 32, 8, 2, 2)
    timestamp, base_fee, gas_limit, transactions, messages = (
        reader.number(size, part) for size in sizes
    )
    if messages > transactions:
        raise reader.fail(f"block {number} has more L1 messages than transactions")
    return Context(number, timestamp, base_fee, gas_limit, transactions, messages)


def _require_unbroken(blocks: Sequence[Block]) -> None:
    """From version 7 on every message of the queue is included, in its order."""
    indices = [index for block in blocks for index in block.queue_indices]
    for place, index in enumerate(indices):
        if index != indices[0] + place:
            raise ScrollBatchMismatch(
                f"the L1 message {indices[0] + place} is not among those of these blocks"
            )


def _difference(held: bytes, blocks: Sequence[Block]) -> str:
    position = 0
    for block in blocks:
        for place, raw in enumerate(block.l2_transactions, len(block.l1_messages)):
            if held[position : position + len(raw)] != raw:
                return f"the batch holds another transaction {place} of block {block.number}"
            position += len(raw)
    return f"the batch holds {len(held) - position} bytes more than the blocks' transactions"

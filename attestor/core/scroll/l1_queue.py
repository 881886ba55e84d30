"""Which messages of the L1 queue a batch of versions 0 to 6 pops, and which of them no block
includes: their place has a bit in the bitmap."""

from collections.abc import Sequence
from dataclasses import dataclass

from attestor.core.scroll.block import Block
from attestor.errors.scroll import ScrollBatchMismatch

MAX_POPPED = 1 << 16
"""Messages per batch: a block's count has 16 bits, and a chunk is full long before."""
_WORD_BITS = 256


@dataclass(frozen=True)
class Popped:
    """`counts` has, for each block, how many messages it pops, left-out ones before its own
    included; `bitmap` has a word for each 256 messages of the batch, with the bits of those left
    out; `total` is the queue's index after the batch."""

    counts: tuple[int, ...]
    bitmap: bytes
    total: int


def pop(blocks: Sequence[Block], first: int) -> Popped:
    """What the blocks of a batch pop, from the queue's index `first` on.

    Raises `ScrollBatchMismatch` for a message that was popped before.
    """
    position, counts, left_out = first, [], set()
    for block in blocks:
        before = position
        for index in block.queue_indices:
            if index < position:
                raise ScrollBatchMismatch(
                    f"block {block.number} has the L1 message {index}, which was popped before: "
                    f"the next one is {position}"
                )
            if index - first >= MAX_POPPED:
                raise ScrollBatchMismatch(
                    f"block {block.number} has the L1 message {index}, {index - first} after the "
                    f"batch's first, which is more than a batch can pop"
                )
            left_out |= set(range(position - first, index - first))
            position = index + 1
        counts.append(position - before)
    return Popped(tuple(counts), _bitmap(left_out, position - first), position)


def _bitmap(left_out: set[int], popped: int) -> bytes:
    words = [0] * -(-popped // _WORD_BITS)
    for place in left_out:
        words[place // _WORD_BITS] |= 1 << place % _WORD_BITS
    return b"".join(word.to_bytes(32) for word in words)

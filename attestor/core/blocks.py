"""The recent canonical chain: consecutive blocks, newest last."""

from dataclasses import dataclass, field
from itertools import pairwise


@dataclass(frozen=True)
class Block:
    """The fields of a block that attestor uses. `timestamp` is chain time in seconds.

    `logs_bloom` is a number of 256 bytes, or None where the header was not verified, and where the
    block is from the database: nothing is known of its logs then. So is `state_root`, 32 bytes.
    """

    number: int
    hash: bytes
    parent_hash: bytes
    timestamp: int
    base_fee: int = 0
    logs_bloom: int | None = field(default=None, compare=False, repr=False)
    state_root: bytes | None = field(default=None, compare=False, repr=False)

    def may_log(self, bits: int) -> bool:
        """Whether one of its logs may have the addresses and topics of these bits (`bloom`); a no
        is certain."""
        return self.logs_bloom is None or self.logs_bloom & bits == bits


@dataclass(frozen=True)
class BlockWindow:
    """At most `capacity` blocks, each the parent of the next."""

    blocks: tuple[Block, ...] = ()
    capacity: int = 300

    def __post_init__(self) -> None:
        for parent, child in pairwise(self.blocks):
            if child.parent_hash != parent.hash or child.number != parent.number + 1:
                raise ValueError(f"block {child.number} does not follow block {parent.number}")

    @property
    def head(self) -> Block | None:
        return self.blocks[-1] if self.blocks else None

    def at(self, number: int) -> Block | None:
        """The canonical block of that number, if it is in the window."""
        if not self.blocks:
            return None
        index = number - self.blocks[0].number
        return self.blocks[index] if 0 <= index < len(self.blocks) else None

    def holds(self, number: int, block_hash: bytes) -> bool:
        """Whether this block is canonical and in the window."""
        block = self.at(number)
        return block is not None and block.hash == block_hash

    def contradicts(self, number: int, block_hash: bytes) -> bool:
        """Whether another block has that number in the window: the given one was reorged out."""
        block = self.at(number)
        return block is not None and block.hash != block_hash

    def since(self, number: int, block_hash: bytes) -> tuple[Block, ...] | None:
        """The blocks above this one, oldest first; None when it is not in the window."""
        if not self.holds(number, block_hash):
            return None
        return self.blocks[number - self.blocks[0].number + 1 :]

    def joins(self, block: Block) -> bool:
        """Whether the parent of `block` is in the window."""
        return self.holds(block.number - 1, block.parent_hash)

    def extended(self, branch: tuple[Block, ...]) -> "BlockWindow":
        """The window with `branch` (oldest first) as its newest part.

        Blocks that the branch replaces are dropped. A branch that connects to nothing starts a new
        window.
        """
        if not branch:
            return self
        first = branch[0]
        kept: tuple[Block, ...] = ()
        if self.joins(first):
            kept = self.blocks[: first.number - self.blocks[0].number]
        return BlockWindow((kept + branch)[-self.capacity :], self.capacity)

    def deepened(self, older: tuple[Block, ...]) -> "BlockWindow":
        """The window with blocks below its oldest one (oldest first), as many as it holds."""
        room = self.capacity - len(self.blocks)
        return BlockWindow(older[max(0, len(older) - room) :] + self.blocks, self.capacity)

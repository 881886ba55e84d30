"""Following heads: keeps the ring of recent blocks joined to the node's newest one."""

from collections.abc import Callable

from attestor.core.blocks import Block, BlockWindow
from attestor.errors import RpcAnswerInvalid

FIRST_BRANCH = 16
"""Blocks to fetch below the first head that is seen."""


def follow(
    ring: BlockWindow, head: Block, block_by_hash: Callable[[bytes], Block], limit: int = 256
) -> BlockWindow:
    """The ring that ends in `head`; missing parents are fetched by hash, newest first.

    A branch of more than `limit` blocks that joins nothing replaces the ring. Raises
    `RpcAnswerInvalid` when a fetched parent is not the block before its child.
    """
    if ring.head is not None and ring.head.hash == head.hash:
        return ring
    branch = [head]
    wanted = limit if ring.blocks else FIRST_BRANCH
    while not ring.joins(branch[-1]) and branch[-1].number > 0 and len(branch) < wanted:
        child = branch[-1]
        parent = block_by_hash(child.parent_hash)
        if parent.hash != child.parent_hash or parent.number != child.number - 1:
            raise RpcAnswerInvalid(f"the parent of block {child.number} is not block before it")
        if parent.timestamp > child.timestamp:
            raise RpcAnswerInvalid(f"block {child.number} is older than its parent")
        branch.append(parent)
    return ring.extended(tuple(reversed(branch)))

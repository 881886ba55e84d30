"""Following heads: extends the window of recent blocks to the node's newest block."""

from collections.abc import Callable

from attestor.core.blocks import Block, BlockWindow
from attestor.errors import RpcAnswerInvalid

FIRST_BRANCH = 16
"""How many blocks below the first head are fetched."""


def follow(
    window: BlockWindow, head: Block, block_by_hash: Callable[[bytes], Block], limit: int = 256
) -> BlockWindow:
    """The window that ends with `head`; missing parents are fetched by hash, newest first.

    A branch of more than `limit` blocks that connects to nothing replaces the window. Raises
    `RpcAnswerInvalid` when a fetched parent is not the block before its child.
    """
    if window.head is not None and window.head.hash == head.hash:
        return window
    branch = [head]
    wanted = limit if window.blocks else FIRST_BRANCH
    while not window.joins(branch[-1]) and branch[-1].number > 0 and len(branch) < wanted:
        child = branch[-1]
        parent = block_by_hash(child.parent_hash)
        if parent.hash != child.parent_hash or parent.number != child.number - 1:
            raise RpcAnswerInvalid(f"the parent of block {child.number} is not block before it")
        if parent.timestamp > child.timestamp:
            raise RpcAnswerInvalid(f"block {child.number} is older than its parent")
        branch.append(parent)
    return window.extended(tuple(reversed(branch)))

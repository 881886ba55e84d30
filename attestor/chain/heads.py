"""Following heads: a window of the newest blocks, each the parent of the next.

What a node calls its newest block is no more than a hint. The window changes by parent hashes
alone: a head that goes on from it extends it; one of another branch replaces what it forked from;
an older one that is in it comes from a node that lags, and changes nothing.
"""

import time
from collections.abc import Callable
from typing import Protocol

from loguru import logger

from attestor.chain.header_log import HeaderLog
from attestor.chain.pace import Pace
from attestor.core.blocks import Block, BlockWindow
from attestor.core.text import to_hex
from attestor.errors import (
    BlockUnknown,
    EndpointsDisagree,
    HeaderInvalid,
    ReorgTooDeep,
    RpcAnswerInvalid,
)

FIRST_BRANCH = 16
"""How many blocks are fetched before the first window is used."""
DEEPENED_BY = 16
"""How many older blocks are fetched with each new head, until the window is full."""
LOOK_SECONDS = 30.0
"""For all calls of one look."""
LOOKS_AT_UNREADABLE = 2
"""After so many looks at a block that cannot be read, following goes on above it."""


class ChainView(Protocol):
    """What following asks of a node: `node.Node`."""

    def within(self, bound: float) -> "ChainView": ...

    def head(self) -> Block: ...

    def block_by_hash(self, block_hash: bytes) -> Block: ...

    def block(self, number: int) -> Block: ...

    def agrees(self, block: Block) -> bool: ...


class Heads:
    """The window, and what was fetched on the way to the next one: a look that fails is gone on
    with by the next. `look` is called by one thread at a time."""

    def __init__(
        self,
        node: ChainView,
        log: HeaderLog,
        pace: Pace | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._node = node
        self._clock = clock
        self.changed_at = self.looked_at = clock()
        """When the newest block was first seen, and when a look last succeeded; at first, when this
        was made. By `clock`, which only goes forward."""
        self._log = log
        self._pace = pace
        self._window = log.load()
        self._fetched: dict[bytes, Block] = {}
        self._unreadable: dict[bytes, int] = {}
        self._bottomed = False
        self.dropped: tuple[Block, ...] = ()
        """The blocks that the last look found to be of a lost branch, oldest first."""

    @property
    def window(self) -> BlockWindow:
        """As of the last look."""
        return self._window

    @property
    def is_due(self) -> bool:
        """Whether the next look asks a node."""
        return self._pace is None or self._pace.is_due(self._window)

    def hint(self) -> None:
        """Somebody says that there is a new block, who need not be right. Safe in any thread."""
        if self._pace is not None:
            self._pace.hurry()

    def forget(self) -> None:
        """Take whatever branch the next look finds, after an operator judged a `ReorgTooDeep`."""
        self._window = BlockWindow(capacity=self._window.capacity)
        self._log.save(self._window)

    def look(self) -> BlockWindow:
        """The window with the newest block; the same as before while no look is due.

        Raises as `Node` does, `HeaderInvalid` and `RpcAnswerInvalid` with the block that cannot be
        read, `EndpointsDisagree`, and `ReorgTooDeep`. Whatever is raised, the window stays.
        """
        self.dropped = ()
        if not self.is_due:
            return self._window
        found = self._found(self._node.within(LOOK_SECONDS))
        self.looked_at = self._clock()
        changed = found.head != self._window.head
        if changed:
            self.changed_at = self.looked_at
        if found != self._window:
            self._tell(found)
            self._log.save(found)
            self._window = found
        if self._pace is not None:
            self._pace.looked(self._window, changed)
        return self._window

    def _found(self, node: ChainView) -> BlockWindow:
        window, head = self._window, node.head()
        self._keep(head)
        newest = window.head
        if newest is None:
            return self._anew(node, head)
        if head.hash == newest.hash or window.holds(head.number, head.hash):
            return window
        if head.number < newest.number and not self._is_reorg(node, head):
            logger.debug(
                "head {} is behind block {} and not of its branch", head.number, newest.number
            )
            return window
        if head.number - newest.number >= window.capacity:
            self._require_no_deep_reorg(node, head)
            return self._anew(node, head)
        return self._deepened(node, self._joined(node, head))

    def _is_reorg(self, node: ChainView, head: Block) -> bool:
        """Whether a shorter branch is what the endpoints have now; one below the window is not
        looked into: a node that lags so far proves nothing."""
        return head.number >= self._window.blocks[0].number and node.agrees(head)

    def _joined(self, node: ChainView, head: Block) -> BlockWindow:
        """The window up to `head`, whose branch is walked down to where it meets the window."""
        window, branch = self._window, [head]
        while not window.joins(branch[-1]):
            if branch[-1].number <= window.blocks[0].number:
                self._too_deep(node, branch[-1])
            try:
                branch.append(self._parent(node, branch[-1]))
            except (HeaderInvalid, RpcAnswerInvalid) as error:
                if not self._gives_up(branch[-1], error):
                    raise
                logger.warning("following goes on from block {}: {}", branch[-1].number, error)
                break
        return window.extended(tuple(reversed(branch)))

    def _anew(self, node: ChainView, head: Block) -> BlockWindow:
        """A window of the newest blocks, which joins nothing."""
        branch = [head]
        while len(branch) < FIRST_BRANCH and branch[-1].number > 0:
            try:
                branch.append(self._parent(node, branch[-1]))
            except (HeaderInvalid, RpcAnswerInvalid) as error:
                if not self._gives_up(branch[-1], error):
                    raise
                break
        self._bottomed = False
        return BlockWindow(tuple(reversed(branch)), self._window.capacity)

    def _deepened(self, node: ChainView, window: BlockWindow) -> BlockWindow:
        """The window with some older blocks, until it is full. That is never urgent: a block that
        cannot be had ends it."""
        older = [window.blocks[0]]
        while not self._bottomed and older[-1].number > 0 and len(older) <= DEEPENED_BY:
            if len(window.blocks) + len(older) > window.capacity:
                break
            try:
                older.append(self._parent(node, older[-1]))
            except BlockUnknown:
                self._bottomed = True
            except (HeaderInvalid, RpcAnswerInvalid) as error:
                self._bottomed = self._gives_up(older[-1], error)
                break
        return window.deepened(tuple(reversed(older[1:])))

    def _parent(self, node: ChainView, child: Block) -> Block:
        parent = self._fetched.get(child.parent_hash) or node.block_by_hash(child.parent_hash)
        if parent.hash != child.parent_hash or parent.number != child.number - 1:
            raise RpcAnswerInvalid(f"the parent of block {child.number} is not block before it")
        if parent.timestamp > child.timestamp:
            raise RpcAnswerInvalid(f"block {child.number} is older than its parent")
        self._keep(parent)
        return parent

    def _keep(self, block: Block) -> None:
        """For the next look; the oldest go first."""
        self._fetched[block.hash] = block
        while len(self._fetched) > 2 * self._window.capacity:
            del self._fetched[next(iter(self._fetched))]

    def _gives_up(self, child: Block, error: HeaderInvalid | RpcAnswerInvalid) -> bool:
        """Whether the parent of `child` was tried often enough. Names it in the error."""
        tried = self._unreadable.get(child.parent_hash, 0) + 1
        self._unreadable = {child.parent_hash: tried}
        name = f"block {child.number - 1} ({to_hex(child.parent_hash)})"
        error.message = f"{name} cannot be read: {error.message}"
        return tried > LOOKS_AT_UNREADABLE

    def _require_no_deep_reorg(self, node: ChainView, head: Block) -> None:
        """After a gap that is longer than the window, its blocks are looked for by number."""
        newest, oldest = self._window.blocks[-1], self._window.blocks[0]
        for known in (newest, oldest):
            if node.block(known.number).hash == known.hash:
                return
        self._too_deep(node, node.block(oldest.number))

    def _too_deep(self, node: ChainView, other: Block) -> None:
        if not node.agrees(other):
            raise EndpointsDisagree(
                f"block {other.number} is {to_hex(other.hash)} for some endpoints only"
            )
        oldest = self._window.blocks[0]
        raise ReorgTooDeep(
            f"the chain has another branch from below block {oldest.number}, the oldest of "
            f"{len(self._window.blocks)} that are remembered",
            hint="find out which branch is right before anything is signed",
        )

    def _tell(self, found: BlockWindow) -> None:
        self.dropped = tuple(
            block for block in self._window.blocks if found.contradicts(block.number, block.hash)
        )
        if self.dropped:
            first = self.dropped[0]
            logger.warning(
                "reorg of {} blocks, from block {} ({}) on; the head is {} now",
                len(self.dropped),
                first.number,
                to_hex(first.hash)[:18],
                found.head.number if found.head else None,
            )

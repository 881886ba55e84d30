"""When to ask for the next head: about once or twice per block, whatever the chain's pace is."""

from collections.abc import Callable
from itertools import pairwise

from attestor.core.blocks import BlockWindow

BLOCKS_MEASURED = 32
PROBED_EVERY = 4
"""Of so many heads in a row one is looked for early, so that looks do not stay behind."""


class Pace:
    """Of one follower, by a monotonic clock. `poll_seconds` is the least pause between two looks.

    A block that was seen is followed by the next one after about a block time: until then there is
    nothing to ask. One that is late is looked for after ever longer pauses of at most half a block
    time.
    """

    def __init__(self, poll_seconds: float, clock: Callable[[], float]) -> None:
        self._least = poll_seconds
        self._clock = clock
        self._next = clock()
        self._heads = 0
        self._misses = 0

    def is_due(self, window: BlockWindow) -> bool:
        """Whether to look now. Always until there is a window."""
        return window.head is None or self._clock() >= self._next

    def looked(self, window: BlockWindow, is_new: bool) -> None:
        """A look gave this window; `is_new` where its head is another than before. A look that
        failed is not told: the next one is due at once."""
        self._heads = self._heads + 1 if is_new else self._heads
        self._misses = 0 if is_new else self._misses + 1
        self._next = self._clock() + self.pause(block_seconds(window))

    def pause(self, seconds: float | None) -> float:
        """Until the next look, at a block time of `seconds`."""
        if seconds is None:
            return self._least
        if self._misses:
            late = seconds / 8 * (1, 2, 4)[min(self._misses, 3) - 1]
            return max(self._least, late)
        early = self._heads % PROBED_EVERY == 0
        return max(self._least, seconds * 7 / 8 if early else seconds)


def block_seconds(window: BlockWindow) -> float | None:
    """The chain's block time: the median of the newest blocks' distances; None for one block."""
    blocks = window.blocks[-BLOCKS_MEASURED:]
    distances = sorted(child.timestamp - parent.timestamp for parent, child in pairwise(blocks))
    return float(distances[len(distances) // 2]) if distances else None

"""When to ask for the next head: about once per block, whatever the chain's pace is."""

from collections import deque
from collections.abc import Callable
from itertools import pairwise

from attestor.core.blocks import BlockWindow

BLOCKS_MEASURED = 32
PROBED_EVERY, PROBED_SELDOM = 4, 64
"""Of so many heads in a row one is looked for early, so that looks do not stay behind: of the more
the oftener that finds none."""
ARRIVALS_MEASURED = 9


class Pace:
    """Of one follower, by a monotonic clock. `poll_seconds` is the least pause between two looks.

    A block that was seen is followed by the next one after about a block time: until then there is
    nothing to ask. One that is late is looked for after ever longer pauses of at most half a block
    time; how late it was seen is known by its timestamp, beside those of others.
    """

    def __init__(self, poll_seconds: float, clock: Callable[[], float]) -> None:
        self._least = poll_seconds
        self._clock = clock
        self._next = clock()
        self._misses = 0
        self._probing = self._hurried = False
        self._planned = self._next
        self._probed_every = self._until_probe = PROBED_EVERY
        self._arrivals: deque[float] = deque(maxlen=ARRIVALS_MEASURED)
        """Of recent blocks: seconds of our clock when it was seen, less those of its timestamp."""

    def is_due(self, window: BlockWindow) -> bool:
        """Whether to look now. Always until there is a window."""
        return window.head is None or self._clock() >= self._next

    @property
    def due_in(self) -> float:
        """Seconds until a look is due."""
        return max(0.0, self._next - self._clock())

    def hurry(self) -> None:
        """Somebody says that there is a new block: look now. After one such look that found none,
        nothing is believed until the next block. Safe in any thread: what two of them make of it at
        once is one look more or less."""
        if not self._hurried:
            self._hurried, self._planned = True, self._next
            self._next = min(self._next, self._clock())

    def looked(self, window: BlockWindow, is_new: bool) -> None:
        """A look gave this window; `is_new` where its head is another than before. A look that
        failed is not told: the next one is due at once."""
        if self._hurried and not is_new and self._clock() < self._planned:
            self._next = self._planned
            return
        late = 0.0
        if self._probing and not self._hurried:
            self._probed_every = PROBED_EVERY if is_new else self._more_seldom()
        if is_new:
            late = self._seen(window)
            self._until_probe -= 1
        self._hurried = False
        self._misses = 0 if is_new else self._misses + 1
        self._probing = is_new and self._until_probe <= 0
        if self._probing:
            self._until_probe = self._probed_every
        self._next = self._clock() + self.pause(block_seconds(window), late)

    def pause(self, seconds: float | None, late: float = 0.0) -> float:
        """Until the next look, at a block time of `seconds` and a last block that came `late`."""
        if seconds is None:
            return self._least
        if self._misses:
            after = seconds / 8 * (1, 2, 4)[min(self._misses, 3) - 1]
            return max(self._least, after)
        early = seconds / 8 if self._probing else 0.0
        # More than a block time is no lateness: the chain's timestamps say nothing then.
        late = min(late, seconds / 2) if late <= seconds else 0.0
        return max(self._least, seconds - early - late)

    def _more_seldom(self) -> int:
        return min(2 * self._probed_every, PROBED_SELDOM)

    def _seen(self, window: BlockWindow) -> float:
        """How much later than others, by their timestamps, the newest block was seen."""
        assert window.head is not None
        arrival = self._clock() - window.head.timestamp
        usual = sorted(self._arrivals)[len(self._arrivals) // 2] if self._arrivals else arrival
        self._arrivals.append(arrival)
        return max(0.0, arrival - usual)


def block_seconds(window: BlockWindow) -> float | None:
    """The chain's block time: the median of the newest blocks' distances; None for one block."""
    blocks = window.blocks[-BLOCKS_MEASURED:]
    distances = sorted(child.timestamp - parent.timestamp for parent, child in pairwise(blocks))
    return float(distances[len(distances) // 2]) if distances else None

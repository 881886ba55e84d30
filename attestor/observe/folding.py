"""The same line again and again is written at a growing pace, with how often it came."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from attestor.observe.repeated import FIRST_PAUSE, LAST_PAUSE

MAX_KEPT = 512
"""Lines that are remembered; of more, the oldest are forgotten."""


@dataclass
class _Seen:
    told_at: float
    pause: float
    untold: int = 0


class Folding:
    """By a monotonic clock; used by one thread at a time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, _Seen] = OrderedDict()

    def take(self, key: str) -> int | None:
        """How many lines like this one were left out since the last that was written: None for
        another one that is to be left out."""
        now, seen = self._clock(), self._seen.get(key)
        if seen is None or now - seen.told_at > 2 * seen.pause:
            left_out = 0 if seen is None else seen.untold
            self._keep(key, _Seen(now, FIRST_PAUSE))
            return left_out
        if now - seen.told_at < seen.pause:
            seen.untold += 1
            return None
        self._keep(key, _Seen(now, min(2 * seen.pause, LAST_PAUSE)))
        return seen.untold

    def _keep(self, key: str, seen: _Seen) -> None:
        self._seen[key] = seen
        self._seen.move_to_end(key)
        while len(self._seen) > MAX_KEPT:
            self._seen.popitem(last=False)

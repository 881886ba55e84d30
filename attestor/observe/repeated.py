"""When something that goes wrong again and again is worth another line in the log."""

from collections.abc import Callable
from dataclasses import dataclass, replace

FIRST_PAUSE = 60.0
LAST_PAUSE = 3600.0


@dataclass(frozen=True)
class Occurrence:
    """A failure that is to be told: how often it came in a row, and whether it is the first one of
    its kind."""

    times: int
    is_new: bool


@dataclass(frozen=True)
class _Lasting:
    kind: str
    times: int
    told_at: float
    pause: float


class Repeated:
    """A line when an error begins or changes its kind, then after a minute, two, four … and at most
    every hour as long as it lasts. By a monotonic clock; used by one thread at a time."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lasting: dict[str, _Lasting] = {}

    def failed(self, what: str, kind: str) -> Occurrence | None:
        """`what` failed by an error of some kind: None unless that is to be told."""
        now, known = self._clock(), self._lasting.get(what)
        if known is None or known.kind != kind:
            times = 1 if known is None else known.times + 1
            self._lasting[what] = _Lasting(kind, times, now, FIRST_PAUSE)
            return Occurrence(times, is_new=True)
        known = replace(known, times=known.times + 1)
        if is_due := now - known.told_at >= known.pause:
            known = replace(known, told_at=now, pause=min(2 * known.pause, LAST_PAUSE))
        self._lasting[what] = known
        return Occurrence(known.times, is_new=False) if is_due else None

    def passed(self, what: str) -> int:
        """`what` works. How often it had failed in a row before."""
        known = self._lasting.pop(what, None)
        return 0 if known is None else known.times

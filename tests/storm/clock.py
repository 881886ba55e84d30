"""Time that goes by when somebody waits: the storm's, which no machine is too slow for."""

import heapq
import itertools
from collections.abc import Callable

from attestor.errors import AttestorError


class VirtualClock:
    """Seconds since the beginning. What is due happens when its time comes, whoever waits then: in
    the middle of a call that takes long, too. Used by one thread."""

    def __init__(self, now: float = 0.0) -> None:
        self.now = now
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def __call__(self) -> float:
        return self.now

    def at(self, time: float, act: Callable[[], None]) -> None:
        """Do that then."""
        heapq.heappush(self._due, (time, next(self._order), act))

    def every(self, seconds: float, act: Callable[[], None]) -> None:
        """Do that again and again, from so many seconds from now on."""
        due = self.now + seconds

        def again() -> None:
            nonlocal due
            due += seconds
            self.at(due, again)
            act()

        self.at(due, again)

    def pass_by(self, seconds: float) -> None:
        """Wait so long."""
        end = self.now + seconds
        while self._due and self._due[0][0] <= end:
            time, _, act = heapq.heappop(self._due)
            self.now = max(self.now, time)
            try:
                act()
            except AttestorError as error:
                # Whoever waits must not take it for an answer of his own.
                raise AssertionError("the storm itself failed") from error
        self.now = max(self.now, end)

    def catch_up(self, other: "VirtualClock") -> None:
        """Be no earlier than another."""
        self.now = max(self.now, other.now)

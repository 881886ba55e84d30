"""The one bound on time of a request, or of several that serve one decision."""

import time
from collections.abc import Callable

from attestor.errors import HttpFailed, HttpFault


class Deadline:
    """Ends `seconds` after it was made, by a clock that nobody sets."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._end = clock() + seconds

    def remaining(self, phase: str) -> float:
        """Seconds left, always more than 0. Raises `HttpFailed`, which names the phase that was
        under way, when there are none."""
        left = self._end - self._clock()
        if left <= 0:
            raise self.passed(phase)
        return left

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return self._clock() >= self._end

    def passed(self, phase: str) -> HttpFailed:
        """The error of a deadline that passed in `phase`."""
        return HttpFailed(f"no answer within {self.seconds:g} s ({phase})", fault=HttpFault.TIMEOUT)

    def earlier(self, other: "Deadline") -> "Deadline":
        """The one of the two that ends first. Both are of one clock."""
        return self if self._end <= other._end else other

    def within(self, seconds: float | None) -> "Deadline":
        """The earlier of this deadline and one in `seconds` from now."""
        if seconds is None or self._clock() + seconds >= self._end:
            return self
        return Deadline(seconds, self._clock)

    def share(self, parts: int) -> "Deadline":
        """One of `parts` equal shares of the time that is left."""
        return Deadline(max(0.0, self._end - self._clock()) / max(1, parts), self._clock)

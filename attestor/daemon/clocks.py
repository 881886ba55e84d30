"""The clocks of the daemon: one for people, one for durations, one that leaves out when everything
stood still."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

STILL_SECONDS = 5.0
"""A clock that is read each second and jumps further than this stood still in between."""
JUMP_SECONDS = 2.0
"""By how much the wall clock may run away from the monotonic one within a second."""


class WatchClock:
    """Monotonic seconds without those in which nothing ran: a suspended machine, a process that
    was stopped. What takes long is judged by it, so that nobody is blamed for such a time.

    Some thread has to read it more often than every `STILL_SECONDS`.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._last = monotonic()
        self.stood_still = 0.0
        """Seconds that were left out until now."""

    def __call__(self) -> float:
        with self._lock:
            now = self._monotonic()
            if now - self._last > STILL_SECONDS:
                self.stood_still += now - self._last
            self._last = now
            return now - self.stood_still


@dataclass(frozen=True)
class Clocks:
    """All in seconds. The wall clock is for people alone: it may be set at any time."""

    wall: Callable[[], float]
    monotonic: Callable[[], float]
    watch: Callable[[], float]

    @classmethod
    def of_this_machine(cls) -> "Clocks":
        return cls(time.time, time.monotonic, WatchClock())


class ClockWatch:
    """Says what happened to the clocks since it was last asked."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._last = self._read()

    def told(self) -> list[str]:
        """A line for a time in which everything stood still, and one for a wall clock that was
        set. Nothing but the log depends on it."""
        before, now = self._last, self._read()
        self._last = now
        lines = []
        still = (now[1] - now[2]) - (before[1] - before[2])
        if still > 1:
            lines.append(f"the machine or this process stood still for {still:.0f} s")
        jump = (now[0] - now[1]) - (before[0] - before[1])
        if abs(jump) > JUMP_SECONDS:
            lines.append(f"the wall clock was set by {jump:+.0f} s")
        return lines

    def _read(self) -> tuple[float, float, float]:
        # The watch first: reading it is what finds out that everything stood still.
        watch = self._clocks.watch()
        return self._clocks.wall(), self._clocks.monotonic(), watch

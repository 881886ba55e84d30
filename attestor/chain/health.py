"""How far an endpoint can be relied on: its score, and when it is left alone."""

import threading
from collections.abc import Callable

from attestor.core.histogram import CALL_SECONDS, Histogram
from attestor.errors import RpcThrottled

FAILURES_TO_DEMOTE = 2
"""One failed call is the weather."""
FAILURES_TO_BE_DOWN = 4
FIRST_PAUSE = 2.0
LAST_PAUSE = 120.0
FIRST_SILENCE = 1.0
LAST_SILENCE = 8.0
"""Seconds for which an endpoint is not called that asks for less without saying for how long. Less
than a block of Ethereum takes: it may be the only one that answers at the next."""
LAST_RESORT_EVERY, LAST_RESORT_CALLS = 10.0, 4
"""About once per block of Ethereum, an endpoint that rests may be asked because no other answers.
Where it answers, it may be asked so many questions in that time: a decision is more than one."""
FORGIVEN_AFTER = 300.0
"""Seconds without a fault after which none is remembered."""
LAG_TOLERATED = 1
"""Blocks behind the best head: blocks do not reach all nodes at once."""
_WRONG_WEIGHT = 4
_MAX_COUNT = 16


class Health:
    """Kept from what an endpoint answered, by a monotonic clock. Safe to use from several threads.

    A demoted endpoint is asked only when no other answers. One that asked to wait rests until the
    wait is over, and is asked meanwhile as the last resort alone.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._wrong = 0
        self._demotions = 0
        self._throttles = 0
        self._last_fault = clock()
        self._demoted_until = 0.0
        self._silent_until: float | None = None
        self._resorted_at, self._resorts = clock(), 0
        """Since when it was asked as the last resort, and how often."""
        self.answers = self.faults = self.demoted_times = 0
        """Since the start: usable answers, calls that were held against it, and demotions."""
        self.latency: float | None = None
        """Seconds that the last usable answer took, and"""
        self.calls = Histogram.empty(CALL_SECONDS)
        """all of them."""
        self.lag = 0
        """Blocks behind the best head when that was last compared."""

    @property
    def score(self) -> int:
        """0 for an endpoint without faults; the higher, the worse."""
        with self._lock:
            self._forgive()
            lag = self.lag if self.lag > LAG_TOLERATED else 0
            return self._failures + _WRONG_WEIGHT * self._wrong + min(lag, _MAX_COUNT)

    @property
    def is_demoted(self) -> bool:
        """Whether others are asked first, whatever their score."""
        return self._clock() < self._demoted_until

    @property
    def is_down(self) -> bool:
        """Whether it has given no answer for some calls in a row."""
        return self._failures >= FAILURES_TO_BE_DOWN

    @property
    def silent_for(self) -> float:
        """Seconds for which the endpoint must not be called; 0 when it may be."""
        until = self._silent_until
        return 0.0 if until is None else max(0.0, until - self._clock())

    def require_callable(self, label: str, last_resort: bool = False) -> None:
        """Raise `RpcThrottled` while the endpoint asked not to be called. As the `last_resort` it
        may be called now and then all the same, if its wait does not end soon."""
        left = self.silent_for
        if left == 0 or (last_resort and left > LAST_SILENCE and self._resort()):
            return
        raise RpcThrottled(f"{label} asked not to be called for another {left:.3g} s", seconds=left)

    def answered(self, seconds: float | None = None) -> None:
        """It gave an answer that can be used, or a refusal that is one, after so many seconds."""
        with self._lock:
            self._failures = self._throttles = 0
            self.answers += 1
            if seconds is not None:
                self.latency, self.calls = seconds, self.calls.took(seconds)

    def failed(self) -> bool:
        """It gave no answer. Whether that demotes it."""
        with self._lock:
            self._fault()
            self._failures = min(self._failures + 1, _MAX_COUNT)
            return self._failures >= FAILURES_TO_DEMOTE and self._demote()

    def lied(self) -> bool:
        """It gave an answer that cannot be true: that demotes it at once."""
        with self._lock:
            self._fault()
            self._wrong = min(self._wrong + 1, _MAX_COUNT)
            return self._demote()

    def throttled(self, seconds: float | None) -> bool:
        """It asks to be left alone, for that long if it says so. Whether that demotes it."""
        with self._lock:
            self._fault()
            demoted = self._demote()
            # Its own count: an endpoint that is bad in other ways is silenced no longer by this.
            pause = min(FIRST_SILENCE * 2**self._throttles, LAST_SILENCE)
            self._throttles = min(self._throttles + 1, _MAX_COUNT)
            pause = pause if seconds is None else seconds
            self._silent_until = max(self._silent_until or 0.0, self._clock() + pause)
            self._resorted_at, self._resorts = self._clock(), LAST_RESORT_CALLS
            return demoted

    def _resort(self) -> bool:
        """Whether it may be asked as the last resort now, which counts."""
        with self._lock:
            if self._clock() - self._resorted_at >= LAST_RESORT_EVERY:
                self._resorted_at, self._resorts = self._clock(), 0
            self._resorts += 1
            return self._resorts <= LAST_RESORT_CALLS

    def _fault(self) -> None:
        self._forgive()
        self.faults += 1
        self._last_fault = self._clock()

    def _forgive(self) -> None:
        if self._clock() - self._last_fault > FORGIVEN_AFTER:
            self._failures = self._wrong = self._demotions = 0

    def _demote(self) -> bool:
        if self._clock() < self._demoted_until:
            return False
        pause = min(FIRST_PAUSE * 2 ** min(self._demotions, 10), LAST_PAUSE)
        self._demotions = min(self._demotions + 1, _MAX_COUNT)
        self.demoted_times += 1
        self._demoted_until = self._clock() + pause
        return True

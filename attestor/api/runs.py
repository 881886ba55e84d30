"""Which programs run: so many at once for all registrations together, and each for all of them."""

import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager

from attestor.core.outcome import Outcome

MAX_KEPT = 16
"""Outcomes in memory. Those of jobs that are finished are in the database."""


class Runs:
    """Safe to use from several threads. Jobs that differ in nothing but their registration are one
    run: who comes second waits for the first, whose outcome is signed once more."""

    def __init__(self, most: int, most_kept: int = MAX_KEPT) -> None:
        """`most` programs run at once."""
        self._room = threading.Semaphore(most)
        self._most_kept = most_kept
        self._kept: OrderedDict[str, Outcome] = OrderedDict()
        self._lock = threading.Lock()
        self._running: dict[str, tuple[threading.Lock, int]] = {}

    @contextmanager
    def alone(self, run: str) -> Iterator[None]:
        """Wait until nobody else is at that run."""
        with self._lock:
            own, waiting = self._running.get(run, (threading.Lock(), 0))
            self._running[run] = own, waiting + 1
        try:
            with own:
                yield
        finally:
            with self._lock:
                own, waiting = self._running.pop(run)
                if waiting > 1:
                    self._running[run] = own, waiting - 1

    @contextmanager
    def room(self) -> Iterator[None]:
        """Wait until a program may be run."""
        with self._room:
            yield

    def keep(self, run: str, outcome: Outcome) -> None:
        """What came of a run, until others need the room: the chain has yet to vouch for the signer
        before the job's result is in the database."""
        with self._lock:
            self._kept[run] = outcome
            self._kept.move_to_end(run)
            while len(self._kept) > self._most_kept:
                self._kept.popitem(last=False)

    def kept(self, run: str) -> Outcome | None:
        """What came of a run a moment ago."""
        with self._lock:
            return self._kept.get(run)

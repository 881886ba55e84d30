"""Processes that are started before there is a request for them: what a start takes, no job waits
for. Each answers one request, like any other, and nothing of one job is in reach of the next."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from attestor.errors import AttestorError
from attestor.executor import starting
from attestor.executor.starting import Started

PAUSE_SECONDS = 0.01
"""Until the next is started in the place of one that was taken: the job, its cross-check, and all
that makes an answer of it have use for the processor first."""


class Warm:
    """Keeps `count` of them, for as many jobs that run at once. Safe to use from several threads.

    They are started by one thread of its own: the kernel ends them with the thread that did.
    """

    def __init__(self, start: Callable[[], Started], count: int) -> None:
        self._start = start
        self._count = count
        self._ready: deque[Started] = deque()
        self._running = 0
        self._due = 0.0
        self._changed = threading.Condition()
        self._closed = False
        threading.Thread(target=self._work, name="warm", daemon=True).start()

    @contextmanager
    def taken(self) -> Iterator[Started | None]:
        """One that waits, for a run that is over at the end; None where there is none at the
        moment. The next one is started after the run, which has the processor for itself."""
        with self._changed:
            started = self._take()
            self._running += 1
            self._put_off()
            if started is None:
                self._changed.notify_all()
        try:
            yield started
        finally:
            with self._changed:
                self._running -= 1
                self._put_off()
                self._changed.notify_all()

    def close(self) -> None:
        """End those that wait, and start no more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            while self._ready:
                _destroy(self._ready.popleft())

    def _take(self) -> Started | None:
        while self._ready:
            started = self._ready.popleft()
            if not started.has_ended:
                return started
            _destroy(started)
        return None

    def _put_off(self) -> None:
        """Once for each start: where jobs come without end, it has its turn all the same."""
        now = time.monotonic()
        if now > self._due + PAUSE_SECONDS:
            self._due = now + PAUSE_SECONDS

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._closed and (pause := self._pause()) != 0:
                    self._changed.wait(pause)
                if self._closed:
                    return
            try:
                started = self._start()
            except AttestorError:
                # Whoever has a request meets the same, and says it. Tried again with the next.
                with self._changed:
                    self._changed.wait()
                continue
            self._add(started)

    def _pause(self) -> float | None:
        """Seconds until the next is to be started; None: until a run is over."""
        if len(self._ready) + self._running >= self._count:
            return None
        return max(0.0, self._due - time.monotonic())

    def _add(self, started: Started) -> None:
        with self._changed:
            if not self._closed:
                self._ready.append(started)
                return
        _destroy(started)


def _destroy(started: Started) -> None:
    with suppress(AttestorError):
        starting.destroy(started)

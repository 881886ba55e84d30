"""Processes that are started before there is a request for them: what a start takes, no job waits
for. Each answers one request, like any other, and nothing of one job is in reach of the next."""

import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from attestor.errors import AttestorError
from attestor.executor import starting
from attestor.executor.starting import Started


class Warm:
    """Keeps `count` of them. Safe to use from several threads.

    They are started by one thread of its own: the kernel ends them with the thread that did.
    """

    def __init__(self, start: Callable[[], Started], count: int) -> None:
        self._start = start
        self._count = count
        self._ready: deque[Started] = deque()
        self._changed = threading.Condition()
        self._closed = False
        threading.Thread(target=self._work, name="warm", daemon=True).start()

    def take(self) -> Started | None:
        """One that waits, which is the caller's then; None where there is none at the moment."""
        with self._changed:
            # While the caller's runs, this process has time to start the next.
            self._changed.notify_all()
            while self._ready:
                started = self._ready.popleft()
                if not started.has_ended:
                    return started
                _destroy(started)
        return None

    def close(self) -> None:
        """End those that wait, and start no more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            while self._ready:
                _destroy(self._ready.popleft())

    def _work(self) -> None:
        while True:
            with self._changed:
                while len(self._ready) >= self._count and not self._closed:
                    self._changed.wait()
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

    def _add(self, started: Started) -> None:
        with self._changed:
            if not self._closed:
                self._ready.append(started)
                return
        _destroy(started)


def _destroy(started: Started) -> None:
    with suppress(AttestorError):
        starting.destroy(started)

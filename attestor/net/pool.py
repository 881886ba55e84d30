"""Idle connections, kept for the next request to the same endpoint."""

import threading
import time
from collections.abc import Callable

from attestor.net.connection import HttpConnection

MAX_IDLE_PER_ENDPOINT = 8
MAX_IDLE_SECONDS = 30.0
"""Below the least that servers of nodes and proxies commonly keep a connection open for."""


class Pool:
    """Safe to use from several threads. The newest connection is reused first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._idle: dict[str, list[tuple[float, HttpConnection]]] = {}
        self._lock = threading.Lock()
        self._closed = False

    def take(self, endpoint: str) -> HttpConnection | None:
        """A connection that is still open as far as can be seen; None if there is none."""
        while (found := self._pop(endpoint)) is not None:
            since, connection = found
            if self._clock() - since < MAX_IDLE_SECONDS and connection.stream.is_quiet():
                return connection
            connection.stream.close()
        return None

    def give(self, endpoint: str, connection: HttpConnection) -> None:
        """Keep a connection that is ready for another request."""
        with self._lock:
            idle = self._idle.setdefault(endpoint, [])
            if not self._closed and len(idle) < MAX_IDLE_PER_ENDPOINT:
                idle.append((self._clock(), connection))
                return
        connection.stream.close()

    def close(self) -> None:
        """Close all of them, and those that are given from now on."""
        with self._lock:
            self._closed = True
            idle = [connection for kept in self._idle.values() for _, connection in kept]
            self._idle.clear()
        for connection in idle:
            connection.stream.close()

    def _pop(self, endpoint: str) -> tuple[float, HttpConnection] | None:
        with self._lock:
            idle = self._idle.get(endpoint)
            return idle.pop() if idle else None

"""Names to addresses by the system's resolver, which takes no deadline: it runs in a thread that is
left behind when the deadline passes. There is one such thread per name, however many wait."""

import errno
import socket
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import suppress
from typing import Any

from attestor.errors import HttpFailed, HttpFault
from attestor.net.address import is_numeric
from attestor.net.deadline import Deadline

Address = tuple[socket.AddressFamily, Any]
"""An address family and the socket address in it."""


class Resolver:
    """Safe to use from several threads."""

    def __init__(self, lookup: Callable[..., list[Any]] = socket.getaddrinfo) -> None:
        self._lookup = lookup
        self._running: dict[tuple[str, int], Future[list[Address]]] = {}
        self._closed = False
        self._lock = threading.Lock()

    def addresses(self, host: str, port: int, deadline: Deadline) -> list[Address]:
        """At least one address. Raises `HttpFailed` (`NAME`, `TIMEOUT`, `CLOSED`)."""
        phase = "resolving the name"
        try:
            if is_numeric(host):
                return self._look_up(host, port, socket.AI_NUMERICHOST)
            return self._started(host, port).result(deadline.remaining(phase))
        except TimeoutError:
            raise deadline.passed(phase) from None
        except CancelledError:
            raise HttpFailed("the client was closed", fault=HttpFault.CLOSED) from None
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or "not a name"
            raise HttpFailed(
                f"the host's name does not resolve: {reason}",
                hint="check the name, and this machine's DNS",
                fault=HttpFault.NAME,
            ) from None

    def close(self) -> None:
        """Let everybody go who waits."""
        with self._lock:
            self._closed = True
            for future in self._running.values():
                future.cancel()
            self._running.clear()

    def _started(self, host: str, port: int) -> "Future[list[Address]]":
        with self._lock:
            if self._closed:
                raise CancelledError
            future = self._running.get((host, port))
            if future is not None:
                return future
            future = self._running[host, port] = Future()
        try:
            threading.Thread(
                target=self._run, args=(host, port, future), name="resolver", daemon=True
            ).start()
        except RuntimeError:
            self._answer(host, port, future, OSError(errno.EAGAIN, "no thread left to ask in"))
        return future

    def _run(self, host: str, port: int, future: "Future[list[Address]]") -> None:
        found: list[Address] | BaseException
        try:
            found = self._look_up(host, port, 0)
        except BaseException as error:
            found = error
        self._answer(host, port, future, found)

    def _answer(
        self,
        host: str,
        port: int,
        future: "Future[list[Address]]",
        found: list[Address] | BaseException,
    ) -> None:
        """Let everybody go who waits for that name; who asks next has it looked up anew."""
        with self._lock:
            if self._running.get((host, port)) is future:
                del self._running[host, port]
        with suppress(InvalidStateError):
            if isinstance(found, BaseException):
                future.set_exception(found)
            else:
                future.set_result(found)

    def _look_up(self, host: str, port: int, flags: int) -> list[Address]:
        found = self._lookup(host, port, type=socket.SOCK_STREAM, flags=flags)
        if not found:
            raise OSError("no address")
        return [(family, address) for family, _, _, _, address in found]

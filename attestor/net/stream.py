"""A TCP or TLS connection on which no call outlives a deadline.

The timeout of a Python socket bounds one call, however many bytes it waits for; so it is set anew
to what is left before each call. TLS handshakes and reads are single calls in that sense.
"""

import contextlib
import errno
import select
import socket
import ssl
import threading
from collections.abc import Callable
from operator import methodcaller
from typing import Any, TypeVar

from attestor.errors import HttpFailed, HttpFault
from attestor.net import tls
from attestor.net.address import Target
from attestor.net.deadline import Deadline
from attestor.net.resolver import Address, Resolver

_CHUNK = 1 << 16
_SENT_AT_ONCE = 1 << 18
_CONNECTING = "connecting"
_NO_ROUTE = {
    errno.EADDRNOTAVAIL,
    errno.EAFNOSUPPORT,
    errno.EHOSTUNREACH,
    errno.EINVAL,
    errno.ENETUNREACH,
    errno.ETIMEDOUT,
}
_Result = TypeVar("_Result")


class SocketStream:
    """Used by one thread at a time, but for `abort`."""

    def __init__(self) -> None:
        self._socket: socket.socket | None = None
        self._aborted = False
        self._lock = threading.Lock()

    def open(
        self,
        target: Target,
        resolver: Resolver,
        context: Callable[[], ssl.SSLContext],
        deadline: Deadline,
    ) -> None:
        """Connect to the first of the host's addresses that answers. Raises `HttpFailed`."""
        addresses = resolver.addresses(target.host, target.port, deadline)
        self._connect(addresses, deadline)
        if target.scheme == "https":
            host = target.host.partition("%")[0].rstrip(".")
            self._start_tls(context(), host, deadline)

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Send all of `data`. Raises `HttpFailed`."""
        phase, view, sent = "sending the request", memoryview(data), 0
        while sent < len(view):
            part = view[sent : sent + _SENT_AT_ONCE]
            sent += self._call(methodcaller("send", part), deadline, phase)

    def receive(self, deadline: Deadline, phase: str) -> bytes:
        """What comes next, at least one byte; empty at the peer's end. Raises `HttpFailed`."""
        data: bytes = self._call(methodcaller("recv", _CHUNK), deadline, phase)
        return data

    def is_quiet(self) -> bool:
        """Whether an idle connection is still open and silent, as it should be."""
        sock = self._socket
        if sock is None or self._aborted or sock.fileno() < 0:
            return False
        poll = select.poll()
        poll.register(sock, select.POLLIN | select.POLLHUP)
        pending = isinstance(sock, ssl.SSLSocket) and sock.pending()
        return not pending and not poll.poll(0)

    def abort(self) -> None:
        """Make the thread that waits here fail at once; from any thread."""
        with self._lock:
            self._aborted = True
            if self._socket is not None:
                # The method of SSLSocket would take the TLS state away from under a reader.
                with contextlib.suppress(OSError):
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def close(self) -> None:
        """Give the connection up."""
        with self._lock:
            if self._socket is not None:
                self._socket.close()

    def _connect(self, addresses: list[Address], deadline: Deadline) -> None:
        """Try the addresses in turn; each has its share of the time that is left."""
        failed: HttpFailed | None = None
        for tried, (family, address) in enumerate(addresses):
            share = deadline.remaining(_CONNECTING) / (len(addresses) - tried)
            try:
                return self._connect_to(family, address, deadline.within(share))
            except HttpFailed as error:
                self.close()
                if error.fault is HttpFault.CLOSED:
                    raise
                if failed is None or failed.fault in {HttpFault.TIMEOUT, HttpFault.NO_ROUTE}:
                    failed = error
        if failed is None or failed.fault is HttpFault.TIMEOUT:
            raise deadline.passed(_CONNECTING)
        raise failed

    def _connect_to(self, family: int, address: Any, deadline: Deadline) -> None:
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError as error:
            raise _explain(error) from None
        self._keep(sock)
        self._call(methodcaller("connect", address), deadline, _CONNECTING)
        self._call(_set_options, deadline, _CONNECTING)

    def _start_tls(self, context: ssl.SSLContext, host: str, deadline: Deadline) -> None:
        phase = "TLS handshake"

        def wrap(sock: socket.socket) -> ssl.SSLSocket:
            return context.wrap_socket(
                sock,
                server_hostname=host,
                do_handshake_on_connect=False,
                # An answer that ends with the connection must not be cut short unnoticed.
                suppress_ragged_eofs=False,
            )

        secured = self._call(wrap, deadline, phase)
        self._keep(secured)
        self._call(methodcaller("do_handshake"), deadline, phase)

    def _keep(self, sock: socket.socket) -> None:
        with self._lock:
            self._socket = sock

    def _call(
        self, operation: Callable[[socket.socket], _Result], deadline: Deadline, phase: str
    ) -> _Result:
        sock = self._socket
        left = deadline.remaining(phase)
        try:
            self._require_open(sock)
            assert sock is not None
            sock.settimeout(left)
            result = operation(sock)
            self._require_open(sock)
            return result
        except OSError as error:
            self._require_open(sock)
            if isinstance(error, TimeoutError) and error.errno is None:
                raise deadline.passed(phase) from None
            raise _explain(error) from None

    def _require_open(self, sock: socket.socket | None) -> None:
        if self._aborted or sock is None:
            raise HttpFailed("the client was closed", fault=HttpFault.CLOSED)


def _set_options(sock: socket.socket) -> None:
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # A peer that vanished is noticed during a long wait, and middleboxes see traffic.
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)


def _explain(error: OSError) -> HttpFailed:
    if isinstance(error, ssl.SSLError):
        return tls.explain(error)
    if isinstance(error, ConnectionRefusedError):
        return HttpFailed("connection refused: nothing listens there", fault=HttpFault.REFUSED)
    if error.errno in _NO_ROUTE:
        return HttpFailed(
            "there is no route to the host",
            hint="check the address, and this machine's network",
            fault=HttpFault.NO_ROUTE,
        )
    name = errno.errorcode.get(error.errno or 0, "")
    return HttpFailed(f"the connection broke: {name}".rstrip(": "), fault=HttpFault.LOST)

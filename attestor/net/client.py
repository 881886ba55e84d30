"""The HTTP client of all that asks others: nodes, collateral services, other attestors.

Environment variables and .netrc are not looked at, no proxy is used, no cookie is kept, and nothing
is compressed. Certificates are checked against the authorities of this machine.
"""

import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from attestor import __version__
from attestor.errors import HttpFailed, HttpFault
from attestor.net import redirects, tls
from attestor.net.address import Target, parse
from attestor.net.connection import ByteStream, HttpConnection
from attestor.net.deadline import Deadline
from attestor.net.message import Request, Response
from attestor.net.pool import Pool
from attestor.net.resolver import Resolver
from attestor.net.stream import SocketStream

_HARMLESS = {"GET", "HEAD"}


class HttpClient:
    """Safe to use from several threads. Connections are kept for later requests to an origin."""

    def __init__(
        self,
        resolver: Resolver | None = None,
        context: Callable[[], ssl.SSLContext] = tls.make_context,
    ) -> None:
        self._resolver = resolver or Resolver()
        self._make_context = context
        self._context: ssl.SSLContext | None = None
        self._pool = Pool()
        self._busy: set[ByteStream] = set()
        self._lock = threading.Lock()
        self._closed = False

    def request(
        self,
        method: str,
        url: str,
        deadline: Deadline,
        *,
        max_bytes: int,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        connect_seconds: float | None = None,
        repeatable: bool | None = None,
        max_redirects: int = 0,
    ) -> Response:
        """The answer to one request, whatever its status, with a body of at most `max_bytes`.

        `connect_seconds` bounds name, connection and TLS within the deadline. A `repeatable`
        request (GET and HEAD are) may reuse a connection, and is sent once more when that turns
        out to be closed; any other has a new connection and is sent once. Redirects are followed
        for GET and HEAD, up to `max_redirects`; one more is a fault.

        Raises `HttpFailed`, whose `fault` says why.
        """
        target = parse(url)
        request = Request(
            method=method,
            headers=(
                ("User-Agent", f"attestor/{__version__}"),
                ("Accept-Encoding", "identity"),
                *(headers or {}).items(),
            ),
            body=body,
            max_bytes=max_bytes,
            repeatable=method in _HARMLESS if repeatable is None else repeatable,
        )
        for _ in range(max_redirects + 1):
            response = self._perform(target, request, deadline, connect_seconds)
            if not redirects.is_redirect(response):
                return response
            following = redirects.next_target(target, response)
            if method not in _HARMLESS:
                break
            target = following
        raise redirects.refused(response, f"to {following.origin}")

    def close(self) -> None:
        """End running requests, whose callers get the fault `CLOSED`, and refuse new ones."""
        with self._lock:
            self._closed = True
            busy = list(self._busy)
        for stream in busy:
            stream.abort()
        self._resolver.close()
        self._pool.close()

    def _perform(
        self, target: Target, request: Request, deadline: Deadline, connect_seconds: float | None
    ) -> Response:
        if request.repeatable and (kept := self._pool.take(target.endpoint)) is not None:
            try:
                with self._busy_with(kept.stream):
                    return self._exchange(kept, target, request, deadline)
            except HttpFailed as error:
                if error.fault is not HttpFault.LOST or kept.answered:
                    raise
        stream = SocketStream()
        with self._busy_with(stream):
            connecting = deadline.within(connect_seconds)
            stream.open(target, self._resolver, self._tls_context, connecting)
            response = self._exchange(HttpConnection(stream), target, request, deadline)
            return replace(response, new_connection=True)

    def _exchange(
        self, connection: HttpConnection, target: Target, request: Request, deadline: Deadline
    ) -> Response:
        response = connection.perform(target, request, deadline)
        if connection.is_reusable():
            self._pool.give(target.endpoint, connection)
        else:
            connection.stream.close()
        return response

    @contextmanager
    def _busy_with(self, stream: ByteStream) -> Iterator[None]:
        """While it lasts, `close` ends what the stream does; a failure closes the stream."""
        try:
            with self._lock:
                if self._closed:
                    raise HttpFailed("the client was closed", fault=HttpFault.CLOSED)
                self._busy.add(stream)
            yield
        except BaseException:
            stream.close()
            raise
        finally:
            with self._lock:
                self._busy.discard(stream)

    def _tls_context(self) -> ssl.SSLContext:
        """Made at the first use of TLS: it reads all authorities of the machine."""
        with self._lock:
            if self._context is None:
                self._context = self._make_context()
            return self._context

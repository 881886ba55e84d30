"""HTTP/1.1 on one connection: h11 reads and writes the protocol, here are the bounds."""

from typing import Protocol

import h11

from attestor.errors import HttpFailed, HttpFault
from attestor.net.address import Target
from attestor.net.deadline import Deadline
from attestor.net.message import Request, Response

MAX_HEAD_BYTES = 1 << 16
"""Of a status line with its headers. One that arrives in a single read may have twice that."""
MAX_INTERIM_ANSWERS = 8
_BEGINNING, _TLS_RECORD = b"HTTP/", b"\x15\x03"
_WAITING, _READING = "waiting for the answer", "reading the answer"


class ByteStream(Protocol):
    """The connection below: `stream.SocketStream`, or a test's script."""

    def send(self, data: bytes, deadline: Deadline) -> None: ...

    def receive(self, deadline: Deadline, phase: str) -> bytes: ...

    def is_quiet(self) -> bool: ...

    def abort(self) -> None: ...

    def close(self) -> None: ...


class HttpConnection:
    """One request at a time. After `HttpFailed` the connection is of no more use."""

    def __init__(self, stream: ByteStream) -> None:
        self.stream = stream
        self.answered = False
        """Whether a byte of the answer to the last request has come."""
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEAD_BYTES)
        self._ended = False

    def perform(self, target: Target, request: Request, deadline: Deadline) -> Response:
        """Send a request and read its whole answer. Raises `HttpFailed`."""
        self.answered = False
        sent = self._send(target, request, deadline)
        head = self._head(deadline)
        headers = _joined(head)
        _require_acceptable(headers, request)
        body = self._body(request.max_bytes, deadline)
        if not sent:
            self._ended = True
        return Response(head.status_code, headers, body)

    def is_reusable(self) -> bool:
        """Whether another request may follow; makes the connection ready for it."""
        trailing, _ = self._http.trailing_data
        if self._ended or trailing or self._http.our_state is not h11.DONE:
            return False
        if self._http.their_state is not h11.DONE:
            return False
        self._http.start_next_cycle()
        return True

    def _send(self, target: Target, request: Request, deadline: Deadline) -> bool:
        """Whether all was sent. A server may answer, and close, before it has read everything."""
        headers = [("Host", target.authority), *request.headers]
        if request.body or request.method not in {"GET", "HEAD"}:
            headers.append(("Content-Length", str(len(request.body))))
        if target.authorization is not None:
            headers.append(("Authorization", target.authorization))
        try:
            asked = h11.Request(method=request.method, target=target.path, headers=headers)
            head = self._http.send(asked) or b""
            body = self._http.send(h11.Data(data=request.body)) or b""
            self._http.send(h11.EndOfMessage())
        except h11.LocalProtocolError as error:
            raise HttpFailed(f"the request is not HTTP: {error}", fault=HttpFault.URL) from None
        try:
            self.stream.send(head + body if len(body) < MAX_HEAD_BYTES else head, deadline)
            if len(body) >= MAX_HEAD_BYTES:
                self.stream.send(body, deadline)
        except HttpFailed as error:
            if error.fault is not HttpFault.LOST:
                raise
            return False
        return True

    def _head(self, deadline: Deadline) -> h11.Response:
        for _ in range(MAX_INTERIM_ANSWERS + 1):
            event = self._event(deadline, _WAITING)
            if isinstance(event, h11.Response):
                return event
            if not isinstance(event, h11.InformationalResponse):
                raise _lost()
        raise HttpFailed(f"more than {MAX_INTERIM_ANSWERS} interim answers")

    def _body(self, max_bytes: int, deadline: Deadline) -> bytes:
        body = bytearray()
        while isinstance(event := self._event(deadline, _READING), h11.Data):
            body += event.data
            if len(body) > max_bytes:
                raise _too_large(max_bytes)
        if not isinstance(event, h11.EndOfMessage):
            raise _lost()
        return bytes(body)

    def _event(self, deadline: Deadline, phase: str) -> object:
        while True:
            deadline.remaining(phase)
            try:
                event = self._http.next_event()
            except h11.ProtocolError as error:
                raise self._malformed(error) from None
            if event is not h11.NEED_DATA:
                return event
            data = self.stream.receive(deadline, phase)
            if not self.answered:
                _require_http(data)
            self.answered = self.answered or bool(data)
            self._ended = not data
            self._http.receive_data(data)

    def _malformed(self, error: h11.ProtocolError) -> HttpFailed:
        if self._ended:
            return _lost()
        if error.error_status_hint == 431:
            return HttpFailed(
                f"the answer's headers are larger than {MAX_HEAD_BYTES} bytes",
                fault=HttpFault.TOO_LARGE,
            )
        return HttpFailed(f"the answer is not HTTP: {error!s:.100}")


def _require_http(first: bytes) -> None:
    """Tell at the first bytes that a port speaks something else, before it falls silent."""
    if first.startswith(_TLS_RECORD):
        raise HttpFailed("the port speaks TLS", hint="use https://", fault=HttpFault.TLS)
    if first[: len(_BEGINNING)] != _BEGINNING[: len(first)]:
        raise HttpFailed(f"the answer is not HTTP: it begins with {first[:16]!r}")


def _joined(head: h11.Response) -> dict[str, str]:
    headers: dict[str, str] = {}
    for raw_name, raw_value in head.headers:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _require_acceptable(headers: dict[str, str], request: Request) -> None:
    """Refuse by the headers what need not be read."""
    encoding = headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"", "identity"}:
        raise HttpFailed(
            f"the answer is compressed ({encoding:.20}), though that was not asked for",
            hint="have the server or the proxy before it respect Accept-Encoding: identity",
            fault=HttpFault.ENCODED,
        )
    announced = headers.get("content-length", "0")
    if request.method != "HEAD" and announced.isdecimal() and int(announced) > request.max_bytes:
        raise _too_large(request.max_bytes)


def _too_large(max_bytes: int) -> HttpFailed:
    return HttpFailed(f"the answer is larger than {max_bytes} bytes", fault=HttpFault.TOO_LARGE)


def _lost() -> HttpFailed:
    return HttpFailed("the connection ended before the answer was complete", fault=HttpFault.LOST)

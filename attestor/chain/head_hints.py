"""New heads over WebSocket, as hints: they say when to look, and never what is there.

Nothing of a message is used. An endpoint that is dead, floods, or sends something else is left
alone, longer each time; heads are looked for at the usual times meanwhile.
"""

import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from loguru import logger
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from attestor.core import strict_json
from attestor.core.events import Event
from attestor.net import origin_of
from attestor.net.tls import make_context

MAX_MESSAGE_BYTES = 1 << 18
MAX_TOKENS = 4096
"""Of a message: a header has some dozens, of at most 128 KiB."""
MOST_AT_ONCE = 64
"""Messages between two hints; an endpoint that sends more is left alone."""
MOST_FRAMES_PER_SECOND = 256
CONNECT_SECONDS = 10.0
LISTEN_SECONDS = 10.0
"""Between two looks at whether it is time to stop."""
SILENT_SECONDS = 600.0
"""Without a head, after which a connection is made anew."""
FIRST_PAUSE, LAST_PAUSE = 1.0, 300.0
_SUBSCRIBE = '{"jsonrpc":"2.0","id":1,"method":"eth_subscribe","params":["newHeads"]}'
_NO_LOG = logging.Logger("websockets", logging.CRITICAL + 1)
"""What goes wrong is told here, and once."""


class HeadHints:
    """Listens to all of these endpoints, each in a thread of its own."""

    def __init__(self, urls: Sequence[str], pause: float) -> None:
        """Between two hints of one endpoint at least `pause` seconds go by."""
        self._urls = urls
        self._pause = pause
        self._stop = threading.Event()

    def start(self, hint: Callable[[], None]) -> None:
        """Call `hint` for what may be a new head, in any thread."""
        for url in self._urls:
            listener = _Listener(url, self._pause, hint, self._stop)
            threading.Thread(target=listener.run, name="heads", daemon=True).start()

    def close(self) -> None:
        """Give no more hints. Never waits: the connections end with the threads."""
        self._stop.set()


class _Unusable(Exception):
    """What the endpoint sends is not what was asked for."""


class _BoundedConnection(ClientConnection):
    """Ends where frames come too fast: pings are answered before anybody asks for a message."""

    _frames = 0
    _counted_since = 0.0

    def process_event(self, event: Any) -> None:
        """Called for each frame, by the thread that reads."""
        now = time.monotonic()
        if now - self._counted_since > 1.0:
            self._frames, self._counted_since = 0, now
        self._frames += 1
        if self._frames > MOST_FRAMES_PER_SECOND:
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_RDWR)
            return
        super().process_event(event)


class _Listener:
    """One endpoint."""

    def __init__(
        self, url: str, pause: float, hint: Callable[[], None], stop: threading.Event
    ) -> None:
        self._url = url
        self._label = "ws" + origin_of("http" + url.removeprefix("ws")).removeprefix("http")
        self._pause = pause
        self._hint = hint
        self._stop = stop
        self._failures = 0
        self._told = False

    def run(self) -> None:
        """Until the stop, one connection after another."""
        while not self._stop.is_set():
            try:
                self._listen()
            except (OSError, EOFError, ValueError, RecursionError, WebSocketException) as error:
                self._failed(f"{type(error).__name__}: {error}")
            except _Unusable as error:
                self._failed(str(error))
            except Exception as error:
                logger.bind(event=Event.UNEXPECTED_ERROR).opt(exception=error).error(
                    "listening to {} failed", self._label
                )
            self._failures = min(self._failures + 1, 16)
            self._stop.wait(min(FIRST_PAUSE * 2 ** (self._failures - 1), LAST_PAUSE))

    def _listen(self) -> None:
        tls = make_context() if self._url.startswith("wss://") else None
        with connect(
            self._url,
            ssl=tls,
            compression=None,
            proxy=None,
            open_timeout=CONNECT_SECONDS,
            close_timeout=1.0,
            max_size=MAX_MESSAGE_BYTES,
            logger=_NO_LOG,
            create_connection=_BoundedConnection,
            legacy=True,
        ) as connection:
            connection.send(_SUBSCRIBE)
            answer = _parsed(connection.recv(CONNECT_SECONDS))
            if not isinstance(answer.get("result"), str):
                raise _Unusable("it does not subscribe to new heads")
            while not self._stop.is_set():
                self._one(connection)

    def _one(self, connection: ClientConnection) -> None:
        """A head, and whatever else came until the next one may be heeded."""
        message = self._next(connection)
        if message is None:
            return
        if _parsed(message).get("method") != "eth_subscription":
            raise _Unusable("it sends something other than heads")
        self._failures = 0
        if self._told:
            logger.bind(event=Event.ENDPOINT_ANSWERS).info(
                "{} tells of new heads again", self._label
            )
            self._told = False
        self._hint()
        self._stop.wait(self._pause)
        for _ in range(MOST_AT_ONCE):
            try:
                connection.recv(0)
            except TimeoutError:
                return
        raise _Unusable(f"it sends more than {MOST_AT_ONCE} messages in {self._pause:g} s")

    def _next(self, connection: ClientConnection) -> str | bytes | None:
        """The next message, or None when it is time to stop."""
        ends = time.monotonic() + SILENT_SECONDS
        while not self._stop.is_set():
            try:
                return connection.recv(LISTEN_SECONDS)
            except TimeoutError:
                if time.monotonic() > ends:
                    raise _Unusable(f"it told of no head for {SILENT_SECONDS:g} s") from None
        return None

    def _failed(self, reason: str) -> None:
        if not self._told and not self._stop.is_set():
            told = "{} gives no hints of new heads: {}"
            logger.bind(event=Event.ENDPOINT_FAILING).warning(
                told, self._label, reason.replace(self._url, "…")[:200]
            )
        self._told = True


def _parsed(message: str | bytes) -> dict[str, object]:
    """A JSON object. Raises `ValueError`."""
    found = strict_json.loads(message.encode() if isinstance(message, str) else message, MAX_TOKENS)
    if not isinstance(found, dict):
        raise ValueError("a message is no JSON object")
    return found

"""Hints of new heads over WebSocket: a good one comes at once, and a bad endpoint costs little."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from loguru import logger
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve

from attestor.chain import head_hints as module
from attestor.chain.head_hints import HeadHints
from attestor.chain.node import Node

SUBSCRIBED = '{"jsonrpc":"2.0","id":1,"result":"0x1"}'
HEAD = json.dumps(
    {"jsonrpc": "2.0", "method": "eth_subscription", "params": {"result": {"number": "0x1"}}}
)
SECONDS = 10.0


class Endpoint:
    """Serves what `act` sends on each connection."""

    def __init__(self, act: Callable[[ServerConnection], None]) -> None:
        self.connections = 0
        self._act = act
        self._server: Server = serve(self._serve, "127.0.0.1", 0, compression=None)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"ws://127.0.0.1:{self._server.socket.getsockname()[1]}/a-secret-key"

    def close(self) -> None:
        self._server.shutdown()

    def _serve(self, connection: ServerConnection) -> None:
        self.connections += 1
        with suppress(ConnectionClosed, TimeoutError):
            connection.recv(SECONDS)
            self._act(connection)


class Heard:
    """Hints that came, and what was told of them."""

    def __init__(self) -> None:
        self.hints = 0
        self.log: list[str] = []
        self._closing: list[Any] = []
        self._sink = logger.add(self.log.append, format="{level} {message}", level="INFO")

    def listen(self, *urls: str, pause: float = 0.05) -> None:
        hints = HeadHints(urls, pause)
        self._closing.append(hints)
        hints.start(self._count)

    def serve(self, act: Callable[[ServerConnection], None]) -> Endpoint:
        endpoint = Endpoint(act)
        self._closing.append(endpoint)
        self.listen(endpoint.url)
        return endpoint

    def close(self) -> None:
        for one in self._closing:
            one.close()
        logger.remove(self._sink)

    def _count(self) -> None:
        self.hints += 1


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(module, "LISTEN_SECONDS", 0.1)
    made = Heard()
    yield made
    made.close()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_start__real_node__its_blocks_are_hints(heard: Heard, node: Node) -> None:
    heard.listen(node.rpc.url.replace("http", "ws", 1))

    def is_heard() -> bool:
        node.rpc.call("evm_mine", [])
        time.sleep(0.2)
        return heard.hints >= 3

    until(is_heard)
    assert heard.log == []


def test_start__nobody_listens__is_told_once_without_the_key(heard: Heard) -> None:
    heard.listen("ws://127.0.0.1:9/a-secret-key")
    until(lambda: bool(heard.log))
    time.sleep(0.3)
    assert len(heard.log) == 1
    assert heard.log[0].startswith("WARNING ws://127.0.0.1:9 gives no hints of new heads")
    assert "secret" not in heard.log[0]


def subscribed(*messages: str | bytes, then: float = 0.0) -> Callable[[ServerConnection], None]:
    def act(connection: ServerConnection) -> None:
        connection.send(SUBSCRIBED)
        for message in messages:
            connection.send(message)
        if then:
            time.sleep(then)

    return act


@pytest.mark.parametrize(
    "act",
    [
        lambda connection: connection.send("no JSON"),
        lambda connection: connection.send('{"id": 1, "error": {"code": -32601}}'),
        lambda connection: connection.send("[" * 100_000),
        lambda connection: connection.send(b"\xff" * 100),
        lambda connection: connection.close(),
        subscribed("[]"),
        subscribed('{"method": "another"}'),
        subscribed("x" * (module.MAX_MESSAGE_BYTES + 1)),
        subscribed(b"\0" * (4 << 20)),
    ],
)
def test_start__endpoint_sends_something_else__gives_no_hint_and_is_left_alone(
    heard: Heard, act: Callable[[ServerConnection], None]
) -> None:
    endpoint = heard.serve(act)
    until(lambda: bool(heard.log))
    time.sleep(0.5)
    assert heard.hints == 0
    assert len(heard.log) == 1
    assert endpoint.connections <= 5, "pauses grow"


def flood(connection: ServerConnection) -> None:
    connection.send(SUBSCRIBED)
    while True:
        connection.send(HEAD)


def pings(connection: ServerConnection) -> None:
    connection.send(SUBSCRIBED)
    while True:
        connection.ping()


@pytest.mark.parametrize("act", [flood, pings])
def test_start__flood__is_cut_off(
    heard: Heard, act: Callable[[ServerConnection], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIRST_PAUSE", 60.0)
    endpoint = heard.serve(act)
    until(lambda: bool(heard.log))
    used = time.thread_time()
    time.sleep(0.3)
    assert time.thread_time() - used < 0.1
    assert (heard.hints <= 2, endpoint.connections) == (True, 1)


def test_start__connection_is_lost__another_is_made(heard: Heard) -> None:
    endpoint = heard.serve(subscribed(HEAD))
    until(lambda: heard.hints >= 2)
    assert endpoint.connections >= 2


def test_start__burst_of_heads__is_one_hint(heard: Heard) -> None:
    heard.serve(subscribed(*[HEAD] * 10, then=SECONDS))
    until(lambda: heard.hints == 1)
    time.sleep(0.3)
    assert heard.hints == 1

"""What web3 makes of answers: why requests are our own. When it changes, this fails first."""

import asyncio
import builtins
import json
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import requests
from web3 import AsyncWeb3, HTTPProvider, Web3, WebSocketProvider
from web3.exceptions import ExtraDataLengthError
from web3.providers.rpc.utils import ExceptionRetryConfiguration
from websockets.sync.server import ServerConnection, serve

Script = Callable[[dict[str, Any]], tuple[int, bytes | None]]
"""From a request to the answer's status and body; without a body the connection is closed."""


class Node:
    """A server that answers as `script` says; `asked` counts the requests."""

    def __init__(self) -> None:
        self.script: Script = lambda request: (200, result(request, "0x10"))
        self.asked = 0
        node = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                node.asked += 1
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, body = node.script(asked)
                if body is None:
                    return
                self.send_response(status)
                self.send_header("Retry-After", "3600")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *shown: object) -> None:
                """Nothing is logged."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, status: int, body: bytes | None) -> None:
        self.script = lambda request: (status, body)

    def says(self, value: object) -> None:
        self.script = lambda request: (200, result(request, value))


def result(request: dict[str, Any], value: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": value}).encode()


@pytest.fixture
def node() -> Iterator[Node]:
    made = Node()
    thread = Thread(target=made.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
def impatient(node: Node) -> Web3:
    """As it is by default, but for how long it waits between two tries."""
    retry = ExceptionRetryConfiguration(errors=default_retry().errors, backoff_factor=0.001)
    return Web3(HTTPProvider(node.url, exception_retry_configuration=retry))


def default_retry() -> ExceptionRetryConfiguration:
    # It has its errors only after it was asked for them once.
    found = HTTPProvider("http://127.0.0.1:1").exception_retry_configuration
    assert found is not None
    return found


def block(**changed: object) -> dict[str, object]:
    made = {"number": hex(153), "hash": "0xab", "parentHash": "0x" + "11" * 32, "extraData": "0x"}
    return made | changed


def test_web3__answer_with_the_id_of_another_request__is_believed(
    node: Node, impatient: Web3
) -> None:
    node.script = lambda request: (200, result({"id": request["id"] + 1}, "0x10"))
    assert impatient.eth.block_number == 16


def test_web3__null_for_the_block_number__is_returned_as_none(node: Node, impatient: Web3) -> None:
    node.says(None)
    assert impatient.eth.block_number is None


def test_web3__block_of_another_number_with_a_hash_of_one_byte__is_believed(
    node: Node, impatient: Web3
) -> None:
    node.says(block())
    found = impatient.eth.get_block(16)
    assert (found["number"], bytes(found["hash"])) == (153, b"\xab")


@pytest.mark.parametrize("body", [b"<html>busy</html>", b'{"jsonrpc": "2.0", "id"'])
def test_web3__no_json__is_the_parsers_own_error(node: Node, impatient: Web3, body: bytes) -> None:
    node.answer(200, body)
    with pytest.raises(json.JSONDecodeError):
        _ = impatient.eth.block_number


def test_web3__no_hex__is_a_plain_value_error(node: Node, impatient: Web3) -> None:
    node.says("0xzz")
    with pytest.raises(ValueError, match="invalid literal"):
        _ = impatient.eth.block_number


@pytest.mark.parametrize("status", [429, 500])
def test_web3__busy_node__is_asked_five_times_whatever_it_says_of_retry_after(
    node: Node, impatient: Web3, status: int
) -> None:
    node.answer(status, b"not now")
    with pytest.raises(requests.HTTPError):
        _ = impatient.eth.block_number
    assert node.asked == 5


def test_web3__closed_connection__is_not_tried_again_since_the_wrong_error_is_named(
    node: Node, impatient: Web3
) -> None:
    node.answer(200, None)
    with pytest.raises(requests.ConnectionError):
        _ = impatient.eth.block_number
    assert node.asked == 1
    assert builtins.ConnectionError in tuple(default_retry().errors or ())


def test_web3__more_than_32_bytes_of_extra_data__is_an_error(node: Node, impatient: Web3) -> None:
    """Why headers are read from JSON: BSC, Clique and AuRa have more."""
    node.says(block(extraData="0x" + "00" * 97))
    with pytest.raises(ExtraDataLengthError):
        impatient.eth.get_block(16)


def test_web3__connecting_a_websocket_by_await__takes_the_signal_handlers() -> None:
    """Why nothing of it is in a process that has to obey SIGTERM."""
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)

    async def whole(url: str) -> tuple[Any, Any]:
        connected = await AsyncWeb3(WebSocketProvider(url))
        try:
            return signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
        finally:
            await connected.provider.disconnect()

    try:
        with heads_server() as (url, _):
            during = asyncio.run(whole(url))
        assert all(now is not then for now, then in zip(during, before, strict=True))
    finally:
        signal.signal(signal.SIGINT, before[0])
        signal.signal(signal.SIGTERM, before[1])


def test_web3__connected_again__lists_the_subscription_and_has_not_subscribed() -> None:
    """Why the listener to heads subscribes at each connection."""

    async def whole(url: str) -> int:
        provider = WebSocketProvider(url)
        connected = AsyncWeb3(provider)
        await provider.connect()
        await connected.eth.subscribe("newHeads")
        await provider.disconnect()
        await provider.connect()
        try:
            return len(connected.subscription_manager.subscriptions)
        finally:
            await provider.disconnect()

    with heads_server() as (url, asked):
        assert asyncio.run(whole(url)) == 1
    assert asked.count("eth_subscribe") == 1


@contextmanager
def heads_server() -> Iterator[tuple[str, list[str]]]:
    """A WebSocket endpoint that takes subscriptions, and the methods that it was asked for."""
    asked: list[str] = []

    def serve_one(connection: ServerConnection) -> None:
        for message in connection:
            request = json.loads(message)
            asked.append(request["method"])
            connection.send(result(request, "0x1").decode())

    with serve(serve_one, "127.0.0.1", 0) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}", asked
        server.shutdown()
        thread.join()

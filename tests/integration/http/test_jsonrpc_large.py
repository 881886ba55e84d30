"""JSON-RPC over real sockets: what large bodies and answers cost, and how connections end."""

import asyncio
import json
import threading
import time
from pathlib import Path

import pytest
from integration.http import test_jsonrpc_edge
from integration.http.test_jsonrpc_edge import LIMIT, call, exchange, post, serve, server_tls

from attestor.http import jsonrpc, jsonrpc_server, wrong_port
from attestor.http.connections import ConnectionLimits
from attestor.http.jsonrpc import Message
from attestor.http.jsonrpc_server import BESIDE_LOOP_BYTES, Params

LARGE = 4 << 20


@pytest.mark.parametrize(("size", "times"), [(LARGE, 0), (LARGE + 1, 1)])
def test_body__larger_than_4_mib__memory_is_given_back_before_the_answer(
    size: int, times: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    given_back: list[str] = []
    monkeypatch.setattr(jsonrpc_server, "trim_memory", lambda: given_back.append(""))

    async def body(port: int) -> None:
        text = call("echo", [1])
        assert (await exchange(port, post(text.ljust(size))))[0] == 200
        assert len(given_back) == times

    serve(body, body_limit=2 * LARGE)


def test_bodies__large_ones__are_parsed_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    most, running, lock = 0, 0, threading.Lock()
    parse = jsonrpc.parse

    def slowly(body: bytes, most_calls: int) -> Message:
        nonlocal most, running
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.2)
        try:
            return parse(body, most_calls)
        finally:
            with lock:
                running -= 1

    monkeypatch.setattr(jsonrpc, "parse", slowly)

    async def body(port: int) -> None:
        sent = post(call("echo", [1]).ljust(BESIDE_LOOP_BYTES + 1))
        found = await asyncio.gather(*(exchange(port, sent) for _ in range(4)))
        assert {status for status, _, _ in found} == {200}
        assert most == 1

    serve(body, body_limit=LARGE)


def test_batch__answers_are_too_large_already__its_other_calls_are_not_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[object] = []

    async def counted(params: Params) -> object:
        made.append(params)
        return "x" * (LIMIT - 200)

    monkeypatch.setattr(test_jsonrpc_edge, "echo", counted)

    async def body(port: int) -> None:
        _, _, text = await exchange(port, post("[" + ",".join([call("echo")] * 3) + "]"))
        assert json.loads(text)["error"]["code"] == -32011
        assert len(made) == 2

    serve(body)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"POST / HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 4097", b"413"),
        (b"POST / HTTP/1.1\r\nContent-Type: text/plain\r\nContent-Length: 9", b"415"),
        (b"PUT / HTTP/1.1\r\nContent-Length: 9", b"405"),
    ],
)
def test_edge__body_that_is_refused_by_its_head__is_not_asked_for(
    head: bytes, status: bytes
) -> None:
    """curl asks before a large body, and would send 50 MB for nothing."""

    async def body(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head + b"\r\nHost: x\r\nExpect: 100-continue\r\n\r\n")
        assert (await asyncio.wait_for(reader.readline(), 10)).split()[1] == status
        writer.close()

    serve(body)


def test_edge__connection_beyond_those_that_are_answered__ends() -> None:
    """It would stay beside them otherwise, and be refused whenever it asks."""

    async def body(port: int) -> None:
        _, held = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(0.1)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(post(call("echo", [1])))
        answer = await asyncio.wait_for(reader.read(), 10)
        assert answer.startswith(b"HTTP/1.1 429")
        assert b"connection: close" in answer.lower()
        for one in (held, writer):
            one.close()

    serve(body, ConnectionLimits(answered=1))


def test_tls__plain_client_that_stays__hears_the_end_of_the_answer_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some read until the end, and would take the wait for a server that hangs."""
    monkeypatch.setattr(wrong_port, "LINGER_SECONDS", 30.0)

    async def body(port: int) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"G")
        answer = await asyncio.wait_for(reader.read(), 10)
        assert answer == wrong_port.PLAIN_ON_TLS
        writer.close()

    serve(body, tls=server_tls(tmp_path))

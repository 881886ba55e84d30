"""Clients by the hundred that ask for answers and hardly read them: memory and time are bounded."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from aiohttp import ClientSession, web
from loguru import logger

from attestor.http import connections as module
from attestor.http import server
from attestor.http.connections import ConnectionLimits
from attestor.http.guarded_protocol import GuardedProtocol
from attestor.http.server import Listener, application, listen
from attestor.http.unread import SMALL_BYTES, Unread

LARGE, ROOM = 1 << 20, 8 << 20
SLOW, ADDRESSES = 200, 20
Body = Callable[[int, Listener], Awaitable[None]]


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SWEEP_SECONDS", 0.02)
    monkeypatch.setattr(module, "READ_BYTES_PER_SECOND", 4e6)
    monkeypatch.setattr(server, "Unread", lambda: Unread(ROOM))


def serve(body: Body, limits: ConnectionLimits) -> None:
    async def whole() -> None:
        async def large(request: web.Request) -> web.Response:
            return web.Response(body=bytes(LARGE))

        async def small(request: web.Request) -> web.Response:
            return web.Response(body=bytes(SMALL_BYTES // 4))

        async def gone(request: web.Request) -> web.Response:
            assert request.transport is not None
            request.transport.close()
            return web.Response(body=bytes(LARGE))

        async def left(request: web.Request) -> web.StreamResponse:
            assert request.transport is not None
            request.transport.close()
            stream = web.StreamResponse()
            await stream.prepare(request)
            return stream

        served = application()
        served.router.add_get("/left", left)
        served.router.add_get("/gone", gone)
        served.router.add_get("/large", large)
        served.router.add_get("/small", small)
        listener = Listener(served, listen("127.0.0.1", 0, "api"), limits)
        await listener.start()
        try:
            await body(listener.address[1], listener)
        finally:
            await listener.stop()

    asyncio.run(asyncio.wait_for(whole(), 60))


def ask(port: int, number: int, path: str, times: int = 1, buffer: int = 4096) -> socket.socket:
    one = socket.socket()
    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    one.bind((f"127.9.1.{1 + number % ADDRESSES}", 0))
    one.connect(("127.0.0.1", port))
    one.setblocking(False)
    one.send(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() * times)
    return one


async def read_a_byte_at_a_time(held: list[socket.socket], done: asyncio.Event) -> None:
    while not done.is_set():
        for one in held:
            try:
                one.recv(1)
            except OSError:
                continue
        await asyncio.sleep(0.01)


def unsent(listener: Listener) -> int:
    guarded: list[GuardedProtocol] = list(listener._connections._by_transport.values())  # type: ignore[union-attr]
    return sum(one._transport.get_write_buffer_size() for one in guarded if one._transport)


@pytest.mark.parametrize(("path", "times", "most"), [("large", 1, ROOM), ("small", 50, 2 * ROOM)])
def test_answers__hundreds_are_read_a_byte_at_a_time__are_bounded_and_closed(
    path: str, times: int, most: int
) -> None:
    async def body(port: int, listener: Listener) -> None:
        held = [ask(port, number, f"/{path}", times) for number in range(SLOW)]
        done = asyncio.Event()
        reading = asyncio.create_task(read_a_byte_at_a_time(held, done))
        peak = 0
        async with asyncio.timeout(20), ClientSession() as session:
            await asyncio.sleep(0.1)
            while listener.open_connections > 1:
                peak = max(peak, unsent(listener))
                async with session.get(f"http://127.0.0.1:{port}/small") as answer:
                    assert answer.status == 200
                await asyncio.sleep(0.01)
        assert 0 < peak <= most, (peak, most)
        done.set()
        await reading
        for one in held:
            one.close()

    serve(body, ConnectionLimits(idle_seconds=0.5))


def test_answers__one_client_has_all_the_room__gives_way_to_another() -> None:
    async def body(port: int, listener: Listener) -> None:
        held = [ask(port, 0, "/large") for _ in range(ROOM // LARGE)]
        while unsent(listener) < ROOM // 2:
            await asyncio.sleep(0.01)
        async with ClientSession() as session:
            for _ in range(3):
                async with session.get(f"http://127.0.0.1:{port}/large") as answer:
                    assert (answer.status, len(await answer.read())) == (200, LARGE)
        for one in held:
            one.close()

    serve(body, ConnectionLimits(idle_seconds=30))


def test_answer__is_read_slowly_and_all_the_time__is_not_cut_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "READ_BYTES_PER_SECOND", 2e4)

    async def body(port: int, listener: Listener) -> None:
        one = ask(port, 0, "/large", buffer=1 << 16)
        got = 0
        while got < LARGE:
            with suppress(BlockingIOError):
                came = one.recv(1 << 15)
                assert came
                got += len(came)
            await asyncio.sleep(0.02)
        one.close()

    serve(body, ConnectionLimits(idle_seconds=0.4))


def test_answer__client_leaves_in_the_middle__is_no_defect_of_ours() -> None:
    lines: list[str] = []
    sink = logger.add(lambda text: lines.append(str(text)), level="WARNING")

    async def body(port: int, listener: Listener) -> None:
        held = [ask(port, number, "/large", times=3) for number in range(30)]
        while unsent(listener) < LARGE:
            await asyncio.sleep(0.01)
        for one in held:
            one.close()
        ask(port, 0, "/gone").close()
        ask(port, 0, "/left").close()
        while listener.open_connections:
            await asyncio.sleep(0.01)

    try:
        serve(body, ConnectionLimits(idle_seconds=30))
    finally:
        logger.remove(sink)
    assert lines == []

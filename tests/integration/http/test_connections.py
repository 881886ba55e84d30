"""Real sockets against a listener with small limits: who holds what, for how long."""

import asyncio
import errno
import os
import resource
import socket
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import web
from loguru import logger

from attestor.http import connections as module
from attestor.http.addresses import shared_by
from attestor.http.connections import ConnectionLimits
from attestor.http.process_limits import raise_file_limit
from attestor.http.server import Listener, application, listen

GET = b"GET /hello HTTP/1.1\r\nHost: x\r\n\r\n"
Body = Callable[[int, Listener], Awaitable[None]]


def serve(limits: ConnectionLimits, body: Body) -> None:
    async def whole() -> None:
        async def hello(request: web.Request) -> web.Response:
            return web.Response(text="hello")

        async def large(request: web.Request) -> web.Response:
            return web.Response(body=bytes(32 << 20))

        served = application()
        served.router.add_get("/hello", hello)
        served.router.add_get("/large", large)
        listener = Listener(served, listen("127.0.0.1", 0, "api"), limits)
        await listener.start()
        try:
            await body(listener.address[1], listener)
        finally:
            await listener.stop()

    asyncio.run(asyncio.wait_for(whole(), 60))


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SWEEP_SECONDS", 0.02)
    monkeypatch.setattr(module, "ACCEPT_PAUSE_SECONDS", 0.05)


async def connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port)


async def ask(port: int) -> bytes:
    reader, writer = await connect(port)
    try:
        writer.write(GET)
        return await asyncio.wait_for(reader.read(15), 5)
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def is_closed(reader: asyncio.StreamReader, seconds: float) -> bool:
    try:
        return await asyncio.wait_for(reader.read(), seconds) == b""
    except ConnectionError:
        return True
    except TimeoutError:
        return False


@pytest.mark.parametrize("sent", [b"", b"GET /hello HTTP/1.1\r\nHost: ", b"GET"])
def test_head__does_not_come_to_its_end__connection_is_closed(sent: bytes) -> None:
    async def body(port: int, listener: Listener) -> None:
        reader, writer = await connect(port)
        writer.write(sent)
        assert await is_closed(reader, 5)
        assert listener.open_connections == 0

    serve(ConnectionLimits(head_seconds=0.1), body)


def test_head__a_byte_at_a_time__is_no_reason_to_wait_longer() -> None:
    async def body(port: int, listener: Listener) -> None:
        reader, writer = await connect(port)
        closed = asyncio.create_task(is_closed(reader, 5))
        for byte in GET * 3:
            if closed.done():
                break
            writer.write(bytes([byte]))
            await asyncio.sleep(0.01)
        assert await closed

    serve(ConnectionLimits(head_seconds=0.15), body)


def test_answer__then_silence__connection_is_closed() -> None:
    async def body(port: int, listener: Listener) -> None:
        reader, writer = await connect(port)
        writer.write(GET)
        assert (await reader.read(15)).startswith(b"HTTP/1.1 200")
        assert not await is_closed(reader, 0.05)
        assert listener.open_connections == 1
        assert await is_closed(reader, 5)

    serve(ConnectionLimits(head_seconds=5, idle_seconds=0.3), body)


def test_answer__is_not_read__connection_is_closed() -> None:
    async def body(port: int, listener: Listener) -> None:
        _, writer = await connect(port)
        transport = writer.transport
        assert isinstance(transport, asyncio.ReadTransport)
        transport.pause_reading()
        writer.write(GET.replace(b"hello", b"large"))
        while listener.open_connections == 0:
            await asyncio.sleep(0.01)
        for _ in range(500):
            if listener.open_connections == 0:
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it is held for ever")

    serve(ConnectionLimits(idle_seconds=0.2), body)


def test_connections__of_one_address__are_bounded() -> None:
    async def body(port: int, listener: Listener) -> None:
        held = [await connect(port) for _ in range(3)]
        reader, _ = await connect(port)
        assert await is_closed(reader, 5)
        held[0][1].close()
        while listener.open_connections > 2:
            await asyncio.sleep(0.01)
        assert (await ask(port)).startswith(b"HTTP/1.1 200")

    serve(ConnectionLimits(per_address=3), body)


def test_connections__all_taken_by_silent_ones__the_oldest_gives_way() -> None:
    async def body(port: int, listener: Listener) -> None:
        held = [await connect(port) for _ in range(5)]
        await asyncio.sleep(0.05)
        assert (await ask(port)).startswith(b"HTTP/1.1 200")
        assert await is_closed(held[0][0], 5)
        assert not await is_closed(held[4][0], 0.05)

    serve(ConnectionLimits(total=5), body)


def test_files__none_is_left__it_neither_spins_nor_fills_the_log_and_goes_on_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    logged: list[str] = []
    sink = logger.add(logged.append, format="{level} {message}")

    async def body(port: int, listener: Listener) -> None:
        connections = listener._connections
        assert connections is not None
        accepts = 0

        class Exhausted:
            def accept(self) -> None:
                nonlocal accepts
                accepts += 1
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

            def fileno(self) -> int:
                return listener._listening.fileno()

        real = connections._listening
        monkeypatch.setattr(connections, "_listening", Exhausted())
        waiting = asyncio.create_task(ask(port))
        await asyncio.sleep(0.5)
        assert 1 <= accepts <= 12
        monkeypatch.setattr(connections, "_listening", real)
        assert (await waiting).startswith(b"HTTP/1.1 200")

    try:
        serve(ConnectionLimits(), body)
    finally:
        logger.remove(sink)
    assert len([line for line in logged if "cannot accept" in line]) == 1


def test_limit_of_files__low__bounds_the_connections_below_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    low = module.RESERVED_FILES + 4
    monkeypatch.setattr(resource, "getrlimit", lambda which: (low, low))

    async def body(port: int, listener: Listener) -> None:
        assert listener._connections is not None
        assert listener._connections._total == 4

    serve(ConnectionLimits(), body)


def test_raise_file_limit__soft_one__becomes_the_hard_one() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 1024), hard))
        raise_file_limit()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("", "", True),
        ("not an address", "another", False),
    ],
)
def test_shared_by__addresses__those_that_one_client_can_choose_from_are_one(
    one: str, other: str, same: bool
) -> None:
    assert (shared_by(one) == shared_by(other)) is same


def test_listen__address_is_taken__names_it_and_the_option() -> None:
    from attestor.errors import ConfigurationInvalid

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationInvalid, match=f"127.0.0.1:{port}") as raised:
            listen("127.0.0.1", port, "health")
    assert "health.port" in str(raised.value.hint)


def test_listener__at_an_address_of_ipv6__is_told_as_a_url() -> None:
    lines: list[str] = []

    async def whole() -> None:
        listener = Listener(application(), listen("::1", 0, "avs"))
        await listener.start()
        _, port = listener.address
        await listener.stop()
        assert [f"listening on http://[::1]:{port}"] == [line.strip() for line in lines]

    sink = logger.add(lines.append, level="INFO", format="{message}")
    try:
        asyncio.run(whole())
    finally:
        logger.remove(sink)

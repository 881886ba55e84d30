"""The HTTP application over real sockets, with a queue that does what it is told: its bounds."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession
from loguru import logger

from attestor.core.job import JobState
from attestor.errors import BodyInvalid, DatabaseFailed, QueueFull
from attestor.http import wire
from attestor.http.prover import Api
from attestor.http.server import BodyLimits, Listener, application

BODY = wire.encode_request(b"\x7fELF", [])


class Queue:
    """Accepts every job and holds its state."""

    def __init__(self) -> None:
        self.state: JobState | None = JobState("done", None, None)
        self.added: list[bytes] = []
        self.fault: Exception | None = None

    async def add(self, program: bytes, stdin: tuple[bytes, ...]) -> str:
        if self.fault is not None:
            raise self.fault
        self.added.append(program)
        return "the-id"

    async def wait(self, job: str, timeout: float) -> JobState | None:
        return self.state


class Jobs:
    def proof(self, job: str) -> None:
        return None


LIMITS = BodyLimits(4096)


def undecodable(body: bytes) -> tuple[bytes, ...]:
    raise BodyInvalid("it cannot be decoded")


def serve(
    queue: Queue,
    body: Callable[[ClientSession, str], Awaitable[None]],
    limits: BodyLimits = LIMITS,
) -> None:
    async def whole() -> None:
        parts: tuple[Any, Any] = (queue, Jobs())
        served = application(limits.max_bytes)
        Api(*parts, limits, wait_seconds=1.0, decode_large=undecodable).add_to(served)
        listener = Listener(served, "127.0.0.1", 0)
        await listener.start()
        try:
            async with ClientSession() as session:
                await body(session, f"http://127.0.0.1:{listener.address[1]}")
        finally:
            await listener.stop()

    asyncio.run(asyncio.wait_for(whole(), 60))


async def error(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(await response.read())["error"]
    return found


def test_request_proof__accepted__answers_with_the_bare_id() -> None:
    async def body(session: ClientSession, url: str) -> None:
        async with session.post(f"{url}/request_proof", data=BODY) as response:
            assert (response.status, await response.read()) == (200, b"the-id")

    serve(Queue(), body)


@pytest.mark.parametrize(
    ("fault", "status", "retry"),
    [(QueueFull("full", hint="later"), 503, "5"), (DatabaseFailed("disk full"), 500, None)],
)
def test_request_proof__not_accepted__has_its_status(
    fault: Exception, status: int, retry: str | None
) -> None:
    queue = Queue()
    queue.fault = fault

    async def body(session: ClientSession, url: str) -> None:
        async with session.post(f"{url}/request_proof", data=BODY) as response:
            assert response.status == status
            assert response.headers.get("Retry-After") == retry
            assert (await error(response))["code"] == fault.code  # type: ignore[attr-defined]

    serve(queue, body)


def test_request_proof__chunked_body_without_length__is_bounded_too() -> None:
    async def endless() -> Any:
        for _ in range(100):
            yield b" " * 1000

    async def body(session: ClientSession, url: str) -> None:
        async with session.post(f"{url}/request_proof", data=endless()) as response:
            assert response.status == 413
            assert (await error(response))["code"] == "body_too_large"

    queue = Queue()
    serve(queue, body)
    assert queue.added == []


def test_request_proof__slow_body__is_given_up() -> None:
    async def body(session: ClientSession, url: str) -> None:
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST /request_proof HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        answer = await asyncio.wait_for(reader.read(200), 10)
        assert answer.startswith(b"HTTP/1.1 400")
        writer.close()

    serve(Queue(), body, BodyLimits(4096, seconds=0.2))


def test_request_proof__too_many_bodies_at_once__are_told_to_come_again() -> None:
    async def body(session: ClientSession, url: str) -> None:
        host, port = url.removeprefix("http://").split(":")
        held = [await asyncio.open_connection(host, int(port)) for _ in range(2)]
        for _, writer in held:
            writer.write(b"POST /request_proof HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
            await writer.drain()
        await asyncio.sleep(0.1)
        async with session.post(f"{url}/request_proof", data=BODY) as response:
            assert response.status == 503
            assert "being read already" in (await error(response))["message"]
        for _, writer in held:
            writer.close()
        await asyncio.sleep(0.1)
        async with session.post(f"{url}/request_proof", data=BODY) as response:
            assert response.status == 200, "slots of lost connections are free again"

    serve(Queue(), body, BodyLimits(4096, at_once=2, slot_seconds=0.2))


def test_wait_proof__not_finished__says_so() -> None:
    queue = Queue()
    queue.state = JobState("running", None, None)

    async def body(session: ClientSession, url: str) -> None:
        async with session.post(f"{url}/wait_proof", data=b"the-id") as response:
            assert response.status == 504
            assert (await error(response))["code"] == "proof_pending"

    serve(queue, body)


@pytest.mark.parametrize(
    ("code", "status"), [("exec_exit_code", 422), ("no_active_signer", 503), ("of_the_future", 500)]
)
def test_wait_proof__failed__keeps_its_code(code: str, status: int) -> None:
    queue = Queue()
    queue.state = JobState("failed", code, "what happened")

    async def body(session: ClientSession, url: str) -> None:
        async with session.post(f"{url}/wait_proof", data=b"the-id") as response:
            assert response.status == status
            assert "what happened" in (await error(response))["message"]

    serve(queue, body)


def test_wait_proof__id_too_long__is_refused() -> None:
    async def body(session: ClientSession, url: str) -> None:
        async with session.post(f"{url}/wait_proof", data=b"x" * 300) as response:
            assert response.status == 413

    serve(Queue(), body)


def test_request_proof__unexpected_exception__is_a_typed_500_with_its_trace_in_the_log() -> None:
    queue = Queue()
    queue.fault = KeyError("of the inside")
    logged: list[str] = []
    sink = logger.add(logged.append, format="{message}")

    async def body(session: ClientSession, url: str) -> None:
        async with session.post(f"{url}/request_proof", data=BODY) as response:
            assert response.status == 500
            assert (await error(response))["code"] == "internal_error"
            assert b"inside" not in await response.read()

    try:
        serve(queue, body)
    finally:
        logger.remove(sink)
    assert "POST /request_proof met an unexpected error" in logged[-1]
    assert "KeyError: 'of the inside'" in logged[-1]


def test_request_proof__client_leaves_in_the_middle_of_its_body__is_no_defect_of_ours(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Or whoever can connect could fill the log with traces."""
    logged: list[str] = []
    sink = logger.add(logged.append, format="{message}")

    async def body(session: ClientSession, url: str) -> None:
        host, port = url.removeprefix("http://").split(":")
        for sent in (
            b"",
            b"Content-Length: 9\r\n\r\n{",
            b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
            b"Content-Length: 9\r\nContent-Encoding: gzip\r\n\r\nnot gzip!",
            b"Content-Length: x\r\n\r\n",
        ):
            _, writer = await asyncio.open_connection(host, int(port))
            writer.write(b"POST /request_proof HTTP/1.1\r\nHost: x\r\n" + sent)
            await writer.drain()
            await asyncio.sleep(0.1)
            writer.transport.abort()
        await asyncio.sleep(0.2)
        async with session.post(f"{url}/request_proof", data=BODY) as response:
            assert response.status == 200

    try:
        serve(Queue(), body)
    finally:
        logger.remove(sink)
    assert [line for line in logged if "listening" not in line] == []
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []

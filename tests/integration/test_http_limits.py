"""The HTTP application over real sockets, with a queue that does what it is told: its bounds."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import ClientSession, web

from attestor.errors import DatabaseFailed, QueueFull
from attestor.http import prover as module
from attestor.http import wire
from attestor.http.prover import Api
from attestor.store.jobs import JobState

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


def serve(queue: Queue, body: Callable[[ClientSession, str], Awaitable[None]]) -> None:
    async def whole() -> None:
        parts: Any = (queue, Jobs())
        runner = web.AppRunner(Api(*parts, max_body=4096, wait_seconds=1.0).application())
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        try:
            async with ClientSession() as session:
                await body(session, f"http://127.0.0.1:{runner.addresses[0][1]}")
        finally:
            await runner.cleanup()

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


def test_request_proof__slow_body__is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BODY_SECONDS", 0.2)

    async def body(session: ClientSession, url: str) -> None:
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST /request_proof HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        answer = await asyncio.wait_for(reader.read(200), 10)
        assert answer.startswith(b"HTTP/1.1 400")
        writer.close()

    serve(Queue(), body)


def test_request_proof__too_many_bodies_at_once__are_told_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SLOT_SECONDS", 0.2)
    monkeypatch.setattr(module, "BODIES_AT_ONCE", 2)

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

    serve(Queue(), body)


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

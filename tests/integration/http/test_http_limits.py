"""The HTTP application over real sockets, with a queue that does what it is told: its bounds."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from aiohttp import ClientSession
from loguru import logger

from attestor.core.job import Identity, JobState, Request
from attestor.core.served import Served
from attestor.errors import BodyInvalid, DatabaseFailed, QueueFull
from attestor.http import wire
from attestor.http.bodies import BodyLimits
from attestor.http.connections import ConnectionLimits
from attestor.http.prover import Api
from attestor.http.registrations import Registrations, Serving
from attestor.http.server import Listener, application, listen
from attestor.jobs.queue import ProofQueue

BODY = wire.encode_request(b"\x7fELF", [])


class Queue(ProofQueue):
    """Accepts every job and holds its state."""

    def __init__(self) -> None:
        jobs: Any = SimpleNamespace(recall=lambda job: None)
        super().__init__(jobs, 8)
        self.answered: JobState | None = JobState("done", None, None)
        self.added: list[bytes] = []
        self.fault: Exception | None = None

    async def ask(
        self,
        identity: Identity,
        request: Request,
        is_stale: Any = None,
        client: str = "",
        kept: bool = False,
    ) -> JobState:
        if self.fault is not None:
            raise self.fault
        assert request.program is not None
        self.added.append(request.program)
        return JobState("queued", None, None)

    async def until_over(self, job: str, client: str = "") -> JobState | None:
        return self.answered

    async def wait(
        self, job: str, timeout: float, client: str = "", keep: bool = True
    ) -> JobState | None:
        return self.answered


class Answers:
    async def result(self, job: str) -> None:
        return None

    async def is_stale(self, job: str) -> bool:
        return False


LIMITS = BodyLimits(4096)


def undecodable(body: bytes) -> tuple[bytes, ...]:
    raise BodyInvalid("it cannot be decoded")


def serve(
    queue: Queue,
    body: Callable[[ClientSession, str], Awaitable[None]],
    limits: BodyLimits = LIMITS,
    connections: ConnectionLimits | None = None,
) -> None:
    async def whole() -> None:
        served = application()
        one = Serving(Served("", 31337, b"\x11" * 20), queue, Answers(), is_default=True)
        registrations = Registrations((one,), lambda job: None)
        Api(registrations, limits, wait_seconds=1.0, decode_large=undecodable).add_to(served)
        listener = Listener(served, listen("127.0.0.1", 0, "api"), connections)
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
            expected = Request(b"\x7fELF", ()).identify().job.encode()
            assert (response.status, await response.read()) == (200, expected)

    serve(Queue(), body)


@pytest.mark.parametrize(
    ("fault", "status", "retry"),
    [
        (QueueFull("full", hint="later"), 503, "5"),
        (DatabaseFailed("/inside/x"), 500, None),
    ],
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
            told = await error(response)
            assert told["code"] == fault.code  # type: ignore[attr-defined]
            assert "inside" not in str(told)

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


@pytest.mark.parametrize(("size", "status"), [(4096, 400), (4097, 413)])
def test_request_proof__chunked_body__may_have_as_many_bytes_as_a_whole_one(
    size: int, status: int
) -> None:
    async def chunks() -> Any:
        for begin in range(0, size, 1000):
            yield bytes(min(1000, size - begin))

    async def body(session: ClientSession, url: str) -> None:
        async with session.post(f"{url}/request_proof", data=chunks()) as response:
            assert response.status == status

    serve(Queue(), body)


def test_request_proof__slow_body__is_given_up() -> None:
    async def body(session: ClientSession, url: str) -> None:
        host, port = url.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"POST /request_proof HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        answer = await asyncio.wait_for(reader.read(200), 10)
        assert answer.startswith(b"HTTP/1.1 400")
        writer.close()

    serve(Queue(), body, BodyLimits(4096, grace_seconds=0.2))


def test_wait_proof__not_finished__says_so() -> None:
    queue = Queue()
    queue.answered = JobState("running", None, None)

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
    queue.answered = JobState("failed", code, "what happened")

    async def body(session: ClientSession, url: str) -> None:
        async with session.post(f"{url}/wait_proof", data=b"the-id") as response:
            assert response.status == status
            assert "what happened" in (await error(response))["message"]

    serve(queue, body)


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
            b"Content-Length: 9\r\nContent-Encoding: gzip\r\n\r\nnot gz",
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


HALF = b"POST /request_proof HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n" + b"{" * 100


async def open_half(url: str, count: int) -> list[asyncio.StreamWriter]:
    """That many bodies of which a part was sent."""
    host, port = url.removeprefix("http://").split(":")
    writers = []
    for _ in range(count):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(HALF)
        await writer.drain()
        writers.append(writer)
    await asyncio.sleep(0.1)
    return writers


def test_request_proof__many_half_bodies__keep_nobody_out() -> None:
    async def body(session: ClientSession, url: str) -> None:
        held = await open_half(url, 50)
        async with session.post(f"{url}/request_proof", data=BODY) as response:
            assert response.status == 200
        for writer in held:
            writer.close()

    serve(Queue(), body, BodyLimits(4096, at_once=1, slot_seconds=0.1))


def test_request_proof__all_memory_is_one_clients__its_largest_body_gives_way() -> None:
    """All of them come from one address here: the newest is as little as the others and waits."""

    async def body(session: ClientSession, url: str) -> None:
        host, port = url.removeprefix("http://").split(":")
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(HALF + b" " * 3000)
        await writer.drain()
        await asyncio.sleep(0.1)
        async with session.post(f"{url}/request_proof", data=b" " * 2000) as response:
            assert response.status == 503
            assert (await error(response))["code"] == "queue_full"
        writer.close()
        await asyncio.sleep(0.1)
        async with session.post(f"{url}/request_proof", data=BODY) as response:
            assert response.status == 200, "what was lost is free again"

    serve(Queue(), body, BodyLimits(4096, bodies_in_memory=1))


def test_request_proof__body_drips__is_given_up_by_its_rate() -> None:
    async def body(session: ClientSession, url: str) -> None:
        async def dripping() -> Any:
            for _ in range(200):
                yield b" "
                await asyncio.sleep(0.01)

        async with session.post(f"{url}/request_proof", data=dripping()) as response:
            assert response.status == 400
            assert "too slow" in response.headers["X-Attestor-Fault"]

    serve(Queue(), body, BodyLimits(4096, bytes_per_second=1000, grace_seconds=0.2))


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "GZIP", "x", "gzip, identity"])
@pytest.mark.parametrize("path", ["/request_proof", "/wait_proof"])
def test_body__is_compressed_or_says_so__is_refused_before_it_is_looked_at(
    coding: str, path: str
) -> None:
    async def body(session: ClientSession, url: str) -> None:
        headers = {"Content-Encoding": coding}
        async with session.post(url + path, data=b"x", headers=headers) as response:
            assert response.status == 415
            assert (await error(response))["code"] == "body_compressed"
        async with session.post(url + path, data=BODY, headers={"Content-Encoding": "identity"}):
            pass

    queue = Queue()
    serve(queue, body)
    assert len(queue.added) <= 1


@pytest.mark.parametrize("length", [257, 300, 5000])
def test_wait_proof__id_too_long__is_unknown_as_upstream_says_it(length: int) -> None:
    queue = Queue()
    queue.answered = None

    async def body(session: ClientSession, url: str) -> None:
        async with session.post(f"{url}/wait_proof", data=b"x" * length) as response:
            expected = b'"' + b"x" * length + b'" Not found'
            assert (response.status, await response.read()) == (404, expected)

    serve(queue, body)


def test_wait_proof__failed_job__has_its_hint() -> None:
    queue = Queue()
    queue.answered = JobState("failed", "exec_exit_code", "exit code 3", "give all entries")

    async def body(session: ClientSession, url: str) -> None:
        for path in ("/wait_proof", "/request_proof"):
            async with session.post(url + path, data=BODY) as response:
                assert response.status == 422
                told = {
                    "code": "exec_exit_code",
                    "message": "exit code 3",
                    "hint": "give all entries",
                }
                assert await error(response) == told

    serve(queue, body)


def test_wait_proof__executor_crashed__is_not_the_programs_fault() -> None:
    queue = Queue()
    queue.answered = JobState("failed", "exec_crashed", "killed by signal 9", None)

    async def body(session: ClientSession, url: str) -> None:
        async with session.post(f"{url}/wait_proof", data=b"x") as response:
            assert response.status == 500

    serve(queue, body)

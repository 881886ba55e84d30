"""What hostile clients do to `/v1`: others are served all the same, and nothing is left behind."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from integration.http.v1.service import ELF, Service, serve, until

from attestor.core.text import to_hex
from attestor.http.bodies import BodyLimits
from attestor.http.v1 import events
from attestor.http.wire import MAX_STDIN_ENTRIES

HEAD = "{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
IMPATIENT = BodyLimits(1 << 20, bytes_per_second=1e6, grace_seconds=0.5)


async def connect(service: Service) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = service.url.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port))


def waiting(service: Service, job: str) -> int:
    found = service.queue._waiting.get(job)
    return 0 if found is None else found.clients.total()


async def proves(service: Service, entry: str = "0x77") -> None:
    """An honest client is served meanwhile."""
    async with asyncio.timeout(10):
        job = await service.job(entry)
        assert (await service.ask("GET", f"/v1/jobs/{job}?wait=5"))[1]["state"] == "done"


@pytest.mark.parametrize(("method", "path"), [("PUT", "/v1/programs"), ("POST", "/v1/jobs")])
def test_bodies__half_sent_by_many__hold_nobody_up_and_are_given_up(
    tmp_path: Path, method: str, path: str
) -> None:
    async def body(service: Service) -> None:
        halves = [await connect(service) for _ in range(50)]
        for _, writer in halves:
            writer.write(HEAD.format(method=method, path=path, length=1000).encode() + b"{")
        await proves(service)
        for reader, writer in halves:
            answer = await asyncio.wait_for(reader.read(4096), 20)
            assert b" 400 " in answer
            assert b"body_invalid" in answer
            writer.close()

    serve(tmp_path, body, IMPATIENT)


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"[" * 1_000_000, 400, "body_invalid"),
        (b'{"program":"' + b'\\"' * 500_000, 400, "body_invalid"),
        (json.dumps({"stdin": ["0x"] * 100_000}).encode(), 400, "body_invalid"),
        (json.dumps({"program": to_hex(bytes(32))}).encode("utf-16"), 400, "body_invalid"),
        (
            b'{"program":"0x' + b"00" * 32 + b'","cycle_limit":' + b"9" * 1000 + b"}",
            400,
            "body_invalid",
        ),
        (b"x" * ((1 << 20) + 1), 413, "body_too_large"),
    ],
    ids=["deep", "quotes", "entries", "UTF-16", "digits", "large"],
)
def test_job__hostile_body__is_refused_at_once(
    tmp_path: Path, data: bytes, status: int, code: str
) -> None:
    async def body(service: Service) -> None:
        async with asyncio.timeout(5):
            found, told = await service.ask("POST", "/v1/jobs", data=data)
        assert (found, told["error"]["code"]) == (status, code)
        await proves(service)

    serve(tmp_path, body)


@pytest.mark.parametrize("path", ["/v1/programs", "/v1/jobs"])
def test_bodies__compressed__are_refused(tmp_path: Path, path: str) -> None:
    async def body(service: Service) -> None:
        method = "PUT" if path.endswith("programs") else "POST"
        headers = {"Content-Encoding": "gzip"}
        status, told = await service.ask(method, path, data=b"x", headers=headers)
        assert (status, told["error"]["code"]) == (415, "body_compressed")

    serve(tmp_path, body)


def test_job__as_large_as_may_be__is_taken(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        job = await service.job(*["0x01"] * MAX_STDIN_ENTRIES)
        await service.ask("GET", f"/v1/jobs/{job}?wait=5")
        assert len(service.prover.ran[0].stdin) == MAX_STDIN_ENTRIES

    serve(tmp_path, body)


def test_long_polls__hundreds_of_one_job__are_all_answered_and_none_left(
    tmp_path: Path,
) -> None:
    async def body(service: Service) -> None:
        service.prover.gate.clear()
        job = await service.job("0x01")
        polls = [
            asyncio.create_task(service.ask("GET", f"/v1/jobs/{job}?wait=5")) for _ in range(200)
        ]
        await until(lambda: waiting(service, job) == 200)
        service.prover.gate.set()
        answers = await asyncio.gather(*polls)
        assert {(status, told["state"]) for status, told in answers} == {(200, "done")}
        assert service.queue._waiting == {}

    serve(tmp_path, body)


def test_long_polls__of_clients_that_leave__are_forgotten(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        service.prover.gate.clear()
        job = await service.job("0x01", keep=False)
        sockets = [await connect(service) for _ in range(100)]
        for _, writer in sockets:
            writer.write(f"GET /v1/jobs/{job}?wait=5 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await until(lambda: waiting(service, job) == 100)
        for _, writer in sockets:
            writer.transport.abort()
        await until(lambda: job not in service.queue._waiting)

    serve(tmp_path, body)


def test_events__clients_that_never_read__end_by_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "STREAM_SECONDS", 1.0)
    monkeypatch.setattr(events, "BEAT_SECONDS", 0.01)

    async def body(service: Service) -> None:
        service.prover.gate.clear()
        job = await service.job("0x01")
        mute = [await connect(service) for _ in range(events.MAX_STREAMS_PER_CLIENT)]
        for reader, writer in mute:
            reader._transport.pause_reading()  # type: ignore[attr-defined]
            writer.write(f"GET /v1/jobs/{job}/events HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await until(lambda: job in service.queue._waiting)
        async with asyncio.timeout(10):
            await until(lambda: job not in service.queue._waiting)
        for _, writer in mute:
            writer.transport.abort()

    serve(tmp_path, body)


def test_job__nobody_waits_for_what_is_not_kept__is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from attestor.jobs import queue as queue_module

    monkeypatch.setattr(queue_module, "LEFT_SECONDS", 0.1)

    async def body(service: Service) -> None:
        service.prover.gate.clear()
        left = await service.job("0x01", keep=False)
        await until(lambda: service.prover.ran != [])
        other = await service.job("0x02")
        await until(lambda: len(service.prover.ran) > 1)
        assert [work.job for work in service.prover.ran] == [left, other]
        # It is not lost: who comes back has it run.
        service.prover.gate.set()
        assert (await service.ask("GET", f"/v1/jobs/{left}?wait=5"))[1]["state"] == "done"

    serve(tmp_path, body)


def test_everything_at_once__jobs_are_asked_for_polled_and_withdrawn__the_store_is_whole(
    tmp_path: Path,
) -> None:
    async def body(service: Service) -> None:
        program = await service.send_program(ELF)

        async def client(number: int) -> None:
            wanted: dict[str, Any] = {"program": program, "stdin": [f"0x{number % 5:02x}"]}
            calls: list[Callable[[str], Awaitable[Any]]] = [
                lambda job: service.ask("GET", f"/v1/jobs/{job}?wait=1"),
                lambda job: service.ask("DELETE", f"/v1/jobs/{job}"),
                lambda job: service.ask("GET", f"/v1/proofs/{job}"),
            ]
            for turn in range(6):
                status, told = await service.ask("POST", "/v1/jobs", json=wanted)
                if status == 202:
                    status, told = await calls[(number + turn) % 3](told["id"])
                assert status in (200, 202, 403, 404, 409, 422, 503), told

        await asyncio.gather(*(client(number) for number in range(24)))
        assert service.workers.fault() is None
        store = service.jobs._store
        assert store.rows("PRAGMA foreign_key_check") == []
        # A job that is run once more has its earlier result meanwhile.
        lost = "SELECT job FROM results JOIN jobs ON id = job WHERE state = 'failed'"
        assert store.rows(lost) == []

    serve(tmp_path, body)

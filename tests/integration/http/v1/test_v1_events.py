"""Server-sent events: what they tell, and that they end."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from integration.http.v1.service import Service, serve, until
from loguru import logger

from attestor.errors.jobs import JobUnknown
from attestor.http.v1 import events

Events = list[tuple[str, Any]]


async def told(service: Service, job: str, found: Events | None = None) -> Events:
    """All events of a stream, with their data; in `found` as soon as they come."""
    found = [] if found is None else found
    async with service.session.get(f"{service.url}/v1/jobs/{job}/events") as response:
        assert response.status == 200
        assert response.content_type == "text/event-stream"
        name = ""
        async for line in response.content:
            field, _, value = line.decode().rstrip("\n").partition(": ")
            if field == "event":
                name = value
            elif field == "data":
                found.append((name, json.loads(value)))
    return found


def test_events__job_waits_runs_and_ends__tells_each_and_ends(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        service.prover.gate.clear()
        before = await service.job("0x01")
        job = await service.job("0x02")
        heard: Events = []
        following = asyncio.create_task(told(service, job, heard))
        await until(lambda: len(heard) == 1)
        await service.ask("DELETE", f"/v1/jobs/{before}")
        await until(lambda: len(heard) == 2)
        service.prover.gate.set()
        states = [(name, event["state"]) for name, event in await following]
        assert states == [("job", "queued"), ("job", "running"), ("job", "done")]
        assert [event["state"] for _, event in await told(service, job)] == ["done"]

    serve(tmp_path, body)


def test_events__job_is_deleted_meanwhile__ends_with_an_error(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        service.prover.gate.clear()
        job = await service.job("0x01")
        heard: Events = []
        following = asyncio.create_task(told(service, job, heard))
        await until(lambda: bool(heard))
        service.jobs.forget(job)
        service.queue.closed(job)
        last = (await following)[-1]
        assert (last[0], last[1]["code"]) == ("error", JobUnknown.code)

    serve(tmp_path, body)


def test_events__of_no_job__are_a_404(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        path = "/v1/jobs/00000000-0000-8000-8000-000000000000/events"
        status, answer = await service.ask("GET", path)
        assert (status, answer["error"]["code"]) == (404, "job_unknown")

    serve(tmp_path, body)


def test_events__job_does_not_end__the_stream_beats_and_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "STREAM_SECONDS", 0.5)
    monkeypatch.setattr(events, "BEAT_SECONDS", 0.1)

    async def body(service: Service) -> None:
        service.prover.gate.clear()
        job = await service.job("0x01")
        async with service.session.get(f"{service.url}/v1/jobs/{job}/events") as response:
            assert (await response.read()).count(b":\n\n") >= 3

    serve(tmp_path, body)


def test_events__too_many_of_one_client__are_refused_until_one_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "MAX_STREAMS_PER_CLIENT", 3)

    async def body(service: Service) -> None:
        service.prover.gate.clear()
        job = await service.job("0x01")
        path = f"/v1/jobs/{job}/events"
        streams = [await service.session.get(service.url + path) for _ in range(3)]
        status, answer = await service.ask("GET", path)
        assert (status, answer["error"]["code"]) == (503, "queue_full")
        streams.pop().close()
        async with asyncio.timeout(10):
            while (response := await service.session.get(service.url + path)).status != 200:
                await asyncio.sleep(0.02)
        for stream in (*streams, response):
            stream.close()

    serve(tmp_path, body)


def test_events__client_leaves__nobody_waits_any_more(tmp_path: Path) -> None:
    async def body(service: Service) -> None:
        service.prover.gate.clear()
        job = await service.job("0x01")
        response = await service.session.get(f"{service.url}/v1/jobs/{job}/events")
        assert job in service.queue._waiting
        response.close()
        await until(lambda: job not in service.queue._waiting)

    serve(tmp_path, body)


@pytest.mark.parametrize("most", ["MAX_STREAMS", "MAX_STREAMS_PER_CLIENT"])
def test_events__as_many_as_may_be__one_more_is_told_whose_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: str
) -> None:
    monkeypatch.setattr(events, most, 2)
    whose = {"MAX_STREAMS": "all clients together", "MAX_STREAMS_PER_CLIENT": "this client"}

    async def body(service: Service) -> None:
        service.prover.gate.clear()
        path = f"/v1/jobs/{await service.job('0x01')}/events"
        streams = [await service.session.get(service.url + path) for _ in range(2)]
        async with service.session.get(service.url + path) as refused:
            assert (refused.status, refused.headers["Retry-After"]) == (503, "5")
            told = await refused.json()
        assert whose[most] in told["error"]["message"]
        for stream in streams:
            stream.close()

    serve(tmp_path, body)


def test_events__client_does_not_read_them__is_cut_off_and_no_defect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    sent: list[bytes] = []

    def event(job: str, state: object) -> bytes:
        sent.append(bytes(1 << 20))
        return sent[-1]

    monkeypatch.setattr(events, "BEAT_SECONDS", 0.001)
    monkeypatch.setattr(events, "SEND_SECONDS", 0.05)
    monkeypatch.setattr(events, "_event", event)
    sink = logger.add(lambda line: lines.append(str(line)), level="ERROR")

    async def body(service: Service) -> None:
        service.prover.gate.clear()
        job = await service.job("0x01")
        port = int(service.url.rpartition(":")[2])
        _, writer = await asyncio.open_connection("127.0.0.1", port, limit=64)
        writer.write(f"GET /v1/jobs/{job}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        await until(lambda: bool(sent) and job not in service.queue._waiting)
        writer.close()

    try:
        serve(tmp_path, body)
    finally:
        logger.remove(sink)
    assert lines == []

"""Clients that are revoked while they wait for an answer: they hear of it, and get nothing more."""

import asyncio
import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import ClientResponse
from integration.http.v1.service import Service, serve, until

from attestor.access import clients_file, known_clients
from attestor.access.clients_file import Clients, KeptKey, KnownClient
from attestor.access.known_clients import KnownClients
from attestor.access.usage import Usage
from attestor.core import api_key
from attestor.http import access as module
from attestor.http.access import Access, AccessRules
from attestor.http.clients import Asking

ALICE, BOB = (api_key.make(bytes(range(first, first + 40))) for first in (1, 2))


def client(name: str, key: api_key.ApiKey) -> KnownClient:
    kept = KeptKey(key.id, key.sha256(), "then")
    return KnownClient(name, "then", keys=(kept,), quotas={"requests_per_minute": 0})


BOTH = (client("alice", ALICE), client("bob", BOB))
KEY_REVOKED: Clients = (
    replace(BOTH[0], keys=(replace(BOTH[0].keys[0], revoked_at="now"),)),
    BOTH[1],
)
REVOKED: Clients = (replace(BOTH[0], revoked_at="now"), BOTH[1])
GONE: Clients = BOTH[1:]


def made(path: Path, monkeypatch: pytest.MonkeyPatch) -> Access:
    monkeypatch.setattr(module, "REVOKED_SECONDS", 0.02)
    monkeypatch.setattr(known_clients, "LOOK_SECONDS", 0.0)
    path.write_bytes(clients_file.encode(BOTH))
    known = KnownClients(path, time.monotonic)
    return Access(AccessRules(), known, Usage(time.monotonic), Asking())


def authorized(key: api_key.ApiKey) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


async def last_event(response: ClientResponse) -> tuple[str, str]:
    name, data = (await response.read()).decode().split("\n\n")[-2].split("\n")
    return name.removeprefix("event: "), json.loads(data.removeprefix("data: "))["code"]


@pytest.mark.parametrize(
    ("after", "status", "code"),
    [
        (KEY_REVOKED, 401, "key_refused"),
        (REVOKED, 403, "client_refused"),
        (GONE, 401, "key_refused"),
    ],
    ids=["key", "client", "gone"],
)
def test_revoked__while_it_waits__stream_and_long_poll_end_and_others_go_on(
    after: Clients, status: int, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "clients.json"

    async def body(service: Service) -> None:
        service.prover.gate.clear()
        job = await service.job("0x01")
        follow = f"{service.url}/v1/jobs/{job}/events"
        hers, his = [
            await service.session.get(follow, headers=authorized(key)) for key in (ALICE, BOB)
        ]
        poll = asyncio.create_task(
            service.ask("GET", f"/v1/jobs/{job}?wait=5", headers=authorized(ALICE))
        )
        waiting = service.queue._waiting[job].clients
        await until(lambda: waiting["client alice"] == 2)
        path.write_bytes(clients_file.encode(after))
        async with asyncio.timeout(5):
            assert await last_event(hers) == ("error", code)
            found, told = await poll
        assert (found, told["error"]["code"]) == (status, code)
        assert waiting["client alice"] == 0
        service.prover.gate.set()
        assert (await his.read()).endswith(b'"state": "done", "error": null}\n\n')

    serve(tmp_path, body, access=made(path, monkeypatch))


def test_clients_file__changes_for_others__those_who_wait_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "clients.json"

    async def body(service: Service) -> None:
        service.prover.gate.clear()
        job = await service.job("0x01")
        poll = asyncio.create_task(
            service.ask("GET", f"/v1/jobs/{job}?wait=5", headers=authorized(BOB))
        )
        await until(lambda: job in service.queue._waiting)
        for after in (GONE, BOTH):
            path.write_bytes(clients_file.encode(after))
            await asyncio.sleep(0.1)
        service.prover.gate.set()
        assert (await poll)[1]["state"] == "done"

    serve(tmp_path, body, access=made(path, monkeypatch))

"""What strangers hear of health and metrics at clients' address."""

import asyncio
import json
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from attestor.api.relay import HealthRelay
from attestor.core.client import Client, How
from attestor.http.clients import CLIENT

WRONG = json.dumps({"ok": False, "error": {"code": "duty_failing"}}).encode()
STRANGER = Client("192.0.2.1", How.ADDRESS)
KNOWN = (None, Client("alice", How.KEY), Client("127.0.0.1", How.ADDRESS, is_local=True))


class Daemon:
    def health(self, chain: str | None = None) -> tuple[int, bytes]:
        return 503, WRONG

    def metrics(self) -> bytes:
        return b"attestor_signing_halted 0\n"


def ask(path: str, client: Client | None) -> tuple[int, bytes]:
    async def whole() -> tuple[int, bytes]:
        daemon: Any = Daemon()
        relay = HealthRelay(daemon)
        request = make_mocked_request("GET", path)
        if client is not None:
            request[CLIENT] = client
        call = relay.health if path == "/health" else relay.metrics
        answer: web.Response = await call(request)
        assert answer.body is None or isinstance(answer.body, bytes)
        return answer.status, answer.body or b""

    return asyncio.run(whole())


@pytest.mark.parametrize("client", KNOWN)
def test_relay__this_machine_and_names__hear_everything(client: Client | None) -> None:
    assert ask("/health", client) == (503, WRONG)
    assert ask("/metrics", client)[1].startswith(b"attestor_")


def test_relay__stranger__hears_whether_all_goes_well_and_nothing_else() -> None:
    status, body = ask("/health", STRANGER)
    assert (status, json.loads(body)) == (503, {"ok": False})
    assert ask("/metrics", STRANGER) == (404, b"")

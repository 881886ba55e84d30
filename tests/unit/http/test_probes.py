"""`/livez` and `/readyz`: a restart by the one, clients by the other."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import pytest
from aiohttp.test_utils import make_mocked_request
from unit.core.test_readiness import CHAIN, EMPTY, READY

from attestor.core.service_view import DutyView, Problem, ServiceView
from attestor.http.probes import Probes, wants_text

HANGS = DutyView("signer", 6.0, problem=Problem("duty_hanging", "duty signer: 9 s", "look"))


def asked(view: ServiceView, path: str, chain: str | None = None) -> tuple[int, Any]:
    told = Probes(lambda: view).told(path, chain)
    return told.status, json.loads(told.body)


def text(view: ServiceView, path: str) -> list[str]:
    return Probes(lambda: view).told(path, None, True).body.decode().splitlines()


def test_probes__all_is_well__both_are_200() -> None:
    assert asked(READY, "/livez") == (200, {"live": True, "duties": []})
    assert asked(READY, "/readyz") == (200, {"ready": True, "reasons": [], "warnings": []})
    assert (text(READY, "/livez"), text(READY, "/readyz")) == (["live"], ["ready"])


def test_livez__duties_make_no_progress__names_each_with_its_chain() -> None:
    rotation = DutyView("rotation", 120.0, problem=Problem("duty_failing", "failed", "log"))
    view = replace(READY, duties=(HANGS,), chains=(replace(CHAIN, duties=(rotation,)),))
    status, told = asked(view, "/livez")
    assert (status, told["live"]) == (503, False)
    assert [(one["name"], one["code"]) for one in told["duties"]] == [
        ("signer", "duty_hanging"),
        ("rotation", "duty_failing"),
    ]
    assert text(view, "/livez")[0] == "not live"


def test_livez__cannot_sign__lives_all_the_same() -> None:
    view = replace(READY, chains=(replace(CHAIN, active=None),))
    assert asked(view, "/livez")[0] == 200
    assert asked(view, "/readyz")[0] == 503


def test_readyz__payer_is_empty__says_what_to_do_first() -> None:
    view = replace(READY, chains=(replace(CHAIN, active=None, rotating=EMPTY),))
    status, told = asked(view, "/readyz")
    assert status == 503
    first = {"code": "payer_empty", "text": "payer holds 0 wei", "advice": "top it up"}
    assert told["reasons"][0] == first
    assert text(view, "/readyz")[:3] == [
        "not ready",
        "payer holds 0 wei [payer_empty]",
        "  top it up",
    ]


def test_readyz__foreign_text_with_line_breaks__cannot_forge_a_line() -> None:
    problem = Problem("rpc_unreachable", "no answer\nready", "a\r\nb", times=3)
    view = replace(READY, chains=(replace(CHAIN, following=problem),))
    assert len(text(view, "/readyz")) == 3
    assert "ready" not in text(view, "/readyz")


def test_probes__several_chains__one_can_be_asked_for() -> None:
    base = replace(CHAIN, name="base", active=None)
    view = replace(READY, chains=(replace(CHAIN, name="main"), base))
    status, told = asked(view, "/readyz")
    assert status == 503
    assert told["chains"] == {"main": {"ready": True}, "base": {"ready": False}}
    assert told["reasons"][0]["chain"] == "base"
    assert asked(view, "/readyz", "main")[0] == 200
    assert asked(view, "/readyz", "other")[0] == 404
    assert asked(view, "/livez", "other")[1]["error"]["code"] == "chain_not_named"


@pytest.mark.parametrize(
    ("path", "accept", "expected"),
    [
        ("/readyz", "*/*", False),
        ("/readyz", "application/json", False),
        ("/readyz", "text/plain", True),
        ("/readyz", "text/html,application/xhtml+xml", True),
        ("/readyz?format=text", "*/*", True),
        ("/readyz?format=json", "text/plain", False),
    ],
)
def test_probes__who_asks__gets_the_form_of_their_choice(
    path: str, accept: str, expected: bool
) -> None:
    request = make_mocked_request("GET", path, headers={"Accept": accept})
    assert wants_text(request) is expected


def test_probes__over_http__answer_with_status_and_type() -> None:
    request = make_mocked_request("GET", "/readyz?format=text")
    answer = asyncio.run(Probes(lambda: READY)._answer(request))
    assert (answer.status, answer.content_type, answer.body) == (200, "text/plain", b"ready\n")

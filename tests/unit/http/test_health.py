"""What supervisors and Prometheus are told."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request
from aiohttp.web import Application, Response

from attestor.core.cross_check import Disagreement, Timing
from attestor.core.execution import Engine
from attestor.core.expiry import CollateralExpiry
from attestor.core.proof import Proof
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import SigningHalted
from attestor.http.health import Health
from attestor.jobs.queue import ProofQueue
from attestor.store.database import Store
from attestor.store.disagreements import Disagreements
from attestor.store.history import History
from attestor.store.jobs import Jobs
from attestor.store.journal import Journal

SIGNER = b"\x01" * 20
KEY = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))


def never(job: str, program: bytes, stdin: Sequence[bytes]) -> Proof:
    raise AssertionError("nothing is proven here")


class CollateralDuty:
    """What is known of the collateral on chain."""

    expiry: CollateralExpiry | None = None
    failing = False
    told: str | None = None

    def warning(self) -> str | None:
        return self.told


class Parts:
    def __init__(self, path: Path) -> None:
        store = Store.open(path)
        journal = Journal(store, lambda: 0.0)
        History(store, journal).signer_created(SIGNER)
        self.jobs = Jobs(store, journal)
        self.disagreements = Disagreements(store, journal)
        self.queue = ProofQueue(self.jobs, never, 1, 8, lambda error: None)
        self.collateral = CollateralDuty()
        self.health = Health(self.queue, self.jobs, self.disagreements, self.collateral)

    def get(self, path: str) -> Response:
        handler = {"/health": self.health.health, "/metrics": self.health.metrics}[path]
        return asyncio.run(handler(make_mocked_request("GET", path)))

    def metrics(self) -> list[str]:
        text = self.get("/metrics").text
        assert text is not None
        return text.splitlines()

    def prove(self, job: str, confirmation: Timing) -> None:
        self.jobs.add(job, b"elf", [])
        self.jobs.take()
        proof = Proof(SIGNER, KEY, b"", b"d", b"s", 7, Engine.ATTESTOR, confirmation)
        self.jobs.finish(job, proof)


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(tmp_path / "attestor.sqlite")


def test_health__signing__is_ok(parts: Parts) -> None:
    answer = parts.get("/health")
    assert (answer.status, answer.text) == (200, '{"ok": true}')


def test_health__halted__is_not_ok_and_says_what_to_do(parts: Parts) -> None:
    parts.queue.halt(SigningHalted("the engines disagree", hint="act"))
    answer = parts.get("/health")
    assert answer.status == 503
    assert answer.text is not None
    error = {"code": "signing_halted", "message": "the engines disagree", "hint": "act"}
    assert json.loads(answer.text) == {"ok": False, "error": error}


def test_metrics__nothing_happened__are_zero(parts: Parts) -> None:
    assert "attestor_signing_halted 0" in parts.metrics()
    assert "attestor_engine_disagreements_total 0" in parts.metrics()


def test_metrics__disagreement__raise_the_alarm(parts: Parts) -> None:
    parts.jobs.add("a", b"elf", [])
    parts.disagreements.note(Disagreement("a", "cycles", b"elf", ()))
    parts.queue.halt(SigningHalted("x"))
    assert "attestor_signing_halted 1" in parts.metrics()
    assert "attestor_engine_disagreements_total 1" in parts.metrics()


def test_metrics__proofs__by_what_was_checked(parts: Parts) -> None:
    parts.prove("a", Timing.BEFORE)
    parts.prove("b", Timing.BEFORE)
    parts.prove("c", Timing.NOT_CHECKED)
    lines = parts.metrics()
    labels = 'engine="attestor",confirmation="before",finding="agreed"'
    assert f"attestor_proofs{{{labels}}} 2" in lines
    labels = 'engine="attestor",confirmation="not_checked",finding="none"'
    assert f"attestor_proofs{{{labels}}} 1" in lines


def test_add_to__application__serves_both_paths(parts: Parts) -> None:
    application = Application()
    parts.health.add_to(application)
    paths = {route.resource.canonical for route in application.router.routes() if route.resource}
    assert paths == {"/health", "/metrics"}


def test_health__collateral_ends_soon__is_ok_with_a_warning(parts: Parts) -> None:
    parts.collateral.told = "the TCB info on chain ends in 2.0 days"
    answer = parts.get("/health")
    assert (answer.status, answer.text is not None) == (200, True)
    warning = {"code": "collateral_ends", "message": parts.collateral.told}
    assert json.loads(str(answer.text)) == {"ok": True, "warnings": [warning]}
    parts.queue.halt(SigningHalted("x"))
    answer = parts.get("/health")
    assert answer.status == 503
    assert json.loads(str(answer.text))["warnings"] == [warning]


def test_metrics__collateral__tell_its_end_and_failing_upkeep(parts: Parts) -> None:
    assert "attestor_collateral_failing 0" in parts.metrics()
    assert not any("attestor_collateral_end" in line for line in parts.metrics())
    parts.collateral.expiry = CollateralExpiry(1_800_000_000, "TCB info")
    parts.collateral.failing = True
    assert "attestor_collateral_failing 1" in parts.metrics()
    assert "attestor_collateral_end_timestamp_seconds 1800000000" in parts.metrics()


def test_metrics__no_store_of_ours__say_nothing_of_collateral(parts: Parts) -> None:
    health = Health(parts.queue, parts.jobs, parts.disagreements)
    answer = asyncio.run(health.metrics(make_mocked_request("GET", "/metrics")))
    assert "collateral" not in str(answer.text)
    assert asyncio.run(health.health(make_mocked_request("GET", "/health"))).status == 200

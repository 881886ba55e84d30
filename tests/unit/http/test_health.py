"""What supervisors and Prometheus are told."""

import asyncio
import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request
from aiohttp.web import Application, Response

from attestor.core.cross_check import Disagreement, Timing
from attestor.core.duty import DutyBounds, DutyRecord
from attestor.core.execution import Engine, ExecutorBuild
from attestor.core.expiry import CollateralExpiry
from attestor.core.proof import Proof
from attestor.core.signers import Active, Cover
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import (
    AttestorError,
    DatabaseFailed,
    RpcUnreachable,
    SigningHalted,
    WorkersFailing,
)
from attestor.http import counting
from attestor.http.health import ChainStanding, Health
from attestor.store.database import Store
from attestor.store.disagreements import Disagreements
from attestor.store.history import History
from attestor.store.journal import Journal
from attestor.store.proofs import Proofs

SIGNER = b"\x01" * 20
ACTIVE = Active(SIGNER, activated_at=1_000, valid_until=4_600)
BOUNDS = DutyBounds(failures=3, hang_factor=4.0)
ROTATION = DutyRecord("rotation", deadline=60.0)
COLLATERAL = DutyRecord("collateral", deadline=600.0)
KEY = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))


class ApiProcess:
    """What is known of the API process."""

    starts = 1
    internal_errors = 0
    connections = 0
    failing: AttestorError | None = None

    def fault(self) -> AttestorError | None:
        return self.failing


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
        self.proofs = Proofs(store, journal)
        self.disagreements = Disagreements(store, journal)
        self.halted: SigningHalted | None = None
        self.collateral = CollateralDuty()
        self.api = ApiProcess()
        self.duties: list[DutyRecord] = []
        self.now = 1000.0
        self.cover = Cover(ACTIVE, "the active signer is young enough")
        self.health = Health(
            lambda: self.halted,
            lambda: [self.standing],
            self.api,
            list,
            BOUNDS,
            lambda: self.now,
        )

    @property
    def standing(self) -> ChainStanding:
        return ChainStanding(
            "", self.proofs, self.disagreements, self.duties, self.collateral, cover=self.cover
        )

    def get(self, path: str) -> Response:
        handler = {"/health": self.health.health, "/metrics": self.health.metrics}[path]
        return asyncio.run(handler(make_mocked_request("GET", path)))

    def metrics(self) -> list[str]:
        text = self.get("/metrics").text
        assert text is not None
        return text.splitlines()

    def prove(self, job: str, cross_check: Timing) -> None:
        proof = Proof(SIGNER, KEY, b"", b"d", b"s", 7, Engine.ATTESTOR, cross_check)
        self.proofs.signed(proof.of(job))


def body(answer: Response) -> bytes:
    found = answer.body
    assert isinstance(found, bytes)
    return found


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(tmp_path / "attestor.sqlite")


def test_health__signing__is_ok(parts: Parts) -> None:
    answer = parts.get("/health")
    assert (answer.status, answer.body) == (200, b'{"ok": true}')


@pytest.mark.parametrize("active", [None, replace(ACTIVE, paused=True)])
def test_health__nobody_signs__warns_with_the_reason(parts: Parts, active: Active | None) -> None:
    parts.cover = Cover(active, "failed: payer_empty")
    answer = parts.get("/health")
    assert answer.status == 200
    (warning,) = json.loads(body(answer))["warnings"]
    told = {"code": "no_active_signer", "message": "no proof is signed: failed: payer_empty"}
    assert warning == told


def test_metrics__signer__is_told_with_its_end(parts: Parts) -> None:
    assert "attestor_signer_active 1.0" in parts.metrics()
    assert "attestor_signer_valid_until_timestamp_seconds 4600.0" in parts.metrics()
    parts.cover = Cover(replace(ACTIVE, paused=True), "waits")
    assert "attestor_signer_active 0.0" in parts.metrics()
    parts.cover = Cover(None, "waits")
    assert "attestor_signer_valid_until_timestamp_seconds 0.0" in parts.metrics()


def test_health__halted__is_not_ok_and_says_what_to_do(parts: Parts) -> None:
    parts.halted = SigningHalted("the engines disagree", hint="act")
    answer = parts.get("/health")
    assert answer.status == 503
    assert answer.body is not None
    error = {"code": "signing_halted", "message": "the engines disagree", "hint": "act"}
    assert json.loads(body(answer)) == {"ok": False, "error": error}


def test_health__error_repeats_a_key__is_told_without_it(parts: Parts) -> None:
    parts.halted = SigningHalted("no https://node.example/v2/k3y", hint="x-api-key: k3y")
    assert b"k3y" not in body(parts.get("/health"))


@pytest.mark.parametrize("halted", [False, True])
def test_health__unrecorded_executor__is_said_in_every_answer(parts: Parts, halted: bool) -> None:
    parts.health = Health(
        lambda: parts.halted,
        lambda: [parts.standing],
        parts.api,
        executor=ExecutorBuild.UNRECORDED,
    )
    if halted:
        parts.halted = SigningHalted("the engines disagree", hint="act")
    assert json.loads(body(parts.get("/health")))["executor"] == "unrecorded"


def test_metrics__nothing_happened__are_zero(parts: Parts) -> None:
    assert "attestor_signing_halted 0.0" in parts.metrics()
    assert "attestor_engine_disagreements_total 0.0" in parts.metrics()


def test_metrics__disagreement__raise_the_alarm(parts: Parts) -> None:
    parts.disagreements.note(Disagreement("a", "cycles", b"elf", ()))
    parts.halted = SigningHalted("x")
    assert "attestor_signing_halted 1.0" in parts.metrics()
    assert "attestor_engine_disagreements_total 1.0" in parts.metrics()


def test_metrics__proofs__by_what_was_checked(parts: Parts) -> None:
    parts.prove("a", Timing.BEFORE)
    parts.prove("b", Timing.BEFORE)
    parts.prove("c", Timing.NOT_CHECKED)
    lines = parts.metrics()
    labels = 'cross_check="before",engine="attestor",finding="agreed"'
    assert f"attestor_proofs{{{labels}}} 2.0" in lines
    labels = 'cross_check="not_checked",engine="attestor",finding="none"'
    assert f"attestor_proofs{{{labels}}} 1.0" in lines


def test_add_to__application__serves_both_paths(parts: Parts) -> None:
    application = Application()
    parts.health.add_to(application)
    paths = {route.resource.canonical for route in application.router.routes() if route.resource}
    assert paths == {"/health", "/metrics"}


def test_health__collateral_ends_soon__is_ok_with_a_warning(parts: Parts) -> None:
    parts.collateral.told = "the TCB info on chain expires in 2.0 days"
    answer = parts.get("/health")
    assert (answer.status, answer.body is not None) == (200, True)
    warning = {"code": "collateral_ends", "message": parts.collateral.told}
    assert json.loads(body(answer)) == {"ok": True, "warnings": [warning]}
    parts.halted = SigningHalted("x")
    answer = parts.get("/health")
    assert answer.status == 503
    assert json.loads(body(answer))["warnings"] == [warning]


def test_metrics__collateral__tell_its_end_and_failing_upkeep(parts: Parts) -> None:
    assert "attestor_collateral_failing 0.0" in parts.metrics()
    assert not any("attestor_collateral_end" in line for line in parts.metrics())
    parts.collateral.expiry = CollateralExpiry(1_800_000_000, "TCB info")
    parts.collateral.failing = True
    assert "attestor_collateral_failing 1.0" in parts.metrics()
    assert "attestor_collateral_end_timestamp_seconds 1.8e+09" in parts.metrics()


def test_metrics__no_store_of_ours__say_nothing_of_collateral(parts: Parts) -> None:
    health = Health(
        lambda: None, lambda: [ChainStanding("", parts.proofs, parts.disagreements)], parts.api
    )
    answer = asyncio.run(health.metrics(make_mocked_request("GET", "/metrics")))
    assert "collateral" not in str(answer.text)
    assert asyncio.run(health.health(make_mocked_request("GET", "/health"))).status == 200


def error(answer: Response) -> dict[str, object]:
    assert answer.status == 503
    told = json.loads(body(answer))
    assert told["ok"] is False
    return dict(told["error"])


def test_health__duties_that_do_well__are_ok(parts: Parts) -> None:
    parts.duties = [ROTATION, COLLATERAL.started(5.0, 990.0), ROTATION.succeeded(7.0)]
    answer = parts.get("/health")
    assert (answer.status, answer.body) == (200, b'{"ok": true}')


def test_health__exception_in_a_duty__names_the_duty_and_keeps_the_inside_to_itself(
    parts: Parts,
) -> None:
    parts.duties = [COLLATERAL, ROTATION.failed(KeyError("0x5ec7e7"))]
    told = error(parts.get("/health"))
    assert (told["code"], told["duty"]) == ("duty_failing", "rotation")
    assert "KeyError" in str(told["message"])
    assert "5ec7e7" not in str(told)
    parts.duties = [COLLATERAL, parts.duties[1].succeeded(9.0)]
    assert parts.get("/health").status == 200


def test_health__duty_fails_by_what_passes__counts_when_it_lasts(parts: Parts) -> None:
    record = ROTATION
    for status in (200, 200, 503, 503):
        record = record.failed(RpcUnreachable("no answer"))
        parts.duties = [record]
        assert parts.get("/health").status == status


def test_health__duty_hangs_past_its_deadline__names_it(parts: Parts) -> None:
    parts.duties = [COLLATERAL.started(1.0, 939.0), ROTATION.started(1.0, 940.0)]
    assert parts.get("/health").status == 200
    parts.now += 0.1
    told = error(parts.get("/health"))
    assert (told["code"], told["duty"]) == ("duty_hanging", "rotation")


def test_health__thread_of_a_duty_ended__is_not_ok(parts: Parts) -> None:
    parts.duties = [replace(ROTATION, alive=False)]
    assert error(parts.get("/health"))["code"] == "duty_failing"


def test_health__workers_fail_again_and_again__is_not_ok(parts: Parts) -> None:
    parts.api.failing = WorkersFailing("the last 3 jobs met internal errors", hint="look")
    assert error(parts.get("/health")) == {
        "code": "workers_failing",
        "message": "the last 3 jobs met internal errors",
        "hint": "look",
    }


def test_health__halted_and_a_duty_fails__tells_the_halt(parts: Parts) -> None:
    parts.duties = [ROTATION.failed(KeyError())]
    parts.halted = SigningHalted("x")
    assert error(parts.get("/health"))["code"] == "signing_halted"


def test_metrics__duties__tell_how_each_stands(parts: Parts) -> None:
    failed = ROTATION.started(1_800_000_000.0, 1.0).failed(KeyError()).failed(KeyError())
    parts.duties = [COLLATERAL.succeeded(1_800_000_001.5), failed.started(1_800_000_002.0, 997.5)]
    parts.api.internal_errors, parts.api.connections = 4, 3
    lines = parts.metrics()
    for line in (
        'attestor_duty_last_success_timestamp_seconds{duty="collateral"} 1.8000000015e+09',
        'attestor_duty_last_success_timestamp_seconds{duty="rotation"} 0.0',
        'attestor_duty_last_start_timestamp_seconds{duty="rotation"} 1.800000002e+09',
        'attestor_duty_failures_total{duty="rotation"} 2.0',
        'attestor_duty_failures_total{duty="collateral"} 0.0',
        'attestor_duty_consecutive_failures{duty="rotation"} 2.0',
        'attestor_duty_running_seconds{duty="rotation"} 2.5',
        'attestor_duty_running_seconds{duty="collateral"} 0.0',
        "attestor_worker_internal_errors_total 4.0",
        "attestor_api_connections 3.0",
        "attestor_api_starts_total 1.0",
        "attestor_database_answering 1.0",
    ):
        assert line in lines
    kinds = [line for line in lines if line.startswith("# TYPE")]
    assert len(kinds) == len(set(kinds))


def test_metrics__database_hangs__answers_without_its_counts_and_asks_it_once(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "DATABASE_SECONDS", 0.0)
    gate, asked = threading.Event(), []

    def hang() -> list[dict[str, object]]:
        asked.append(1)
        assert gate.wait(10)
        return []

    monkeypatch.setattr(parts.proofs, "cross_check_counts", hang)

    async def ask() -> list[str]:
        request = make_mocked_request("GET", "/metrics")
        answers = [str((await parts.health.metrics(request)).text) for _ in range(3)]
        gate.set()
        return answers

    for text in asyncio.run(ask()):
        assert "attestor_database_answering 0" in text
        assert "attestor_signing_halted 0" in text
        assert "attestor_proofs" not in text
    assert len(asked) <= 1


def test_metrics__database_fails__answers_without_its_counts(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> list[dict[str, object]]:
        raise DatabaseFailed("disk I/O error")

    monkeypatch.setattr(parts.proofs, "cross_check_counts", fail)
    assert "attestor_database_answering 0.0" in parts.metrics()

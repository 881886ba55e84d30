"""The client and a service that has /v1: what it asks, and that it believes nothing there."""

import hashlib
import json
from typing import Any

import pytest
from cases.lying_service import (
    GARBAGE,
    HONEST,
    KEY,
    LIES,
    PROGRAM,
    PROOF_ID,
    SIGNER,
    STDIN,
    VALUES,
    Told,
)
from unit.client.test_prover import client, response

from attestor.client import CheckedProof, Form, ProverClient, Stage
from attestor.core.text import to_hex
from attestor.errors import ProofRefused, ProverFailed, ProverUnreachable
from attestor.net import Deadline, Response

JOB, PROOF = f"GET /v1/jobs/{PROOF_ID}", f"GET /v1/proofs/{PROOF_ID}"
ASK, SEND = "POST /v1/jobs", "PUT /v1/programs"


def error(status: int, code: str, hint: str | None = None) -> Response:
    told = {"code": code, "message": "so it is", "hint": hint}
    return response(json.dumps({"error": told}).encode(), status)


def state(name: str, code: str | None = None) -> Response:
    told = {"code": code, "message": "no\x1b[2J\nluck", "hint": "mend it"} if code else None
    return response(json.dumps({"id": PROOF_ID, "state": name, "error": told}).encode())


class Service:
    """Stands in for the HTTP client; answers by method and path, the last again and again."""

    def __init__(self, told: Told = HONEST, **answers: Any) -> None:
        bodies = {name: response(body) for name, body in told.v1_bodies().items()}
        bodies[ASK] = response(told.v1_bodies()[ASK], 202)
        bodies[SEND] = response(b"{}")
        given = {"ask": ASK, "job": JOB, "proof": PROOF, "send": SEND}
        self.answers: dict[str, Any] = {**bodies, **{given[k]: v for k, v in answers.items()}}
        self.asked: list[str] = []
        self.bodies: dict[str, bytes] = {}

    def request(
        self, method: str, url: str, deadline: Deadline, *, body: bytes, **_: Any
    ) -> Response:
        deadline.remaining("it is over")
        path = f"{method} /{url.partition('?')[0].split('/', 3)[3]}"
        self.asked.append(path)
        self.bodies[path] = body
        answer = self.answers[path]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        assert isinstance(answer, Response)
        return answer

    def close(self) -> None:
        pass


def prove(service: Service, **options: Any) -> CheckedProof:
    one: Any = service
    return client(one, SIGNER).prove(PROGRAM, STDIN, vkey=KEY.program_vkey, **options)


def test_prove__honest_service__the_program_is_named_and_nothing_unchecked() -> None:
    service, stages = Service(), list[Stage]()
    proof = prove(service, progress=stages.append)
    assert (proof.proof_id, proof.public_values, proof.unchecked) == (PROOF_ID, VALUES, {})
    assert service.asked == [ASK, JOB, PROOF]
    asked = json.loads(service.bodies[ASK])
    assert asked == {
        "program": to_hex(hashlib.sha256(PROGRAM).digest()),
        "stdin": [to_hex(entry) for entry in STDIN],
        "form": "statement",
        "keep": False,
    }
    assert stages == [Stage.PROVING, Stage.FETCHING, Stage.VERIFYING]


def test_prove__program_is_not_there__is_sent_once() -> None:
    accepted = response(HONEST.v1_bodies()[ASK], 202)
    service, stages = Service(ask=[error(404, "program_unknown"), accepted]), list[Stage]()
    prove(service, progress=stages.append)
    assert service.asked == [ASK, SEND, ASK, JOB, PROOF]
    assert service.bodies[SEND] == PROGRAM
    assert stages == list(Stage)


def test_prove__program_stays_unknown__is_told() -> None:
    with pytest.raises(ProverFailed, match="program_unknown"):
        prove(Service(ask=error(404, "program_unknown")))


def test_prove__job_runs_for_long__is_waited_for() -> None:
    service = Service(job=[state("queued"), state("running"), state("done")])
    one: Any = service
    quick = ProverClient("http://prover.example", http=one, clock=lambda: 0, sleep=lambda _: None)
    assert quick.prove(PROGRAM, STDIN, form=Form.UPSTREAM).statement is None
    assert service.asked.count(JOB) == 3


def test_prove__job_never_ends__ends_at_the_deadline() -> None:
    one: Any = Service(job=state("running"))
    patient = ProverClient("http://prover.example", timeout=0.05, http=one, sleep=lambda _: None)
    with pytest.raises(ProverUnreachable, match="not finished|it is over"):
        patient.prove(PROGRAM, STDIN)


def test_prove__job_failed__is_told_in_the_services_words_on_one_line() -> None:
    with pytest.raises(ProverFailed) as caught:
        prove(Service(job=state("failed", "exec_exit_code")))
    assert caught.value.message == "the job failed: no?[2J luck [exec_exit_code]"
    assert caught.value.hint == "mend it"


def test_prove__refused__says_why() -> None:
    with pytest.raises(ProverFailed, match=r"answered 503: so it is \[queue_full\]"):
        prove(Service(ask=error(503, "queue_full")))


@pytest.mark.parametrize("lie", [name for name in LIES if "id" not in name.split()])
def test_prove__lie__is_refused(lie: str) -> None:
    told, said = LIES[lie]
    with pytest.raises(ProofRefused, match=said):
        prove(Service(told))


@pytest.mark.parametrize("job", ["", "x/../y", "a" * 129, "?id=1"])
def test_prove__id_that_is_none__is_refused(job: str) -> None:
    told = response(json.dumps({"id": job, "state": "done", "error": None}).encode(), 202)
    service = Service(ask=told)
    with pytest.raises(ProofRefused, match="no id of a proof"):
        prove(service)
    assert service.asked == [ASK]


@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("what", ["ask", "job", "proof"])
def test_prove__garbage__is_refused(what: str, garbage: str) -> None:
    name = {"ask": ASK, "job": JOB, "proof": PROOF}[what]
    body = GARBAGE[garbage](HONEST.v1_bodies()[name])
    answer = response(body, 202 if what == "ask" else 200)
    with pytest.raises((ProofRefused, ProverFailed)) as caught:
        prove(Service(HONEST, **{what: answer}))
    assert "\x1b" not in str(caught.value)


def test_prove__statement_is_not_given__is_refused() -> None:
    told = json.loads(HONEST.v1_bodies()[PROOF])
    del told["forms"]["statement"]
    with pytest.raises(ProofRefused, match="no statement"):
        prove(Service(proof=response(json.dumps(told).encode())))


def test_fresh__has_the_same_options_and_other_connections() -> None:
    one = ProverClient("http://prover.example", None, 7.0, multiproof=b"\x55" * 20)
    other = one.fresh()
    assert other._transport is not one._transport
    assert (other._timeout, other._multiproof) == (one._timeout, one._multiproof)

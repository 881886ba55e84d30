"""The client believes nothing."""

import json
from dataclasses import replace
from typing import Any, cast

import pytest
from cases.lying_service import (
    CHAIN_ID,
    GARBAGE,
    HONEST,
    KEY,
    LIES,
    MULTIPROOF,
    NOW,
    PROGRAM,
    PROOF_ID,
    SIGNER,
    STDIN,
    VALUES,
    Told,
)

from attestor.client import CheckedProof, Form, Point, ProverClient, Stage
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import (
    HttpFailed,
    HttpFault,
    ProofRefused,
    ProverFailed,
    ProverUnreachable,
    RegistryInvalid,
)
from attestor.http import wire
from attestor.net import Deadline, Response


class Head:
    timestamp = NOW


class Chain:
    """Stands in for a node on whose chain a registry vouches for some signers."""

    chain_id = CHAIN_ID

    def __init__(self, *vouched: bytes, answer: bytes | None = None) -> None:
        self.vouched, self.answer = vouched, answer
        self.bounds: list[float] = []

    def within(self, deadline: Deadline) -> "Chain":
        self.bounds.append(deadline.seconds)
        return self

    def head(self) -> Head:
        return Head()

    def call(self, to: bytes, calldata: bytes) -> bytes:
        assert (to, len(calldata)) == (b"\x77" * 20, 36)
        if self.answer is not None:
            return self.answer
        return int(calldata[-20:] in self.vouched).to_bytes(32, "big")


class Registry:
    address = b"\x77" * 20

    def __init__(self, node: Chain) -> None:
        self.node = node


def response(body: bytes, status: int = 200, **headers: str) -> Response:
    return Response(status, {name.replace("_", "-"): v for name, v in headers.items()}, body)


class Service:
    """Stands in for the HTTP client; answers by path, the last answer again and again."""

    def __init__(self, *lies: Told, **answers: Any) -> None:
        told = lies[0] if lies else HONEST
        bodies = {path.strip("/"): response(body) for path, body in told.bodies().items()}
        self.answers: dict[str, Any] = {**bodies, **answers}
        self.bodies: dict[str, bytes] = {}
        self.repeatable: dict[str, bool] = {}
        self.max_bytes: dict[str, int] = {}
        self.bounds: list[Deadline] = []
        self.urls: list[str] = []
        self.closed = False

    def request(
        self,
        method: str,
        url: str,
        deadline: Deadline,
        *,
        body: bytes,
        repeatable: bool,
        max_bytes: int,
        **_: Any,
    ) -> Response:
        path = url.rsplit("/", 1)[1].partition("?")[0]
        self.urls.append(url)
        self.bounds.append(deadline)
        self.bodies[path], self.repeatable[path] = body, repeatable
        self.max_bytes[path] = max_bytes
        answer = self.answers.get(path, response(b"", 404))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Response)
        return answer

    def close(self) -> None:
        self.closed = True


def client(service: Service, *vouched: bytes, chain: Chain | None = None) -> ProverClient:
    http: Any = service
    registry = Registry(chain or Chain(*vouched))
    return ProverClient(
        "http://user:secret@prover.example/", registry, http=http, multiproof=MULTIPROOF
    )


def alone(service: Service, **options: Any) -> ProverClient:
    """A client that is given nothing to check by."""
    http: Any = service
    return ProverClient("http://prover.example", http=http, clock=lambda: NOW, **options)


def prove(asking: ProverClient, **options: Any) -> CheckedProof:
    return asking.prove(PROGRAM, STDIN, vkey=KEY.program_vkey, **options)


def test_prove__honest_service__nothing_is_left_unchecked() -> None:
    service = Service()
    proof = prove(client(service, SIGNER))
    assert (proof.proof_id, proof.signer, proof.public_values) == (PROOF_ID, SIGNER, VALUES)
    assert proof.verifying_key == KEY
    assert proof.statement is not None
    assert proof.statement.statement.expires_at == HONEST.expires_at
    assert proof.signers == (SIGNER,)
    assert proof.unchecked == {}
    assert service.bodies["request_proof"] == wire.encode_request(PROGRAM, STDIN)
    assert service.bodies["wait_proof"] == PROOF_ID.encode()
    assert service.urls[-1].endswith(f"/statement?proof_id={PROOF_ID}")


@pytest.mark.parametrize("lie", LIES)
def test_prove__lying_service__is_refused(lie: str) -> None:
    told, said = LIES[lie]
    with pytest.raises(ProofRefused, match=said):
        prove(client(Service(told), SIGNER))


def test_prove__signer_changed_between_the_answers__both_have_to_be_vouched_for() -> None:
    told, _ = LIES["an unregistered signer of the statement"]
    other = bytes.fromhex(str(told.statement()["signer"])[2:])
    proof = prove(client(Service(told), SIGNER, other))
    assert proof.signers == (SIGNER, other)
    with pytest.raises(ProofRefused, match="does not vouch for 0x7E5F4552"):
        prove(client(Service(told), other))


@pytest.mark.parametrize("path", ["wait_proof", "statement"])
@pytest.mark.parametrize("kind", GARBAGE)
def test_prove__garbage__is_refused(path: str, kind: str) -> None:
    body = GARBAGE[kind](HONEST.bodies()[f"/{path}"])
    with pytest.raises(ProofRefused) as caught:
        prove(client(Service(**{path: response(body)}), SIGNER))
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("place", range(65))
def test_prove__one_byte_of_a_signature_changed__is_refused(place: int) -> None:
    proof = HONEST.proof()
    flipped = bytearray(proof.signature)
    flipped[place] ^= 1
    body = wire.encode_proof(replace(proof, signature=bytes(flipped)))
    with pytest.raises(ProofRefused):
        prove(client(Service(wait_proof=response(body)), SIGNER))


def test_prove__vk_that_is_none__is_refused() -> None:
    body = wire.encode_proof(replace(HONEST.proof(), vk_hash_bytes=b"\xff" * 32))
    with pytest.raises(ProofRefused, match="no verifying key"):
        prove(client(Service(wait_proof=response(body)), SIGNER))


def test_prove__nothing_to_check_by__each_point_is_named() -> None:
    proof = alone(Service()).prove(PROGRAM, STDIN)
    points = {Point.PROGRAM, Point.CHAIN, Point.CONTRACT, Point.SIGNER}
    assert set(proof.unchecked) == points
    assert "chain 31337" in proof.unchecked[Point.CHAIN]


@pytest.mark.parametrize("lie", ["another stdin", "expired", "a failed run", "other public values"])
def test_prove__nothing_to_check_by__what_was_asked_for_is_checked(lie: str) -> None:
    told, said = LIES[lie]
    with pytest.raises(ProofRefused, match=said):
        alone(Service(told)).prove(PROGRAM, STDIN)


def test_prove__upstream_form__leaves_what_it_does_not_bind_unchecked() -> None:
    service = Service(statement=response(b"", 500))
    proof = prove(client(service, SIGNER), form=Form.UPSTREAM)
    assert proof.statement is None
    assert set(proof.unchecked) == {Point.STDIN, Point.EXPIRY, Point.CHAIN, Point.CONTRACT}
    for lie in ("another program", "an unregistered signer"):
        with pytest.raises(ProofRefused, match=LIES[lie][1]):
            prove(client(Service(LIES[lie][0]), SIGNER), form=Form.UPSTREAM)


def test_prove__service_without_statements__is_refused_and_says_how_to_go_on() -> None:
    with pytest.raises(ProofRefused, match="form upstream"):
        prove(client(Service(statement=response(b"", 404)), SIGNER))


def test_prove__program_not_known__any_program_is_taken_and_said_to_be_unchecked() -> None:
    told, _ = LIES["another program"]
    proof = client(Service(told), SIGNER).prove(PROGRAM, STDIN)
    assert set(proof.unchecked) == {Point.PROGRAM}
    assert proof.verifying_key != KEY


@pytest.mark.parametrize("answer", [b"", bytes(31), bytes(64), (2).to_bytes(32, "big")])
def test_prove__address_without_a_registry__is_an_error(answer: bytes) -> None:
    with pytest.raises(RegistryInvalid, match="no TEERegistry answers at 0x7777"):
        prove(client(Service(), chain=Chain(answer=answer)))


def test_prove__service_refuses__its_own_words_are_passed_on() -> None:
    body = b'{"error":{"code":"exec_exit_code",\n"message":"the program\x1b[2J panicked"}}'
    service = Service(request_proof=response(body, 422))
    with pytest.raises(ProverFailed, match=r"answered 422: .*exec_exit_code") as caught:
        prove(client(service))
    assert str(caught.value).isprintable()


def test_prove__invalid_body__fault_header_is_shown() -> None:
    fault = response(b"Invalid body", 400, x_attestor_fault="elf is not a list")
    with pytest.raises(ProverFailed, match=r"Invalid body \(elf is not a list\)"):
        prove(client(Service(request_proof=fault)))


@pytest.mark.parametrize("path", ["request_proof", "wait_proof", "statement"])
def test_prove__no_answer__is_unreachable_and_shows_no_secret(path: str) -> None:
    failed = HttpFailed("connection refused", fault=HttpFault.REFUSED)
    with pytest.raises(ProverUnreachable, match=r"prover\.example did not answer") as caught:
        prove(client(Service(**{path: failed}), SIGNER))
    assert f"/{path}: connection refused" in str(caught.value)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("path", ["request_proof", "wait_proof", "statement"])
def test_prove__endless_answer__is_refused(path: str) -> None:
    failed = HttpFailed("the answer is larger than 10 bytes", fault=HttpFault.TOO_LARGE)
    with pytest.raises(ProofRefused, match="larger than 10 bytes"):
        prove(client(Service(**{path: failed}), SIGNER))


def test_prove__every_call__has_the_one_deadline_and_a_bound() -> None:
    service, chain = Service(), Chain(SIGNER)
    prove(client(service, chain=chain))
    assert len({id(deadline) for deadline in service.bounds}) == 1
    assert chain.bounds == [service.bounds[0].seconds]
    assert service.max_bytes["request_proof"] == service.max_bytes["statement"] == 64 << 10
    assert service.max_bytes["wait_proof"] < 32 << 20


def test_prove__job__is_submitted_once_and_waited_for_again() -> None:
    service = Service()
    prove(client(service, SIGNER))
    once = {"request_proof": False, "wait_proof": True, "statement": True}
    assert service.repeatable == {"jobs": True, **once}


def test_prove__registration__is_named_in_the_request_alone() -> None:
    service = Service()
    client = ProverClient(
        "http://p.example", http=cast(Any, service), registration="1:0xAb&x", clock=lambda: NOW
    )
    client.prove(PROGRAM, STDIN)
    # Of our own calls first, which this service does not have.
    assert [url for url in service.urls if "registration" in url] == [
        f"http://p.example/{call}?registration=1%3A0xAb%26x"
        for call in ("v1/jobs", "request_proof")
    ]
    assert len(service.urls) == 4


def test_prove__job_not_finished_yet__is_asked_for_again() -> None:
    pending = response(b'{"error":{"code":"proof_pending"}}', 504, retry_after="5")
    waits: list[float] = []
    sound = response(wire.encode_proof(HONEST.proof()))
    service = Service(wait_proof=[pending, pending, sound])
    proof = alone(service, sleep=waits.append).prove(PROGRAM, STDIN)
    assert (proof.proof_id, waits) == (PROOF_ID, [5.0, 5.0])


def test_prove__job_never_finishes__ends_at_the_deadline() -> None:
    pending = response(b"", 504, retry_after="0")
    waits: list[float] = []
    service = Service(wait_proof=pending)
    with pytest.raises(ProverUnreachable, match="not finished"):
        alone(service, sleep=waits.append, timeout=0.05).prove(PROGRAM, STDIN)
    assert max(waits) <= 0.05


def test_prove__progress__is_told_in_order() -> None:
    stages: list[Stage] = []
    prove(client(Service(), SIGNER), progress=stages.append)
    assert stages == [Stage.PROVING, Stage.FETCHING, Stage.VERIFYING]


def test_prove__numbers_as_other_json__are_refused() -> None:
    answer = json.loads(HONEST.bodies()["/wait_proof"])
    for odd in (True, 1.0, "1", 256, -1):
        body = json.dumps({**answer, "public_values": [odd]}).encode()
        with pytest.raises(ProofRefused, match="public_values is not a list of numbers"):
            prove(client(Service(wait_proof=response(body)), SIGNER))


def test_verifying_key__zero__is_one_like_another() -> None:
    with pytest.raises(ProofRefused, match="not 0x0000"):
        client(Service(), SIGNER).prove(PROGRAM, STDIN, vkey=VerifyingKey((0,) * 8).program_vkey)

"""The client believes nothing."""

import json
from dataclasses import replace
from typing import Any

import pytest
from cases.signing import sign

from attestor.client import ProverClient
from attestor.core.legacy_message import LegacyMessage
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import (
    BodyInvalid,
    HttpFailed,
    HttpFault,
    ProofRefused,
    ProverFailed,
    ProverUnreachable,
)
from attestor.http import wire
from attestor.http.wire import TeeProof
from attestor.net import Deadline, Response

SECRET = bytes(31) + b"\x01"
SIGNER = bytes.fromhex("7e5f4552091a69125d5dfcb7b8c2659029395bdf")
KEY = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))
VALUES = b"\x0a\x00"
STATEMENT = LegacyMessage(KEY.vk_hash_bytes, VALUES)
PROOF = TeeProof(sign(SECRET, STATEMENT.digest), KEY.vk_hash_bytes, VALUES)


class Registry:
    address = b"\x77" * 20

    def __init__(self, *vouched: bytes) -> None:
        self.vouched = vouched

    def vouches_for(self, signer: bytes) -> bool:
        return signer in self.vouched


def response(body: bytes, status: int = 200, fault: str = "") -> Response:
    return Response(status, {"x-attestor-fault": fault} if fault else {}, body)


class Service:
    """Stands in for the HTTP client; answers by path."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {"request_proof": response(b"the-id"), **answers}
        self.bodies: dict[str, bytes] = {}
        self.repeatable: dict[str, bool] = {}

    def request(
        self, method: str, url: str, deadline: Deadline, *, body: bytes, repeatable: bool, **_: Any
    ) -> Response:
        path = url.rsplit("/", 1)[1]
        self.bodies[path], self.repeatable[path] = body, repeatable
        answer: Response | Exception = self.answers[path]
        if isinstance(answer, Exception):
            raise answer
        return answer


def client(service: Service, *vouched: bytes) -> ProverClient:
    registry: Any = Registry(*vouched)
    http: Any = service
    return ProverClient("http://user:secret@prover.example/", registry, http=http)


def answering(proof: TeeProof) -> Service:
    return Service(wait_proof=response(wire.encode_proof(proof)))


def test_prove__sound_answer__is_given_with_its_signer() -> None:
    service = answering(PROOF)
    proof = client(service, SIGNER).prove(b"\x7fELF", [b"\x01"])
    assert (proof.proof_id, proof.signer, proof.public_values) == ("the-id", SIGNER, VALUES)
    assert proof.verifying_key == KEY
    assert proof.digest == STATEMENT.digest
    assert service.bodies["request_proof"] == wire.encode_request(b"\x7fELF", [b"\x01"])
    assert service.bodies["wait_proof"] == b"the-id"


def test_prove__signer_not_vouched_for__is_refused() -> None:
    with pytest.raises(ProofRefused, match="does not vouch for 0x7E5F4552"):
        client(answering(PROOF)).prove(b"", [])


@pytest.mark.parametrize(
    "changed",
    [
        replace(PROOF, public_values=b"\x0b\x00"),
        replace(PROOF, vk_hash_bytes=VerifyingKey((1,) * 8).vk_hash_bytes),
        replace(PROOF, signature=sign(SECRET, bytes(32))),
        replace(PROOF, signature=bytes(64) + b"\x1b"),
        replace(PROOF, signature=PROOF.signature[:64] + b"\x00"),
        replace(PROOF, vk_hash_bytes=b"\xff" * 32),
    ],
)
def test_prove__anything_changed__is_refused(changed: TeeProof) -> None:
    with pytest.raises(ProofRefused):
        client(answering(changed), SIGNER).prove(b"", [])


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[" * 100_000, json.dumps({"signature": []}).encode()]
)
def test_prove__malformed_answer__is_typed(body: bytes) -> None:
    with pytest.raises(BodyInvalid):
        client(Service(wait_proof=response(body)), SIGNER).prove(b"", [])


def test_prove__service_refuses__its_own_words_are_passed_on() -> None:
    body = b'{"error":{"code":"exec_exit_code","message":"the program panicked"}}'
    service = Service(request_proof=response(body, 422))
    with pytest.raises(ProverFailed, match=r"answered 422: .*exec_exit_code"):
        client(service).prove(b"", [])


def test_prove__invalid_body__fault_header_is_shown() -> None:
    service = Service(request_proof=response(b"Invalid body", 400, "elf is not a list"))
    with pytest.raises(ProverFailed, match=r"Invalid body \(elf is not a list\)"):
        client(service).prove(b"", [])


def test_prove__no_answer__is_unreachable_and_shows_no_secret() -> None:
    failed = HttpFailed("connection refused", fault=HttpFault.REFUSED)
    with pytest.raises(ProverUnreachable, match=r"prover\.example did not answer") as caught:
        client(Service(request_proof=failed)).prove(b"", [])
    assert "connection refused" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_prove__endless_answer__is_refused() -> None:
    failed = HttpFailed("the answer is larger than 10 bytes", fault=HttpFault.TOO_LARGE)
    with pytest.raises(ProofRefused, match="larger than 10 bytes"):
        client(Service(wait_proof=failed)).prove(b"", [])


def test_prove__job__is_submitted_once_and_waited_for_again() -> None:
    service = answering(PROOF)
    client(service, SIGNER).prove(b"", [])
    assert service.repeatable == {"request_proof": False, "wait_proof": True}

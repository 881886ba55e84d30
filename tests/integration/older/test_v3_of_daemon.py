"""A program that upstream's toolchain built for SP1 v3, proven by a running daemon: by upstream's
two routes, by `/v1`, and on chain."""

import hashlib
import http.client
import json
from typing import Any

import pytest

from attestor.chain.multiproof import MultiProof
from attestor.chain.registry import Registry
from attestor.client import ProverClient
from attestor.core.legacy_message import LegacyMessage
from attestor.core.signature import recover
from attestor.core.text import from_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.devnet.stack import Devnet
from attestor.http import wire

KEY = "006bed30dcb7056fce6a706bc6f6adabc74a982dc9d565ec9ebc10efeb0a7381"
"""By SP1 3.4's own set-up (`make check-v3`)."""
VALUES = "f4010000f404000086070000"
"""Of 500, as upstream's client expects them."""
STDIN = (500).to_bytes(4, "little")

pytestmark = pytest.mark.usefixtures("executor")


def ask(
    devnet: Devnet, path: str, body: bytes | None = None, method: str = "POST"
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", devnet.options.api_port, timeout=180)
    try:
        connection.request(method, path, body)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def test_request_proof__upstreams_v3_program__signed_as_upstream_signs(
    devnet: Devnet, published: bytes
) -> None:
    status, job = ask(devnet, "/request_proof", wire.encode_request(published, [STDIN]))
    assert (status, len(job)) == (200, 36), job
    status, body = ask(devnet, "/wait_proof", job)
    assert status == 200
    answer = json.loads(body)
    assert bytes(answer["public_values"]).hex() == VALUES
    key = VerifyingKey.from_program_vkey(bytes.fromhex(KEY))
    assert bytes(answer["vk"]) == key.vk_hash_bytes
    digest = LegacyMessage(bytes(answer["vk"]), bytes(answer["public_values"])).digest
    assert recover(digest, bytes(answer["signature"])) == devnet.active_signer()


def test_prove__v3_program_and_our_client__statement_names_its_circuit(
    devnet: Devnet, published: bytes
) -> None:
    registry = Registry(devnet.node, devnet.deployment.registry.address)
    address = devnet.deployment.multiproof.address
    client = ProverClient(devnet.api_url, registry, multiproof=address)
    proof = client.prove(published, [STDIN], vkey=bytes.fromhex(KEY))
    assert proof.public_values.hex() == VALUES
    assert proof.statement is not None
    assert proof.statement.statement.circuit_version == "v3.0.0"
    assert not proof.unchecked
    multiproof = MultiProof(devnet.node, address)
    vkey, values = proof.verifying_key.program_vkey, proof.public_values
    assert multiproof.verify_program(vkey, values, proof.signature) == (proof.signer,)


def told(answer: tuple[int, bytes]) -> dict[str, Any]:
    status, body = answer
    assert status in (200, 202), body
    fields: dict[str, Any] = json.loads(body)
    return fields


def test_v1__v3_program_by_its_key__program_and_proof_name_the_circuit(
    devnet: Devnet, published: bytes
) -> None:
    sent = told(ask(devnet, "/v1/programs", published, "PUT"))
    assert (sent["program_vkey"], sent["circuit_version"]) == (f"0x{KEY}", "v3.0.0")
    assert told(ask(devnet, f"/v1/programs/0x{KEY}", method="GET")) == sent
    wanted = {"program": f"0x{KEY}", "stdin": [f"0x{STDIN.hex()}"]}
    job = told(ask(devnet, "/v1/jobs", json.dumps(wanted).encode()))["id"]
    proof = told(ask(devnet, f"/v1/proofs/{job}?wait=60", method="GET"))
    assert proof["public_values"] == f"0x{VALUES}"
    named = (proof["engine"], proof["circuit_version"], proof["cross_check"], proof["executor"])
    assert named == ("sp1-v3", "v3.0.0", "not_needed", "recorded")
    statement = proof["forms"]["statement"]["statement"]
    assert statement["circuitVersion"] == "v3.0.0"
    assert from_hex(statement["programVKey"]).hex() == KEY
    expected = hashlib.sha256(bytes.fromhex(VALUES)).hexdigest()
    assert statement["publicValuesHash"] == f"0x{expected}"


def test_request_proof__v3_program_that_panics__told_by_its_exit_code(
    devnet: Devnet, published: bytes
) -> None:
    """Its stdin has three bytes of the four."""
    status, body = ask(devnet, "/request_proof", wire.encode_request(published, [b"abc"]))
    error = json.loads(body)["error"]
    assert (status, error["code"]) == (422, "exec_exit_code"), error

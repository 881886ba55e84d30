"""The proving service of a running daemon: right answers, and good answers to wrong input."""

import http.client
import json
import struct
from pathlib import Path
from typing import Any

import pytest
from measures import memory

from attestor.chain.abi import Contract
from attestor.chain.multiproof import MultiProof
from attestor.chain.registry import Registry
from attestor.client import ProverClient
from attestor.core.legacy_message import LegacyMessage
from attestor.core.text import from_hex, to_hex
from attestor.devnet.stack import Devnet
from attestor.errors import ProofRefused, ProverFailed, RpcError
from attestor.hardening import process
from attestor.http import wire
from attestor.programs import ELF_FOLDER, elf, fibonacci, header_chain

SYS_PTRACE = 19
"""A capability's number (linux/capability.h)."""


def post(devnet: Devnet, path: str, body: bytes, method: str = "POST") -> tuple[int, bytes, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", devnet.options.api_port, timeout=120)
    try:
        connection.request(method, path, body)
        response = connection.getresponse()
        return response.status, response.read(), response.headers
    finally:
        connection.close()


def refused(devnet: Devnet, program: bytes, *stdin: bytes) -> dict[str, Any]:
    status, body, _ = post(devnet, "/request_proof", wire.encode_request(program, stdin))
    assert status == 422, body
    error: dict[str, Any] = json.loads(body)["error"]
    return error


@pytest.fixture(scope="module")
def registry(devnet: Devnet) -> Registry:
    return Registry(devnet.node, devnet.deployment.registry.address)


@pytest.fixture(scope="module")
def client(devnet: Devnet, registry: Registry) -> ProverClient:
    multiproof = devnet.deployment.multiproof.address
    return ProverClient(devnet.api_url, registry, multiproof=multiproof)


def test_request_proof__fibonacci__is_accepted_by_multiproof(
    devnet: Devnet, client: ProverClient
) -> None:
    proof = client.prove(elf(fibonacci.NAME), fibonacci.stdin(10))
    assert fibonacci.decode(proof.public_values) == fibonacci.Result(10, 55, 89)
    multiproof = MultiProof(devnet.node, devnet.deployment.multiproof.address)
    vkey, signature = proof.verifying_key.program_vkey, proof.signature
    assert multiproof.verify_program(vkey, proof.public_values, signature) == (proof.signer,)
    message = LegacyMessage(proof.verifying_key.vk_hash_bytes, proof.public_values).message
    multiproof.verify_message(message, signature)
    with pytest.raises(ProofRefused, match="Invalid_TEE_Signer"):
        multiproof.verify_program(vkey, proof.public_values + b"\0", signature)
    with pytest.raises(ProofRefused, match="Invalid_TEE_Signer"):
        multiproof.verify_message(bytes(32), signature)


def test_request_proof__live_headers__are_linked(devnet: Devnet, client: ProverClient) -> None:
    head = devnet.node.head()
    blocks = [
        devnet.node.header_fields(number) for number in range(head.number - 2, head.number + 1)
    ]
    proof = client.prove(elf(header_chain.NAME), header_chain.stdin(blocks))
    result = header_chain.decode(proof.public_values)
    assert (result.first_number, result.last_number) == (head.number - 2, head.number)
    assert result.last_hash == head.hash
    assert result.first_state_root.hex() == blocks[0]["stateRoot"][2:]


def test_request_proof__headers_with_a_gap__is_refused(devnet: Devnet) -> None:
    head = devnet.node.head().number
    blocks = [devnet.node.header_fields(number) for number in (head - 2, head)]
    error = refused(devnet, elf(header_chain.NAME), *header_chain.stdin(blocks))
    assert error["code"] == "exec_exit_code"


def test_wait_proof__answer__is_upstreams_json(devnet: Devnet) -> None:
    body = wire.encode_request(elf(fibonacci.NAME), fibonacci.stdin(10))
    status, job, _ = post(devnet, "/request_proof", body)
    assert status == 200
    assert len(job) == 36
    status, answer, headers = post(devnet, "/wait_proof", job)
    assert status == 200
    assert headers["X-Attestor-Executor"] == "recorded"
    fields = json.loads(answer)
    assert list(fields) == ["signature", "vk", "public_values"]
    assert (len(fields["signature"]), len(fields["vk"])) == (65, 32)
    assert bytes(fields["public_values"]).hex() == "0a0000003700000059000000"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"elf":[1]}', b"[" * 1_000_000])
def test_request_proof__invalid_body__is_answered_as_upstream_does(
    devnet: Devnet, body: bytes
) -> None:
    status, answer, headers = post(devnet, "/request_proof", body)
    assert (status, answer) == (400, b"Invalid body")
    assert headers["X-Attestor-Fault"]


def test_request_proof__body_too_large__is_413_and_says_the_limit(devnet: Devnet) -> None:
    status, answer, _ = post(devnet, "/request_proof", b" " * ((4 << 20) + 1))
    assert status == 413
    assert json.loads(answer)["error"]["code"] == "body_too_large"
    assert str(4 << 20) in json.loads(answer)["error"]["message"]


def test_wait_proof__unknown_id__is_answered_as_upstream_does(devnet: Devnet) -> None:
    assert post(devnet, "/wait_proof", b"nobody")[:2] == (404, b'"nobody" Not found')


def test_wait_proof__not_utf8__is_answered_as_upstream_does(devnet: Devnet) -> None:
    assert post(devnet, "/wait_proof", b"\xff\xfe")[:2] == (400, b"Invalid body")


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/request_proof"), ("PUT", "/wait_proof"), ("POST", "/"), ("GET", "/status")],
)
def test_other_methods_and_paths__are_empty_404s(devnet: Devnet, method: str, path: str) -> None:
    assert post(devnet, path, b"", method)[:2] == (404, b"")


def test_request_proof__elf_of_another_architecture__names_it(devnet: Devnet) -> None:
    wrong = bytearray(elf(fibonacci.NAME))
    struct.pack_into("<H", wrong, 18, 62)
    error = refused(devnet, bytes(wrong), b"")
    assert error["code"] == "program_invalid"
    assert "x86-64" in error["message"]


def test_request_proof__truncated_elf__is_refused(devnet: Devnet) -> None:
    whole = elf(fibonacci.NAME)
    for length in (0, 10, 63, 100, len(whole) // 2):
        error = refused(devnet, whole[:length])
        assert error["code"] in ("program_invalid", "program_unsupported"), length


def test_request_proof__32_bit_elf__names_the_sp1_versions_it_is_for(devnet: Devnet) -> None:
    old = bytearray(52)
    old[:7] = b"\x7fELF\x01\x01\x01"
    struct.pack_into("<HHI", old, 16, 2, 243, 1)
    error = refused(devnet, bytes(old))
    assert error["code"] == "program_unsupported"
    assert "v3" in error["message"] + str(error["hint"])
    assert "v6" in error["message"] + str(error["hint"])


def test_request_proof__stdin_too_short__says_so(devnet: Devnet) -> None:
    error = refused(devnet, elf(fibonacci.NAME))
    assert error["code"] == "exec_exit_code"
    assert "stdin is invalid or too short" in error["message"]


def hostile(name: str) -> bytes:
    return (ELF_FOLDER / "test" / f"{name}.elf").read_bytes()


def test_request_proof__guest_that_panics__is_refused(devnet: Devnet) -> None:
    error = refused(devnet, hostile("panic"))
    assert error["code"] == "exec_exit_code"
    assert "panicked" in error["message"]


def test_request_proof__guest_that_never_ends__hits_its_limit(devnet: Devnet) -> None:
    # Fast machines are through with all cycles before the time is up.
    assert refused(devnet, hostile("spin"))["code"] in ("exec_time_limit", "exec_cycle_limit")


def test_request_proof__guest_that_lies_about_its_values__is_refused(devnet: Devnet) -> None:
    assert refused(devnet, hostile("lie"))["code"] == "exec_public_values_mismatch"


def test_prover_client__refusal__carries_the_services_words(client: ProverClient) -> None:
    with pytest.raises(ProverFailed, match="exec_exit_code"):
        client.prove(hostile("panic"), [])


def test_jobs__failed_ones__are_in_the_database_with_their_code(devnet: Devnet) -> None:
    refused(devnet, hostile("panic"))
    rows = devnet.job_rows("SELECT DISTINCT error_code FROM jobs WHERE state = 'failed'")
    assert "exec_exit_code" in {row["error_code"] for row in rows}
    assert devnet.job_rows("SELECT * FROM stdin_entries") == []


def test_secrets__of_payer__are_in_no_log_or_database(devnet: Devnet) -> None:
    secret = (devnet.folder / "payer.key").read_text().strip().removeprefix("0x")
    for path in [devnet.log_file, devnet.database, Path(f"{devnet.database}-wal")]:
        if path.is_file():
            data = path.read_bytes()
            assert secret.encode() not in data
            assert bytes.fromhex(secret) not in data


def test_secrets__key_of_payer__is_once_in_the_daemons_memory(
    devnet: Devnet, client: ProverClient
) -> None:
    """It has paid for a registration by now."""
    if not process.holds(SYS_PTRACE):
        pytest.skip("needs CAP_SYS_PTRACE")
    secret = from_hex((devnet.folder / "payer.key").read_text().strip())
    assert devnet._daemon is not None
    pid = devnet._daemon.pid
    assert memory.occurrences(pid, memory.forms(secret)) == ["big-endian"]
    assert sorted(memory.occurrences(pid, memory.parts(secret))) == ["high", "low"]


def test_daemon__its_memory__is_in_no_core_dump_and_closed_to_others(devnet: Devnet) -> None:
    assert devnet._daemon is not None
    folder = Path(f"/proc/{devnet._daemon.pid}")
    assert "NoNewPrivs:\t1" in (folder / "status").read_text()
    limits = (folder / "limits").read_text().splitlines()
    core = next(line for line in limits if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]


def test_statement__of_a_proof__is_accepted_by_multiproof(
    devnet: Devnet, client: ProverClient
) -> None:
    proof = client.prove(elf(fibonacci.NAME), fibonacci.stdin(10))
    status, body, headers = post(devnet, f"/statement?proof_id={proof.proof_id}", b"", method="GET")
    assert status == 200
    assert headers["X-Attestor-Executor"] == "recorded"
    told = json.loads(body)
    assert told["contract"].lower() == to_hex(devnet.deployment.multiproof.address)
    assert told["signer"].lower() == to_hex(proof.signer)
    assert told["chainId"] == 31337
    named = told["statement"]
    fields = tuple(
        from_hex(value) if isinstance(value, str) and value.startswith("0x") else value
        for value in named.values()
    )
    assert named["programVKey"] == to_hex(proof.verifying_key.program_vkey)
    assert named["circuitVersion"] == "v6.1.0"
    contract = Contract.named("MultiProof")
    signature = from_hex(told["signature"])
    calldata = contract.encode("verifyStatement", fields, proof.public_values, signature)
    answer = devnet.node.call(devnet.deployment.multiproof.address, calldata)
    assert contract.decode("verifyStatement", answer) == (told["signer"].lower(),)
    forged = contract.encode("verifyStatement", fields, proof.public_values + b"\0", signature)
    with pytest.raises(RpcError):
        devnet.node.call(devnet.deployment.multiproof.address, forged)


@pytest.mark.parametrize("query", ["", "?proof_id=", "?proof_id=none", "?other=1"])
def test_statement__of_no_proof__is_not_found(devnet: Devnet, query: str) -> None:
    assert post(devnet, "/statement" + query, b"", method="GET")[0] == 404

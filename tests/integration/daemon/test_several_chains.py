"""Several chains in one daemon: each registers, proves and fails by itself."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from cases.ports import free_port
from eth_account import Account
from integration.daemon.test_daemon_life import attestor
from integration.daemon.two_chains import IDS, TwoChains

from attestor.core.legacy_message import LegacyMessage
from attestor.core.text import checksummed, from_hex, to_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.devnet.deployment import DevelopmentDeployer, fund
from attestor.errors import ProofRefused
from attestor.http import wire
from attestor.programs import elf, fibonacci
from attestor.store.database import Store
from attestor.store.opening import JOBS


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TwoChains]:
    """Both chains with an active signer; what disturbs a chain comes last in this module."""
    made = TwoChains(tmp_path_factory.mktemp("two"))
    try:
        made.start()
        for name in IDS:
            made.wait_for_signer(name)
        yield made
    finally:
        made.close()


def body(number: int) -> bytes:
    return wire.encode_request(elf(fibonacci.NAME), fibonacci.stdin(number))


def proven(two: TwoChains, number: int, query: str = "") -> tuple[str, requests.Response]:
    """The id and the answer of `/wait_proof`."""
    asked = two.ask("POST", f"/request_proof{query}", data=body(number))
    assert asked.status_code == 200, asked.text
    answer = two.ask("POST", "/wait_proof", data=asked.text)
    assert answer.status_code == 200, answer.text
    return asked.text, answer


def verify(two: TwoChains, name: str, answer: requests.Response) -> None:
    """By that chain's MultiProof, which asks its registry. Raises `ProofRefused`."""
    proof = wire.decode_proof(answer.content)
    key = VerifyingKey.from_vk_hash_bytes(proof.vk_hash_bytes)
    chain = two.chains[name]
    signers = chain.multiproof.verify_program(
        key.program_vkey, proof.public_values, proof.signature
    )
    assert signers == (two.signer(name),)
    message = LegacyMessage(proof.vk_hash_bytes, proof.public_values).message
    chain.multiproof.verify_message(message, proof.signature)


def test_daemon__two_chains__each_registers_its_own_signer(two: TwoChains) -> None:
    signers = {name: two.signer(name) for name in IDS}
    assert len(set(signers.values())) == 2
    for name, chain in two.chains.items():
        for other, signer in signers.items():
            assert signer is not None
            assert chain.registry.vouches_for(signer) == (name == other)


def test_request_proof__each_registration__verifies_there_and_nowhere_else(two: TwoChains) -> None:
    answers = {"first": proven(two, 20)[1], "second": proven(two, 20, "?registration=second")[1]}
    for name, answer in answers.items():
        verify(two, name, answer)
        signer = two.signer(name)
        assert signer is not None
        chain = two.chains[name]
        told = f"{chain.node.chain_id}:{checksummed(chain.registry.address)}"
        assert answer.headers["X-Attestor-Registration"] == told
        assert answer.headers["X-Attestor-Signer"] == checksummed(signer)
        (other,) = set(IDS) - {name}
        with pytest.raises(ProofRefused):
            verify(two, other, answer)


def test_request_proof__same_program_for_both__is_run_once(two: TwoChains) -> None:
    """The mark of a run has its key from the process that ran it, and its time from nowhere: so
    the executors that were started are counted."""
    ids = [proven(two, 21, query)[0] for query in ("", "?registration=second")]
    assert len(set(ids)) == 2
    rows = job_rows(two.folder / "attestor-jobs.sqlite", ids)
    assert len({row["outcome_mac"] for row in rows}) == 1
    assert len({row["signature"] for row in rows}) == 2


def job_rows(path: Path, ids: list[str]) -> list[dict[str, Any]]:
    store = Store.open_to_read(path, JOBS)
    try:
        return [store.rows("SELECT * FROM results WHERE job = ?", job)[0] for job in ids]
    finally:
        store.close()


def test_statement__each_registration__names_chain_registry_and_contract(two: TwoChains) -> None:
    for name, chain in two.chains.items():
        job, answer = proven(two, 22, f"?registration={chain.registration}")
        told = two.ask("GET", f"/statement?proof_id={job}").json()
        assert told["chainId"] == chain.node.chain_id
        assert told["contract"] == checksummed(chain.multiproof.address)
        assert told["registry"] == checksummed(chain.registry.address)
        assert from_hex(told["signer"].lower()) == two.signer(name)
        assert answer.headers["X-Attestor-Registration"].lower() == chain.registration


def test_v1_proof__each_registration__names_it_and_verifies_there_alone(two: TwoChains) -> None:
    program = two.ask("PUT", "/v1/programs", data=elf(fibonacci.NAME)).json()["program_vkey"]
    stdin = [to_hex(entry) for entry in fibonacci.stdin(23)]
    for name, chain in two.chains.items():
        query = f"?registration={name}"
        asked = two.ask("POST", f"/v1/jobs{query}", json={"program": program, "stdin": stdin})
        job = asked.json()["id"]
        proof = two.ask("GET", f"/v1/proofs/{job}?wait=60").json()
        told = f"{chain.node.chain_id}:{checksummed(chain.registry.address)}"
        assert proof["registration"] == told
        assert from_hex(proof["signer"].lower()) == two.signer(name)
        assert proof["program_vkey"] == program
        statement = proof["forms"]["statement"]
        assert statement["chainId"] == chain.node.chain_id
        assert statement["contract"] == checksummed(chain.multiproof.address)
        values = from_hex(proof["public_values"])
        signature = from_hex(proof["forms"]["upstream"]["signature"])
        verified = chain.multiproof.verify_program(from_hex(program), values, signature)
        assert verified == (two.signer(name),)
        (other,) = set(IDS) - {name}
        with pytest.raises(ProofRefused):
            two.chains[other].multiproof.verify_program(from_hex(program), values, signature)
        refused = two.ask("GET", f"/v1/proofs/{job}?registration={other}")
        assert refused.json()["error"]["code"] == "registration_unknown"


@pytest.mark.parametrize("given", ["third", "", "31337", "1:0x" + "00" * 20, "first second"])
def test_request_proof__no_such_registration__lists_what_there_is(
    two: TwoChains, given: str
) -> None:
    answer = two.ask("POST", "/request_proof", params={"registration": given}, data=body(1))
    assert answer.status_code == 422
    error = answer.json()["error"]
    assert error["code"] == "registration_unknown"
    for name in IDS:
        assert name in error["hint"]


def test_wait_proof__job_of_another_registration__is_refused(two: TwoChains) -> None:
    job, _ = proven(two, 23)
    answer = two.ask("POST", "/wait_proof?registration=second", data=job)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "registration_unknown"


def test_metrics__each_chain__has_its_label(two: TwoChains) -> None:
    text = requests.get(f"http://127.0.0.1:{two.health_port}/metrics", timeout=10).text
    for name in IDS:
        assert f'attestor_signer_active{{chain="{name}"}} 1' in text
        pattern = rf'attestor_duty_running_seconds{{chain="{name}",duty="rotation"}}'
        assert re.search(pattern, text)
    types = [line for line in text.splitlines() if line.startswith("# TYPE")]
    assert len(types) == len(set(types))


@pytest.mark.parametrize("at_daemon", [True, False])
def test_health__all_well__says_so_of_each_chain(two: TwoChains, at_daemon: bool) -> None:
    answer = two.health(at_daemon=at_daemon)
    assert answer.status_code == 200
    assert answer.json()["chains"] == {"first": {"ok": True}, "second": {"ok": True}}
    assert two.health("?chain=first", at_daemon).status_code == 200
    assert two.health("?chain=third", at_daemon).status_code in (404, 422)


def run_again(two: TwoChains, text: str | None = None) -> "subprocess.CompletedProcess[str]":
    """Another daemon, with the same configuration or with another one."""
    path = two.config
    if text is not None:
        path = two.folder / "again.toml"
        path.write_text(text)
    return subprocess.run(
        [sys.executable, "-m", "attestor", "run", "--config", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        env={"PATH": os.defpath},
        check=False,
    )


def test_run__two_chains_with_one_payer_on_one_chain__are_refused(two: TwoChains) -> None:
    """They would take each other's nonces."""
    first = two.chains["first"]
    other = DevelopmentDeployer(first.node).deploy_all(first.platform)
    payer = Account.create()
    fund(first.node, from_hex(payer.address))
    key_file = two.folder / "payer-shared"
    key_file.touch(mode=0o600)
    key_file.write_text(to_hex(payer.key))
    here, there = (to_hex(one) for one in (first.registry.address, other.registry.address))
    options = first.options().replace(str(first.key_file), str(key_file))
    text = two.shared_options().replace("attestor.sqlite", "again.sqlite")
    for taken in (two.port, two.health_port):
        text = text.replace(f"port = {taken}", f"port = {free_port()}")
    text += options + options.replace("chains.first", "chains.again").replace(here, there)
    done = run_again(two, text)
    assert (done.returncode, done.stdout) == (2, "")
    told = f"chain again: another process, or another chain of this one, sends from {payer.address}"
    assert told in done.stderr
    assert "[payer_busy]" in done.stderr


def test_run__second_daemon_on_the_same_databases__is_refused(two: TwoChains) -> None:
    done = run_again(two)
    assert done.returncode == 2
    assert "another attestor runs with" in done.stderr
    assert two.health().status_code == 200


def test_dry_run__one_of_several__is_the_one_that_is_named(two: TwoChains) -> None:
    for name, chain in two.chains.items():
        done = attestor("run", "--config", str(two.config), "--dry-run", "--chain", name)
        assert done.returncode == 0, done.stderr
        assert checksummed(chain.registry.address) in done.stdout
    done = attestor("run", "--config", str(two.config), "--dry-run")
    assert done.returncode == 2
    assert "there are several chains: first, second" in done.stderr


def test_node_of_one_chain__ends__the_other_goes_on(two: TwoChains) -> None:
    """One worker is configured: a job whose chain is away must not hold it."""
    second = two.signer("second")
    two.chains["first"].anvil.stop()
    with ThreadPoolExecutor(1) as threads:
        stuck = threads.submit(two.ask, "POST", "/request_proof", data=body(24))
        for number in (24, 25):
            _, answer = proven(two, number, "?registration=second")
            verify(two, "second", answer)
        assert not stuck.done(), "its signer cannot be vouched for"
        assert two.health("?chain=second").status_code == 200
        assert two.signer("second") == second
        before = two.signer("second")
        assert two.stop() == 0
        assert stuck.exception() is not None or stuck.result().status_code == 503
    two.start()
    two.until(lambda: two.signer("second") not in (None, before), "second has a signer")
    _, answer = proven(two, 26, "?registration=second")
    verify(two, "second", answer)
    health = two.health()
    assert health.status_code == 503
    told = health.json()
    assert told["chains"] == {"first": {"ok": False}, "second": {"ok": True}}
    assert (told["error"]["chain"], told["error"]["code"]) == ("first", "rpc_unreachable")
    assert two.health("?chain=first").status_code == 503
    assert two.health("?chain=second").status_code == 200
    # What AttestorChainNotRunning goes by.
    metrics = requests.get(f"http://127.0.0.1:{two.health_port}/metrics", timeout=10).text
    assert 'attestor_chain_running{chain="first"} 0' in metrics
    assert 'attestor_chain_running{chain="second"} 1' in metrics

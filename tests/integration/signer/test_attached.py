"""Connections that the daemon attaches to the real signer process, for whoever serves clients."""

import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from integration.signer.test_signer_process import SETTINGS

from attestor.core.execution import stdin_sha256
from attestor.core.job import JobLimits
from attestor.core.outcome import Outcome
from attestor.core.proof import Proof
from attestor.core.signature import recover
from attestor.errors import (
    ExecutionCycleLimit,
    ExecutionStopped,
    ExecutionTimeLimit,
    OutcomeUnknown,
    RequestInvalid,
    SignerGone,
)
from attestor.programs import ELF_FOLDER, elf, fibonacci
from attestor.signer.client import SignerProcess
from attestor.signer.prover import AttachedProver

ENDLESS = (ELF_FOLDER / "test" / "spin.elf").read_bytes()


@pytest.fixture(scope="module")
def signer() -> Iterator[SignerProcess]:
    process = SignerProcess(replace(SETTINGS, engine="attestor", cross_check_within_budget="never"))
    process.activate(process.new_key(), int(time.time()) + 3600)
    process.lease(int(time.time()), 3000.0)
    yield process
    process.close()


def outcome_of(proof: Proof, stdin: list[bytes]) -> Outcome:
    return Outcome(
        proof.verifying_key.words,
        stdin_sha256(stdin),
        proof.public_values,
        proof.cycles,
        proof.engine,
        proof.cross_check,
        proof.executor,
        proof.outcome_mac,
    )


def test_prove__over_an_attached_connection__is_signed_and_signed_again(
    signer: SignerProcess,
) -> None:
    prover, stdin = AttachedProver(signer.attach()), fibonacci.stdin(10)
    proof = prover.prove("a job", elf(fibonacci.NAME), stdin)
    assert recover(proof.digest, proof.signature) == proof.signer
    old, new = proof.signer, signer.new_key()
    signer.activate(new, proof.valid_until + 60)
    signer.retire(old)
    again = prover.sign_again("a job", outcome_of(proof, stdin))
    assert (again.signer, again.valid_until) == (new, proof.valid_until + 60)
    assert recover(again.digest, again.signature) == new
    assert again.public_values == proof.public_values
    with pytest.raises(OutcomeUnknown):
        prover.sign_again("a job", replace(outcome_of(proof, stdin), cycles=1))


@pytest.mark.parametrize(
    "verb", ["new_key", "quote", "activate", "lease", "retire", "cross_checks"]
)
def test_ask__verb_of_the_daemon__does_not_exist_there(signer: SignerProcess, verb: str) -> None:
    with pytest.raises(RequestInvalid, match="no verb"):
        AttachedProver(signer.attach())._ask(verb)


def test_prove__limits_of_the_client__end_the_run(signer: SignerProcess) -> None:
    prover = AttachedProver(signer.attach())
    with pytest.raises(ExecutionCycleLimit):
        prover.prove("a", ENDLESS, [], JobLimits(cycles=1_000_000))
    with pytest.raises(ExecutionTimeLimit):
        prover.prove("a", ENDLESS, [], JobLimits(seconds=1.0))


def test_cancel__run_that_never_ends__is_ended_at_once(signer: SignerProcess) -> None:
    prover = AttachedProver(signer.attach())
    raised: list[Exception] = []

    def prove() -> None:
        try:
            prover.prove("endless", ENDLESS, [])
        except ExecutionStopped as error:
            raised.append(error)

    running = threading.Thread(target=prove)
    running.start()
    deadline = time.monotonic() + 30
    while running.is_alive() and time.monotonic() < deadline:
        prover.cancel("endless")
        time.sleep(0.1)
    running.join(5)
    assert len(raised) == 1


def test_connection__is_closed_or_broken__ends_its_runs_and_no_other(
    signer: SignerProcess,
) -> None:
    first, second = signer.attach(), AttachedProver(signer.attach())
    prover = AttachedProver(first)
    gone: list[Exception] = []

    def prove() -> None:
        try:
            prover.prove("endless", ENDLESS, [])
        except SignerGone as error:
            gone.append(error)

    running = threading.Thread(target=prove)
    running.start()
    time.sleep(1)
    first.shutdown(socket.SHUT_RDWR)
    running.join(10)
    assert len(gone) == 1
    with signer.attach() as broken:
        broken.sendall(b"\xff" * 64)
        assert broken.recv(10) == b""
    proof = second.prove("b", elf(fibonacci.NAME), fibonacci.stdin(7))
    assert fibonacci.decode(proof.public_values).n == 7
    assert signer.answers(5)


def test_attach__process_is_gone__says_so() -> None:
    process = SignerProcess(SETTINGS)
    process.close()
    with pytest.raises(SignerGone):
        process.attach()

"""SP1 programs in the signer process: what is signed of them, and what is not."""

import hashlib
import select
import threading
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest

from attestor.core.cross_check import CrossCheckPolicy
from attestor.core.eip712 import Domain
from attestor.core.execution import Engine, Execution, Limits, stdin_sha256
from attestor.core.frame import Frame
from attestor.core.legacy_message import LegacyMessage
from attestor.core.report_data import Binding, Layout
from attestor.core.signature import recover
from attestor.core.sp1_tee_message import Sp1TeeMessage
from attestor.core.statement import Statement
from attestor.core.text import from_hex, to_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import (
    ExecutionStopped,
    GuestFailed,
    NoActiveSigner,
    OutcomeUnknown,
    ProgramChanged,
    ProgramInvalid,
    ProgramUnknown,
    PublicValuesMismatch,
    RequestInvalid,
)
from attestor.executor.sealed_memory import SealedBytes
from attestor.signer.cross_checker import CrossChecker
from attestor.signer.keys import Keys
from attestor.signer.service import SignerService
from attestor.signer.slots import Slot, Slots
from attestor.signer.workloads.sp1 import Sp1Workload

ELF = (Path(__file__).parents[4] / "guests" / "elf" / "fibonacci.elf").read_bytes()
KEY = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))
BINDING = Binding(31337, b"\x77" * 20, Layout.ATTESTOR)
BLOCK_HASH = b"\xbb" * 32
LATER = 10_000
PORTABLE = Engine.SP1_PORTABLE


class Executor:
    """Gives what it is told to, and counts."""

    def __init__(self) -> None:
        values = b"\x0a"
        self.result = Execution(values, 0, 99, hashlib.sha256(values).digest(), PORTABLE)
        self.keys_computed = 0
        self.runs: list[tuple[bytes, tuple[bytes, ...]]] = []
        self.limits = Limits()
        self.waits_for_stop = False

    def verifying_key(self, program: bytes, limits: Limits) -> VerifyingKey:
        self.keys_computed += 1
        return KEY

    def execute(
        self,
        program: bytes,
        stdin: Sequence[bytes],
        limits: Limits,
        engine: Engine,
        *,
        sealed: SealedBytes | None = None,
    ) -> Execution:
        self.runs.append((program, tuple(stdin)))
        self.limits = limits
        if self.waits_for_stop:
            assert limits.stop is not None
            assert select.select([limits.stop], [], [], 10)[0]
            raise ExecutionStopped("stopped")
        return self.result


class Parts:
    """The workload behind a service, whose signer is active."""

    def __init__(self, statements: Domain | None = None) -> None:
        self.keys = Keys(lambda: 1000.0)
        self.keys.lease(1000, 1e6)
        self.executor = Executor()
        executor = cast(Any, self.executor)
        cross_checker = CrossChecker(
            self.keys.halt, executor, Limits(), CrossCheckPolicy(), lambda: 0.5
        )
        self.workload = Sp1Workload(executor, Limits(), PORTABLE, cross_checker, {"": statements})
        provider: Any = None
        self.service = SignerService(Slots({"": Slot(self.keys, provider, BINDING)}), self.workload)
        self.signer = self.keys.create()
        self.keys.activate(self.signer, LATER)

    def prove(self, *blobs: bytes, **arguments: Any) -> Frame:
        return self.service.handle(Frame({"verb": "prove", "job": "a job", **arguments}, blobs))

    def sign_again(self, answer: Frame, **changes: Any) -> Frame:
        """As the API process asks for it, with what it kept of an answer."""
        names = ("words", "cycles", "engine", "cross_check", "executor")
        outcome = {name: answer.header[name] for name in names}
        outcome |= {"stdin_sha256": stdin_sha256([b"in"]), "mac": answer.header["outcome_mac"]}
        values = changes.pop("public_values", answer.blobs[0])
        header = {"verb": "sign_again", "job": "a job", "outcome": {**outcome, **changes}}
        return self.service.handle_attached(Frame(header, (values,)))


@pytest.fixture
def parts() -> Parts:
    return Parts()


def test_prove__program__is_run_and_signed(parts: Parts) -> None:
    answer = parts.prove(ELF, b"one", b"two")
    assert parts.executor.runs == [(ELF, (b"one", b"two"))]
    statement = LegacyMessage(KEY.vk_hash_bytes, answer.blobs[0])
    assert answer.header["signer"] == to_hex(parts.signer)
    assert from_hex(answer.header["digest"]) == statement.digest
    assert recover(statement.digest, from_hex(answer.header["signature"])) == parts.signer
    assert answer.header["words"] == list(KEY.words)


def test_prove__same_program_again__computes_its_key_once(parts: Parts) -> None:
    parts.prove(ELF)
    parts.prove(ELF)
    assert parts.executor.keys_computed == 1
    assert len(parts.executor.runs) == 2


def test_prove__program_is_not_the_one_of_its_name__is_refused_before_it_runs(
    parts: Parts,
) -> None:
    asked = {"verb": "prove", "job": "a", "sent_as": "11" * 32}
    with pytest.raises(ProgramChanged):
        parts.service.handle_attached(Frame(asked, (ELF, b"in")))
    assert parts.executor.runs == []


def test_verifying_key__program__is_computed_once_and_the_program_kept(parts: Parts) -> None:
    parts.keys.retire(parts.signer)
    asked = Frame({"verb": "verifying_key", "job": "key of it"}, (ELF,))
    for _ in range(2):
        assert parts.service.handle_attached(asked).header == {"words": list(KEY.words)}
    assert parts.executor.keys_computed == 1
    name = hashlib.sha256(ELF).hexdigest()
    assert parts.workload._programs.of(name).content == ELF
    with pytest.raises(ProgramInvalid):
        parts.service.handle_attached(replace(asked, blobs=(b"no program",)))


def test_prove__nobody_active__is_refused_before_anything_runs(parts: Parts) -> None:
    parts.keys.retire(parts.signer)
    with pytest.raises(NoActiveSigner):
        parts.prove(ELF)
    assert parts.executor.runs == []
    assert parts.executor.keys_computed == 0


def test_prove__not_an_elf__never_reaches_a_child(parts: Parts) -> None:
    with pytest.raises(ProgramInvalid):
        parts.prove(b"#!/bin/sh")
    assert parts.executor.runs == []


@pytest.mark.parametrize("code", [1, 3, 255])
def test_prove__guest_failed__nothing_is_signed(parts: Parts, code: int) -> None:
    good = parts.executor.result
    parts.executor.result = Execution(good.public_values, code, 1, good.digest, PORTABLE)
    with pytest.raises(GuestFailed, match=f"exit code {code}"):
        parts.prove(ELF)


def test_prove__other_digest_committed__nothing_is_signed(parts: Parts) -> None:
    parts.executor.result = Execution(b"\x0a", 0, 1, bytes(32), PORTABLE)
    with pytest.raises(PublicValuesMismatch):
        parts.prove(ELF)


def test_prove__without_program__is_a_typed_refusal(parts: Parts) -> None:
    with pytest.raises((RequestInvalid, ProgramInvalid)):
        parts.prove()


def test_prove__without_a_multiproof__signs_no_statement(parts: Parts) -> None:
    assert parts.prove(ELF, b"in").header["statement"] is None


@pytest.mark.parametrize("statements", [None, Domain(31337, b"\x55" * 20)])
def test_prove__any_registration__signs_sp1_tees_form(statements: Domain | None) -> None:
    parts = Parts(statements)
    answer = parts.prove(ELF, b"in")
    message = Sp1TeeMessage(KEY.program_vkey, parts.executor.result.public_values)
    signature = from_hex(answer.header["sp1_tee_signature"])
    assert recover(message.digest, signature) == parts.signer


def test_prove__for_a_multiproof__signs_the_statement_too() -> None:
    domain = Domain(31337, b"\x55" * 20)
    parts = Parts(domain)
    described = parts.prove(ELF, b"in").header["statement"]
    assert (described["contract"], described["expires_at"]) == ("0x" + "55" * 20, LATER)
    statement = Statement(
        program_vkey=KEY.program_vkey,
        public_values_hash=hashlib.sha256(parts.executor.result.public_values).digest(),
        exit_code=0,
        stdin_hash=bytes.fromhex(stdin_sha256([b"in"])),
        circuit_version="v6.1.0",
        expires_at=LATER,
    )
    assert recover(statement.digest(domain), from_hex(described["signature"])) == parts.signer


def test_verbs__of_the_workload__are_those_of_runs_and_findings() -> None:
    workload = Sp1Workload(None, Limits(), PORTABLE, None)  # type: ignore[arg-type]
    assert set(workload.runs) == {"prove", "sign_again"}
    assert set(workload.verbs) == {"cross_checks", "disagreement", "self_test"}
    assert set(workload.offered) == {"cancel", "verifying_key"}
    assert workload.kind == "sp1"


def test_prove__program_by_its_hash__travels_once(parts: Parts) -> None:
    name = hashlib.sha256(ELF).hexdigest()
    with pytest.raises(ProgramUnknown):
        parts.prove(b"in", program=name)
    parts.prove(ELF, b"in")
    parts.prove(b"other", program=name)
    assert parts.executor.runs == [(ELF, (b"in",)), (ELF, (b"other",))]


def test_prove__limits_of_the_client__lower_the_operators_and_never_raise_them(
    parts: Parts,
) -> None:
    parts.prove(ELF, cycles=1000, seconds=2.5)
    assert (parts.executor.limits.cycles, parts.executor.limits.wall_seconds) == (1000, 2.5)
    parts.prove(ELF, cycles=1 << 60, seconds=1e9)
    assert parts.executor.limits == Limits()


def test_sign_again__own_run__is_signed_by_the_signer_of_now_without_a_run() -> None:
    domain = Domain(31337, b"\x55" * 20)
    parts = Parts(domain)
    first = parts.prove(ELF, b"in")
    successor = parts.keys.create()
    parts.keys.activate(successor, LATER + 5)
    parts.keys.retire(parts.signer)
    again = parts.sign_again(first)
    assert len(parts.executor.runs) == 1
    assert again.blobs == first.blobs
    assert (again.header["digest"], again.header["outcome_mac"]) == (
        first.header["digest"],
        first.header["outcome_mac"],
    )
    assert (again.header["signer"], again.header["valid_until"]) == (to_hex(successor), LATER + 5)
    digest = from_hex(again.header["digest"])
    assert recover(digest, from_hex(again.header["signature"])) == successor
    assert again.header["statement"]["expires_at"] == LATER + 5


@pytest.mark.parametrize(
    "changes",
    [
        {"public_values": b"\x0b"},
        {"words": [1, 2, 3, 4, 5, 6, 7, 9]},
        {"stdin_sha256": "00" * 32},
        {"cycles": 98},
        {"engine": "attestor"},
        {"cross_check": "before"},
        {"executor": "recorded"},
        {"mac": "0x" + "00" * 32},
        {"mac": "0x"},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_sign_again__anything_altered__is_not_signed(parts: Parts, changes: Any) -> None:
    first = parts.prove(ELF, b"in")
    with pytest.raises(OutcomeUnknown):
        parts.sign_again(first, **changes)


def test_sign_again__run_of_another_process__is_not_signed(parts: Parts) -> None:
    with pytest.raises(OutcomeUnknown):
        parts.sign_again(Parts().prove(ELF, b"in"))


@pytest.mark.parametrize("by", ["cancel", "detached"])
def test_run__is_cancelled_or_nobody_is_there_any_more__ends(parts: Parts, by: str) -> None:
    parts.executor.waits_for_stop = True
    raised: list[Exception] = []

    def prove() -> None:
        try:
            parts.prove(ELF)
        except ExecutionStopped as error:
            raised.append(error)

    running = threading.Thread(target=prove)
    running.start()
    while not parts.executor.runs:
        pass
    if by == "cancel":
        parts.service.handle_attached(Frame({"verb": "cancel", "job": "another job"}))
        parts.service.handle_attached(Frame({"verb": "cancel", "job": "a job"}))
    else:
        parts.service.detached()
    running.join(10)
    assert len(raised) == 1
    assert parts.workload._running == {}

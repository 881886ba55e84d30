"""SP1 programs in the signer process: what is signed of them, and what is not."""

import hashlib
from collections.abc import Sequence
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
from attestor.core.statement import Statement
from attestor.core.text import from_hex, to_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import (
    GuestFailed,
    NoActiveSigner,
    ProgramInvalid,
    PublicValuesMismatch,
    RequestInvalid,
)
from attestor.signer.cross_checker import CrossChecker
from attestor.signer.keys import Keys
from attestor.signer.service import SignerService
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

    def verifying_key(self, program: bytes, limits: Limits) -> VerifyingKey:
        self.keys_computed += 1
        return KEY

    def execute(
        self, program: bytes, stdin: Sequence[bytes], limits: Limits, engine: Engine
    ) -> Execution:
        self.runs.append((program, tuple(stdin)))
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
        workload = Sp1Workload(executor, Limits(), PORTABLE, cross_checker, statements)
        provider: Any = None
        self.service = SignerService(self.keys, provider, BINDING, workload)
        self.signer = self.keys.create()
        self.keys.activate(self.signer, LATER)

    def prove(self, *blobs: bytes) -> Frame:
        return self.service.handle(Frame({"verb": "prove", "job": "a job"}, blobs))


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


def test_prove__without_a_multiproof__signs_one_form_alone(parts: Parts) -> None:
    assert parts.prove(ELF, b"in").header["statement"] is None


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
    assert set(workload.runs) == {"prove"}
    assert set(workload.verbs) == {"cross_checks", "disagreement"}
    assert workload.kind == "sp1"

"""Proofs by the signer process: of programs that it runs, and of runs that it knows again."""

import hashlib
import socket
from collections.abc import Sequence
from typing import Any

from attestor.core.cross_check import Timing
from attestor.core.execution import Engine, ExecutorBuild
from attestor.core.frame import Frame
from attestor.core.job import JobLimits
from attestor.core.outcome import Outcome
from attestor.core.proof import Proof
from attestor.core.statement import SignedStatement
from attestor.core.text import from_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import ProgramUnknown
from attestor.signer.connection import Connection


class Prover(Connection):
    """The verbs that end in a signature by the active signer. A program is sent once: after that
    the process has it, by its hash, until others need the room."""

    def prove(
        self,
        job: str,
        program: bytes,
        stdin: Sequence[bytes],
        limits: JobLimits | None = None,
        slot: str | None = None,
        program_sha256: str | None = None,
    ) -> Proof:
        """Run a program and have the active signer of a slot, or of the first one, sign what it
        committed to; the program's hash, in hexadecimal, is computed unless it is given. Raises
        `ExecutionStopped` when it was cancelled meanwhile."""
        limits = limits or JobLimits()
        asked: dict[str, Any] = {"job": job, "cycles": limits.cycles, "seconds": limits.seconds}
        asked |= _of(slot)
        name = program_sha256 or hashlib.sha256(program).hexdigest()
        try:
            return _proof(self._ask("prove", tuple(stdin), program=name, **asked))
        except ProgramUnknown:
            return _proof(self._ask("prove", (program, *stdin), sent_as=name, **asked))

    def sign_again(self, job: str, outcome: Outcome, slot: str | None = None) -> Proof:
        """Sign by the active signer of a slot, or of the first one, what was run before. Raises
        `OutcomeUnknown` when this process did not run it."""
        asked = {"job": job, "outcome": outcome.to_header(), **_of(slot)}
        return _proof(self._ask("sign_again", (outcome.public_values,), **asked))

    def verifying_key(self, program: bytes) -> VerifyingKey:
        """Compute the key of a program, which the process keeps. Raises as
        `NativeExecutor.verifying_key`."""
        name = f"key of {hashlib.sha256(program).hexdigest()}"
        answer = self._ask("verifying_key", (program,), job=name)
        return VerifyingKey(tuple(answer.header["words"]))

    def cancel(self, job: str) -> None:
        """End the run of that job, if there is one."""
        self._ask("cancel", job=job)


class AttachedProver(Prover):
    """A process that others started, over a socket pair on which it answers these verbs alone."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(connection)
        self._read_from_now_on()


def _of(slot: str | None) -> dict[str, str]:
    return {} if slot is None else {"slot": slot}


def _proof(answer: Frame) -> Proof:
    header = answer.header
    return Proof(
        signer=from_hex(header["signer"]),
        verifying_key=VerifyingKey(tuple(header["words"])),
        public_values=answer.blobs[0],
        digest=from_hex(header["digest"]),
        signature=from_hex(header["signature"]),
        cycles=header["cycles"],
        engine=Engine(header["engine"]),
        cross_check=Timing(header["cross_check"]),
        statement=_statement(header["statement"]),
        executor=ExecutorBuild(header["executor"]),
        valid_until=header["valid_until"],
        outcome_mac=from_hex(header["outcome_mac"]),
        sp1_tee_signature=from_hex(header["sp1_tee_signature"]),
    )


def _statement(fields: dict[str, Any] | None) -> SignedStatement | None:
    if fields is None:
        return None
    return SignedStatement(
        contract=from_hex(fields["contract"]),
        expires_at=fields["expires_at"],
        signature=from_hex(fields["signature"]),
    )

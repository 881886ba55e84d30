"""SP1 programs: the key is computed, the program run and cross-checked, its outcome described."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from attestor.core.cross_check import Timing
from attestor.core.eip712 import Domain
from attestor.core.elf import check as check_elf
from attestor.core.execution import Engine, ExecutorBuild, Limits, require_signable, stdin_sha256
from attestor.core.frame import Frame
from attestor.core.legacy_message import LegacyMessage
from attestor.core.statement import CIRCUIT_VERSION, Statement
from attestor.core.text import to_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.executor import NativeExecutor, VerifyingKeys
from attestor.signer.beside import Beside
from attestor.signer.cross_checker import CrossChecker, Run
from attestor.signer.keys import Signatures
from attestor.signer.workloads import workload


class Sp1Workload:
    """Verbs `prove`, `cross_checks` and `disagreement`. Safe to call from several threads."""

    kind = "sp1"

    def __init__(
        self,
        executor: NativeExecutor,
        limits: Limits,
        engine: Engine,
        cross_checker: CrossChecker,
        statements: Domain | None = None,
        build: ExecutorBuild = ExecutorBuild.UNRECORDED,
    ) -> None:
        """`statements` is the domain of the MultiProof for which statements are signed too;
        `build` is which executor `executor` runs."""
        self._executor = executor
        self._limits = limits
        self._engine = engine
        self._cross_checker = cross_checker
        self._statements = statements
        self._build = build
        self._verifying_keys = VerifyingKeys(executor, limits)
        self.verbs: Mapping[str, workload.Verb] = {
            "cross_checks": self._cross_checks,
            "disagreement": self._disagreement,
        }
        self.runs: Mapping[str, workload.Run] = {"prove": self._prove}

    def start(self) -> None:
        """Cross-check samples from now on."""
        work = self._cross_checker.work
        threading.Thread(target=work, name="cross_checker", daemon=True).start()

    def _prove(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> "ProvedRun":
        """Compute the key, run the program, and check what it did.

        `job` is the daemon's name for it, under which cross-checks are reported.
        """
        program, stdin = blobs[0], blobs[1:]
        job = str(header["job"])
        check_elf(program)
        verifying_key = self._verifying_keys.of(program)
        with self._beside(program, stdin) as beside:
            execution = self._executor.execute(program, stdin, self._limits, self._engine)
            require_signable(execution)
            run = Run(job, program, stdin, execution)
            timing = self._cross_checker.before_signing(run, beside)
        follow_up = self._cross_checker.after_signing if timing is Timing.AFTER else None
        return ProvedRun(run, verifying_key, timing, self._statements, follow_up, self._build)

    def _beside(self, program: bytes, stdin: tuple[bytes, ...]) -> Beside:
        """SP1's JIT beside our engine, where that is the one that runs jobs."""
        if self._engine is not Engine.ATTESTOR:
            return Beside(None)
        return self._cross_checker.beside(program, stdin)

    def _cross_checks(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        """What was found about signed runs since the last call; each is reported once."""
        finished = [
            {
                "job": checked.job,
                "finding": checked.verdict.finding,
                "reason": checked.verdict.reason,
            }
            for checked in self._cross_checker.take()
        ]
        return Frame({"finished": finished})

    def _disagreement(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        """The run that made signing stop, with its program and stdin; empty when there is none."""
        found = self._cross_checker.disagreement()
        if found is None:
            return Frame({})
        return Frame({"job": found.job, "reason": found.reason}, (found.program, *found.stdin))


@dataclass(frozen=True)
class ProvedRun:
    """A run that may be signed: as the legacy message, and as a statement where there is a domain.
    `follow_up` is what happens to it after signing."""

    run: Run
    verifying_key: VerifyingKey
    cross_check: Timing
    domain: Domain | None
    follow_up: Callable[[Run], None] | None
    build: ExecutorBuild

    def digests(self, valid_until: int) -> tuple[bytes, ...]:
        """The legacy message's digest, and that of the statement until `valid_until`."""
        if self.domain is None:
            return (self._message.digest,)
        return (self._message.digest, self._statement(valid_until).digest(self.domain))

    def answer(self, signed: Signatures) -> Frame:
        """The proof, with the public values as its one blob."""
        if self.follow_up is not None:
            self.follow_up(self.run)
        execution = self.run.execution
        proof = {
            "signer": to_hex(signed.signer),
            "signature": to_hex(signed.signatures[0]),
            "digest": to_hex(self._message.digest),
            "words": list(self.verifying_key.words),
            "cycles": execution.cycles,
            "engine": execution.engine,
            "executor": self.build,
            "cross_check": self.cross_check,
            "statement": self._signed_statement(signed),
        }
        return Frame(proof, (execution.public_values,))

    @property
    def _message(self) -> LegacyMessage:
        return LegacyMessage(self.verifying_key.vk_hash_bytes, self.run.execution.public_values)

    def _statement(self, valid_until: int) -> Statement:
        return Statement(
            program_vkey=self.verifying_key.program_vkey,
            public_values_hash=self.run.execution.public_values_sha256,
            exit_code=self.run.execution.exit_code,
            stdin_hash=bytes.fromhex(stdin_sha256(self.run.stdin)),
            circuit_version=CIRCUIT_VERSION,
            expires_at=valid_until,
        )

    def _signed_statement(self, signed: Signatures) -> dict[str, Any] | None:
        if self.domain is None:
            return None
        return {
            "contract": to_hex(self.domain.contract),
            "expires_at": signed.valid_until,
            "signature": to_hex(signed.signatures[1]),
        }

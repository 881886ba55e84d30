"""SP1 programs: the key is computed, the program run and cross-checked, its outcome described."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from attestor.core import circuits
from attestor.core.circuits import Circuit
from attestor.core.cross_check import Timing
from attestor.core.eip712 import Domain
from attestor.core.elf import check as check_elf
from attestor.core.execution import Engine, ExecutorBuild, Limits, require_signable, stdin_sha256
from attestor.core.frame import Frame
from attestor.core.outcome import Outcome
from attestor.errors import OutcomeUnknown
from attestor.executor import NativeExecutor, VerifyingKeys
from attestor.executor.stop import Stop
from attestor.hardening.memory import SecretBuffer
from attestor.signer.answering import Verb
from attestor.signer.beside import Beside
from attestor.signer.cross_checker import CrossChecker, Run
from attestor.signer.workloads import workload
from attestor.signer.workloads.programs import KeptProgram, KeptPrograms
from attestor.signer.workloads.signable import SignableOutcome

_MARK_KEY_BYTES = 32


class Sp1Workload:
    """Verbs `prove`, `sign_again`, `verifying_key`, `cancel`, `cross_checks`, `disagreement` and
    `self_test`.
    Safe to call from several threads."""

    kind = "sp1"

    def __init__(
        self,
        executor: NativeExecutor,
        limits: Limits,
        engine: Engine,
        cross_checker: CrossChecker,
        statements: Mapping[str, Domain | None] | None = None,
        build: ExecutorBuild = ExecutorBuild.UNRECORDED,
        warm: int = 0,
    ) -> None:
        """`statements` is, by slot, the domain of the MultiProof for which statements are signed
        too; `build` is which executor `executor` runs, of which `warm` processes wait for jobs."""
        self._executor = executor
        self._limits = limits
        self._engine = engine
        self._cross_checker = cross_checker
        self._statements = statements or {}
        self._build = build
        self._warm = warm
        self._verifying_keys = VerifyingKeys(executor, limits)
        self._programs = KeptPrograms()
        self._mark_key = SecretBuffer(_MARK_KEY_BYTES)
        self._mark_key.fill()
        self._running: dict[str, list[Stop]] = {}
        self._lock = threading.Lock()
        self.verbs: Mapping[str, Verb] = {
            "cross_checks": self._cross_checks,
            "disagreement": self._disagreement,
            "self_test": self._self_test,
        }
        self.offered: Mapping[str, Verb] = {
            "cancel": self._cancel,
            "verifying_key": self._verifying_key,
        }
        self.runs: Mapping[str, workload.Run] = {
            "prove": self._prove,
            "sign_again": self._sign_again,
        }

    def start(self) -> None:
        """Cross-check samples from now on, and have processes ready."""
        if self._warm:
            self._executor.keep_warm(self._warm)
        work = self._cross_checker.work
        threading.Thread(target=work, name="cross_checker", daemon=True).start()

    def stop_runs(self) -> None:
        """End all runs. One that is being cross-checked ends by its limits."""
        with self._lock:
            for stop in [stop for stops in self._running.values() for stop in stops]:
                stop.set()

    def _prove(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> SignableOutcome:
        """Compute the key, run the program, and check what it did.

        `job` is the caller's name for it, under which it is cancelled and cross-checks are
        reported. `program` is the hash of a program that was sent before; without it, the first
        blob is the program, which must have the hash `sent_as`, where there is one. `cycles` and
        `seconds` lower the limits.
        """
        job, name = str(header["job"]), header.get("program")
        kept = self._new(blobs[0]) if name is None else self._programs.of(str(name))
        kept.require_named(header.get("sent_as"))
        program, stdin = kept.content, blobs[1:] if name is None else blobs
        engine = self._engine_of(program)
        limits = _lowered(self._limits, header.get("cycles"), header.get("seconds"))
        with self._stoppable(job) as stop:
            verifying_key = self._verifying_keys.of(program, stop, kept.sha256)
            limits = replace(limits, stop=stop)
            with self._beside(program, stdin, engine) as beside:
                execution = self._executor.execute(
                    program, stdin, limits, engine, sealed=kept.sealed
                )
                require_signable(execution)
                run = Run(job, program, stdin, execution, str(header.get("slot", "")))
                timing = self._cross_checker.before_signing(run, beside)
        outcome = Outcome(
            verifying_key.words,
            stdin_sha256(stdin),
            execution.public_values,
            execution.cycles,
            execution.engine,
            timing,
            self._build,
        )
        with self._mark_key.view() as key:
            outcome = outcome.marked(key)
        if timing is not Timing.AFTER:
            return SignableOutcome(outcome, self._domain(header))
        return SignableOutcome(
            outcome,
            self._domain(header),
            lambda: self._cross_checker.after_signing(run, outcome.mac),
        )

    def _sign_again(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> SignableOutcome:
        """What this process ran itself, which it knows by its mark."""
        outcome = Outcome.from_header(header["outcome"], blobs[0])
        with self._mark_key.view() as key:
            is_own = outcome.is_marked_by(key)
        if not is_own:
            raise OutcomeUnknown("this signer process did not run that", hint="run it again")
        job, slot = str(header["job"]), str(header.get("slot", ""))
        return SignableOutcome(
            outcome,
            self._domain(header),
            lambda: self._cross_checker.signed_again(outcome.mac, job, slot),
        )

    def _domain(self, header: dict[str, Any]) -> Domain | None:
        """That of the slot whose signer signs."""
        return self._statements.get(str(header.get("slot", "")))

    def _verifying_key(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        """The key of the program that is the one blob, which is kept for later runs."""
        kept = self._new(blobs[0])
        with self._stoppable(str(header["job"])) as stop:
            key = self._verifying_keys.of(kept.content, stop, kept.sha256)
        return Frame({"words": list(key.words)})

    def _new(self, program: bytes) -> KeptProgram:
        """A program that was sent, checked before it is kept. Raises `ProgramInvalid`."""
        check_elf(program)
        return self._programs.keep(program)

    def _self_test(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        """What the engine makes of the program that is the first blob, on the others as stdin. It
        is not signed: the caller knows what it should be. Raises `ExecutionStopped` while jobs
        have the memory."""
        check_elf(blobs[0])
        limits = _lowered(self._limits, header["cycles"], header["seconds"])
        execution = self._executor.execute(blobs[0], blobs[1:], limits, self._engine, wait=False)
        require_signable(execution)
        return Frame({"cycles": execution.cycles}, (execution.public_values,))

    def _cancel(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        """End the run of a job, if there is one."""
        with self._lock:
            for stop in self._running.get(str(header["job"]), ()):
                stop.set()
        return Frame({})

    @contextmanager
    def _stoppable(self, job: str) -> Iterator[Stop]:
        with Stop() as stop:
            with self._lock:
                self._running.setdefault(job, []).append(stop)
            try:
                yield stop
            finally:
                with self._lock:
                    self._running[job].remove(stop)
                    if not self._running[job]:
                        del self._running[job]

    def _engine_of(self, program: bytes) -> Engine:
        """The operator's choice, which is one of those for SP1 v6."""
        return Engine.SP1_V3 if circuits.of_program(program) is Circuit.V3 else self._engine

    def _beside(self, program: bytes, stdin: tuple[bytes, ...], engine: Engine) -> Beside:
        """SP1's JIT beside our engine, where that is the one that runs the job."""
        if engine is not Engine.ATTESTOR:
            return Beside(None)
        return self._cross_checker.beside(program, stdin)

    def _cross_checks(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        """What was found about signed runs since the last call; each is reported once."""
        finished = [
            {
                "job": checked.job,
                "slot": checked.slot,
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


def _lowered(limits: Limits, cycles: int | None, seconds: float | None) -> Limits:
    """The operator's limits, or what the client allows where that is less."""
    return replace(
        limits,
        cycles=min(limits.cycles, int(cycles)) if cycles is not None else limits.cycles,
        wall_seconds=min(limits.wall_seconds, float(seconds))
        if seconds is not None
        else limits.wall_seconds,
    )

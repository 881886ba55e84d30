"""SP1's engines repeat runs of ours: some before they are signed, a sample of others afterwards.

Samples wait in a short queue and run one at a time, as far as jobs leave processor time. The
first disagreement of SP1's portable engine, of whichever kind, destroys all keys. SP1's JIT checks
no bounds: that it agrees is evidence, and where it does not the portable engine decides. So a
program that makes the JIT err gains nothing, and stops nobody.
"""

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from attestor.core.cross_check import (
    CrossChecked,
    CrossCheckPolicy,
    CrossCheckVerdict,
    Disagreement,
    Finding,
    Timing,
    judge,
    price,
    require_affordable,
)
from attestor.core.execution import Engine, Execution, Limits
from attestor.errors import (
    AttestorError,
    CrossCheckLimit,
    EnginesDisagree,
    ExecutionLimit,
    ExecutionTimeLimit,
)
from attestor.executor import NativeExecutor
from attestor.executor.stop import Stop
from attestor.signer.beside import Answer, Beside
from attestor.signer.sampled import Sample, SampledSignatures

MAX_WAITING = 8
"""Samples that wait, each with its program and stdin in memory."""
NICENESS = 19


@dataclass(frozen=True)
class Run:
    """A job as our engine ran it."""

    job: str
    program: bytes
    stdin: tuple[bytes, ...]
    execution: Execution
    slot: str = ""


@dataclass(frozen=True)
class _Compared:
    """SP1's answer, of the engine that was asked last, and what it says. `doubt` is what the JIT's
    answer said, where the portable engine could not decide."""

    theirs: Answer
    verdict: CrossCheckVerdict
    doubt: CrossCheckVerdict | None = None


class CrossChecker:
    """Safe to use from several threads; `work` is one thread's whole life."""

    def __init__(
        self,
        halt: Callable[[str], None],
        executor: NativeExecutor,
        limits: Limits,
        policy: CrossCheckPolicy,
        draw: Callable[[], float],
    ) -> None:
        """`halt` destroys all keys, for a reason; `draw` gives numbers in [0, 1) that nobody
        outside of the process can foretell."""
        self._destroy_keys = halt
        self._executor = executor
        self._limits = limits
        self._policy = policy
        self._draw = draw
        self._samples: queue.Queue[tuple[Run, Sample]] = queue.Queue(MAX_WAITING)
        self._finished: list[CrossChecked] = []
        self._signatures = SampledSignatures()
        self._disagreement: Disagreement | None = None
        self._lock = threading.Lock()

    def beside(self, program: bytes, stdin: tuple[bytes, ...]) -> Beside:
        """SP1's JIT on what our engine is about to run. Its answer is dropped unless our run turns
        out to need it before it is signed."""

        def start(stop: Stop) -> Answer:
            return self._ask(program, stdin, Engine.SP1_JIT, 0, stop)

        wanted = self._policy.may_need_jit_before_signing() and self._executor.has_jit
        return Beside(start if wanted else None)

    def before_signing(self, run: Run, beside: Beside | None = None) -> Timing:
        """Decide when a run is cross-checked, and do it now if it is to be before signing; `beside`
        is what ran on SP1's JIT meanwhile.

        Raises `EnginesDisagree`, and what kept SP1's engine from an answer: `CrossCheckLimit`
        for a limit. After either of them the run must not be signed.
        """
        cost = price(run.execution)
        timing = self._policy.timing(run.execution.engine, cost, self._draw())
        if timing is Timing.BEFORE:
            self._require_agreement(run, beside)
        return timing

    def after_signing(self, run: Run, mark: bytes) -> None:
        """Queue a signed run; where too many wait, its cross-check is noted as inconclusive. `mark`
        is its own, by which it is known when it is signed again."""
        with self._lock:
            sample = self._signatures.begin(mark, run.job, run.slot)
        try:
            self._samples.put_nowait((run, sample))
        except queue.Full:
            reason = f"{MAX_WAITING} signed runs wait for a cross-check already"
            self._note(sample, CrossCheckVerdict(Finding.INCONCLUSIVE, reason))

    def signed_again(self, mark: bytes, job: str, slot: str) -> None:
        """The run of that mark is signed for a job of another name too: what is found about it is
        told of both."""
        with self._lock:
            self._finished += self._signatures.join(mark, job, slot)

    def work(self) -> None:
        """Cross-check samples, forever."""
        while True:
            self.check_next()

    def check_next(self) -> None:
        """Wait for a sample and cross-check it. Raises nothing.

        It is signed already: the JIT's disagreement stands where the portable engine cannot decide.
        """
        run, sample = self._samples.get()
        try:
            compared = self._compare(run, NICENESS)
            verdict = compared.doubt or compared.verdict
        except Exception as error:
            # The thread must live on; the text may hold what must stay in this process.
            failed = f"the cross-check failed: {type(error).__name__}"
            verdict = CrossCheckVerdict(Finding.INCONCLUSIVE, failed)
        if verdict.finding is Finding.DISAGREED:
            self._halt(run, verdict.reason)
        self._note(sample, verdict)

    def take(self) -> list[CrossChecked]:
        """What was found about samples since the last call."""
        with self._lock:
            finished, self._finished = self._finished, []
        return finished

    def disagreement(self) -> Disagreement | None:
        """The run that made signing stop."""
        return self._disagreement

    def _require_agreement(self, run: Run, beside: Beside | None) -> None:
        compared = self._compare(run, niceness=0, beside=beside)
        theirs, verdict = compared.theirs, compared.verdict
        if verdict.finding is Finding.DISAGREED:
            self._halt(run, verdict.reason)
            raise EnginesDisagree(
                f"the engines disagree on this run, and it is not signed: {verdict.reason}",
                hint="the operator is notified",
            )
        if isinstance(theirs, ExecutionLimit):
            doubt = f"; its JIT: {compared.doubt.reason}" if compared.doubt else ""
            raise CrossCheckLimit(
                f"not signed: SP1's engine, which is slower, has to cross-check this run of "
                f"{run.execution.cycles} cycles and reached a limit: {theirs.message}{doubt}",
                hint="a smaller input, or the operator's executor and cross_check options",
            )
        if isinstance(theirs, AttestorError):
            raise theirs

    def _compare(self, run: Run, niceness: int, beside: Beside | None = None) -> _Compared:
        """Have SP1's engines repeat a run, as many of them as it takes."""
        doubt = None
        if self._policy.engine_for(run.execution, self._executor.has_jit) is Engine.SP1_JIT:
            answer = beside.take() if beside is not None else None
            theirs = answer or self._repeat(run, Engine.SP1_JIT, niceness)
            verdict = judge(run.execution, theirs)
            # The portable engine takes longer.
            if verdict.finding is Finding.AGREED or isinstance(theirs, ExecutionTimeLimit):
                return _Compared(theirs, verdict)
            doubt = verdict if verdict.finding is Finding.DISAGREED else None
        theirs = self._repeat(run, Engine.SP1_PORTABLE, niceness)
        verdict = judge(run.execution, theirs)
        decided = verdict.finding is not Finding.INCONCLUSIVE
        return _Compared(theirs, verdict, None if decided else doubt)

    def _repeat(self, run: Run, engine: Engine, niceness: int) -> Answer:
        try:
            if engine is Engine.SP1_PORTABLE:
                require_affordable(run.execution, self._limits)
        except CrossCheckLimit as error:
            return error
        return self._ask(run.program, run.stdin, engine, niceness)

    def _ask(
        self,
        program: bytes,
        stdin: tuple[bytes, ...],
        engine: Engine,
        niceness: int,
        stop: Stop | None = None,
    ) -> Answer:
        """With a `stop` it starts at once or not at all."""
        limits, wait = replace(self._limits, niceness=niceness, stop=stop), stop is None
        try:
            return self._executor.execute(
                program,
                stdin,
                limits,
                engine,
                cross_check=True,
                wait=wait,
            )
        except AttestorError as error:
            return error

    def _halt(self, run: Run, reason: str) -> None:
        self._destroy_keys(f"SP1's engine disagrees with ours on job {run.job}")
        with self._lock:
            if self._disagreement is None:
                self._disagreement = Disagreement(run.job, reason, run.program, run.stdin)

    def _note(self, sample: Sample, verdict: CrossCheckVerdict) -> None:
        with self._lock:
            self._finished += self._signatures.end(sample, verdict)

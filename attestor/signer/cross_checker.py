"""SP1's engine repeats runs of ours: some before they are signed, a sample of others afterwards.

Samples wait in a short queue and run one at a time, as far as jobs leave processor time. The
first disagreement, of whichever kind, destroys all keys.
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
)
from attestor.core.execution import Engine, Execution, Limits
from attestor.errors import (
    AttestorError,
    CrossCheckLimit,
    EnginesDisagree,
    ExecutionLimit,
)
from attestor.executor import NativeExecutor

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
        self._samples: queue.Queue[Run] = queue.Queue(MAX_WAITING)
        self._finished: list[CrossChecked] = []
        self._disagreement: Disagreement | None = None
        self._lock = threading.Lock()

    def before_signing(self, run: Run) -> Timing:
        """Decide when a run is cross-checked, and do it now if it is to be before signing.

        Raises `EnginesDisagree`, and what kept SP1's engine from an answer: `CrossCheckLimit`
        for a limit. After either of them the run must not be signed.
        """
        timing = self._policy.timing(run.execution.engine, run.execution.cycles, self._draw())
        if timing is Timing.BEFORE:
            self._require_agreement(run)
        return timing

    def after_signing(self, run: Run) -> None:
        """Queue a signed run; where too many wait, its cross-check is noted as inconclusive."""
        try:
            self._samples.put_nowait(run)
        except queue.Full:
            reason = f"{MAX_WAITING} signed runs wait for a cross-check already"
            self._note(run, CrossCheckVerdict(Finding.INCONCLUSIVE, reason))

    def work(self) -> None:
        """Cross-check samples, forever."""
        while True:
            self.check_next()

    def check_next(self) -> None:
        """Wait for a sample and cross-check it. Raises nothing."""
        run = self._samples.get()
        try:
            verdict = judge(run.execution, self._repeat(run, niceness=NICENESS))
        except Exception as error:
            # The thread must live on; the text may hold what must stay in this process.
            failed = f"the cross-check failed: {type(error).__name__}"
            verdict = CrossCheckVerdict(Finding.INCONCLUSIVE, failed)
        if verdict.finding is Finding.DISAGREED:
            self._halt(run, verdict.reason)
        self._note(run, verdict)

    def take(self) -> list[CrossChecked]:
        """What was found about samples since the last call."""
        with self._lock:
            finished, self._finished = self._finished, []
        return finished

    def disagreement(self) -> Disagreement | None:
        """The run that made signing stop."""
        return self._disagreement

    def _require_agreement(self, run: Run) -> None:
        theirs = self._repeat(run, niceness=0)
        verdict = judge(run.execution, theirs)
        if verdict.finding is Finding.DISAGREED:
            self._halt(run, verdict.reason)
            raise EnginesDisagree(
                f"the engines disagree on this run, and it is not signed: {verdict.reason}",
                hint="the operator is notified",
            )
        if isinstance(theirs, ExecutionLimit):
            raise CrossCheckLimit(
                f"not signed: SP1's engine, which is slower, has to cross-check this run of "
                f"{run.execution.cycles} cycles and reached a limit: {theirs.message}",
                hint="a smaller input, or the operator's executor and cross_check options",
            )
        if isinstance(theirs, AttestorError):
            raise theirs

    def _repeat(self, run: Run, niceness: int) -> Execution | AttestorError:
        limits = replace(self._limits, niceness=niceness)
        try:
            return self._executor.execute(
                run.program, run.stdin, limits, Engine.SP1_PORTABLE, cross_check=True
            )
        except AttestorError as error:
            return error

    def _halt(self, run: Run, reason: str) -> None:
        self._destroy_keys(f"SP1's engine disagrees with ours on job {run.job}")
        with self._lock:
            if self._disagreement is None:
                self._disagreement = Disagreement(run.job, reason, run.program, run.stdin)

    def _note(self, run: Run, verdict: CrossCheckVerdict) -> None:
        with self._lock:
            self._finished.append(CrossChecked(run.job, verdict))

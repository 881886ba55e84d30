"""Runs, counted against the quotas of those who asked for them."""

import time
from collections.abc import Callable
from dataclasses import replace

from loguru import logger

from attestor.access.admission import Admission
from attestor.core.events import Event
from attestor.core.job import Work
from attestor.core.proof import Proof
from attestor.errors import AttestorError, ExecutionCycleLimit, ExecutionStopped, Transient
from attestor.errors.access import CyclesUsedUp

CYCLES_PER_SECOND = 100_000_000
"""What a run that gave no result counts for, by the time that it took: a program that ends at a
limit would cost nothing otherwise."""


class Metered:
    """Proves as `prove` does. Safe to use from several threads."""

    def __init__(
        self,
        prove: Callable[[Work], Proof],
        admission: Admission,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._prove = prove
        self._admission = admission
        self._clock = clock

    def prove(self, work: Work) -> Proof:
        """The proof of a job, whose cycles its client has used then. Raises `CyclesUsedUp` for a
        run that took all that its client had left."""
        most = self._admission.begin(work.job)
        if most is not None:
            work = replace(work, limits=replace(work.limits, cycles=most))
        began = self._clock()
        try:
            proof = self._prove(work)
        except ExecutionCycleLimit:
            self._charge(work.job, work.limits.cycles or self._cycles_since(began))
            if most is None:
                raise
            raise CyclesUsedUp(
                "the run took all cycles that were left of a quota of who asked for it first",
                hint="give the job a cycle_limit, or ask again when the quota comes back",
            ) from None
        except ExecutionStopped:
            # Its clients left. Or whoever asks and leaves, again and again, would run for nothing.
            self._charge(work.job, self._cycles_since(began), is_over=False)
            raise
        except Transient:
            # It is run again, and was nobody's fault: who asked for it pays for the next run.
            raise
        except AttestorError:
            self._charge(work.job, self._cycles_since(began))
            raise
        self._charge(work.job, proof.cycles)
        return proof

    def _cycles_since(self, began: float) -> int:
        return int((self._clock() - began) * CYCLES_PER_SECOND)

    def _charge(self, job: str, cycles: int, is_over: bool = True) -> None:
        try:
            self._admission.charge(job, cycles, is_over)
        except AttestorError as error:
            # The answer does not wait for a figure.
            logger.bind(event=Event.QUOTA_NOT_COUNTED).warning(
                "{} cycles are not counted: {} [{}]", cycles, error, error.code
            )

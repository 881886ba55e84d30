"""What the signer process finds out about its engine, into the records."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Protocol

from loguru import logger

from attestor.core.cross_check import CrossChecked, Disagreement, Finding
from attestor.core.proof import Proof
from attestor.errors import DatabaseUnavailable, EnginesDisagree
from attestor.store.disagreements import Disagreements
from attestor.store.jobs import Jobs


class ProverProcess(Protocol):
    """The signer process, as far as it proves and reports cross-checks."""

    def prove(self, job: str, program: bytes, stdin: Sequence[bytes]) -> Proof: ...

    def cross_checks(self) -> list[CrossChecked]: ...

    def disagreement(self) -> Disagreement | None: ...


class CrossChecks:
    """Safe to use from several threads, but `follow`, which is called by one at a time."""

    def __init__(
        self,
        prover: ProverProcess,
        jobs: Jobs,
        disagreements: Disagreements,
        vouch: Callable[[bytes], None] = lambda signer: None,
    ) -> None:
        """`vouch` raises unless the chain vouches for a signer."""
        self._prover = prover
        self._vouch = vouch
        self._jobs = jobs
        self._disagreements = disagreements
        self._untold: list[CrossChecked] = []

    def recover(self) -> None:
        """Close what the signer process of an earlier run left open."""
        left = self._jobs.close_pending("the signer process ended first")
        if left:
            logger.warning("{} cross-checks of an earlier run stay inconclusive", left)

    def prove(self, job: str, program: bytes, stdin: Sequence[bytes]) -> Proof:
        """Have the signer process prove, and the chain vouch for the signer afterwards; a
        disagreement is noted before anyone is told of it."""
        try:
            proof = self._prover.prove(job, program, stdin)
        except EnginesDisagree:
            with suppress(DatabaseUnavailable):
                self._note_disagreement()
            raise
        self._vouch(proof.signer)
        return proof

    def follow(self) -> Disagreement | None:
        """Note all that is new; the disagreement, if there was one. What cannot be noted at the
        moment is noted by a later call."""
        found = self._prover.disagreement()
        try:
            if found is not None:
                self._disagreements.note(found)
            # The signer process tells each of them once.
            self._untold += self._prover.cross_checks()
            # A sample can be confirmed before its own proof is in the database: it waits for that.
            for confirmed in tuple(self._untold):
                if self._note(confirmed):
                    self._untold.remove(confirmed)
        except DatabaseUnavailable as error:
            logger.warning("findings are not noted yet: {} [{}]", error, error.code)
        return found

    def _note_disagreement(self) -> None:
        found = self._prover.disagreement()
        if found is not None:
            self._disagreements.note(found)

    def _note(self, confirmed: CrossChecked) -> bool:
        verdict = confirmed.verdict
        noted = self._jobs.confirm(confirmed.job, verdict)
        if noted and verdict.finding is not Finding.AGREED:
            logger.warning("proof of job {} {}: {}", confirmed.job, *_told(confirmed))
        return noted


def _told(confirmed: CrossChecked) -> tuple[str, str]:
    return confirmed.verdict.finding.value, confirmed.verdict.reason

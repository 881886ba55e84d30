"""One job, from the run to the history: what a worker has done for it."""

from collections.abc import Callable
from contextlib import suppress

from attestor.api.link import DaemonLink
from attestor.api.runs import Runs
from attestor.core.execution import stdin_sha256
from attestor.core.job import Work
from attestor.core.outcome import Outcome
from attestor.core.proof import Proof
from attestor.errors import AttestorError, EnginesDisagree, OutcomeUnknown
from attestor.signer.prover import Prover


class Proving:
    """For one registration, whose signers are in `slot`. Safe to use from several threads.

    `same_run` gives what came of the same run in a job for another registration, by the name of
    this registration's job; None where there is no other.
    """

    def __init__(
        self,
        prover: Prover,
        daemon: DaemonLink,
        registration: str,
        slot: str,
        runs: Runs,
        same_run: Callable[[str], Outcome | None] | None = None,
    ) -> None:
        self._prover = prover
        self._daemon = daemon
        self._registration = registration
        self._slot = slot
        self._runs = runs
        self._same_run = same_run

    def prove(self, work: Work) -> Proof:
        """Have the signer process prove, then the chain vouch for the signer, and the history keep
        the signature. A disagreement is noted before anyone is told of it."""
        with self._runs.alone(work.run):
            proof = self._signed_without_a_run(work) or self._run(work)
        self._daemon.signed(proof.of(work.job), self._registration)
        return proof

    def _signed_without_a_run(self, work: Work) -> Proof | None:
        if self._same_run is None:
            return None
        outcome = self._runs.kept(work.run) or self._same_run(work.job)
        if outcome is not None:
            with suppress(OutcomeUnknown):
                return self._prover.sign_again(work.job, outcome, self._slot)
        return None

    def _run(self, work: Work) -> Proof:
        try:
            with self._runs.room():
                proof = self._prover.prove(
                    *(work.job, work.program, work.stdin, work.limits, self._slot),
                    program_sha256=work.program_sha256 or None,
                )
        except EnginesDisagree as error:
            self._note_disagreement(error)
            raise
        if self._same_run is not None:
            self._runs.keep(work.run, proof.outcome(stdin_sha256(work.stdin)))
        return proof

    def _note_disagreement(self, error: EnginesDisagree) -> None:
        try:
            self._daemon.disagreed()
        except AttestorError as failed:
            # Its duty asks the signer process too, and halts.
            raise error from failed

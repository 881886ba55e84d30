"""One job, from the run to the history: what a worker has done for it."""

from attestor.api.link import DaemonLink
from attestor.core.job import Work
from attestor.core.proof import Proof
from attestor.errors import AttestorError, EnginesDisagree
from attestor.signer.prover import Prover


class Proving:
    """Safe to use from several threads."""

    def __init__(self, prover: Prover, daemon: DaemonLink) -> None:
        self._prover = prover
        self._daemon = daemon

    def prove(self, work: Work) -> Proof:
        """Have the signer process prove, then the chain vouch for the signer, and the history keep
        the signature. A disagreement is noted before anyone is told of it."""
        try:
            proof = self._prover.prove(
                *(work.job, work.program, work.stdin, work.limits),
                program_sha256=work.program_sha256 or None,
            )
        except EnginesDisagree as error:
            self._note_disagreement(error)
            raise
        self._daemon.signed(proof.of(work.job))
        return proof

    def _note_disagreement(self, error: EnginesDisagree) -> None:
        try:
            self._daemon.disagreed()
        except AttestorError as failed:
            # Its duty asks the signer process too, and halts.
            raise error from failed

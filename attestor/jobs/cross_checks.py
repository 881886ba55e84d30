"""What was signed, and what the signer process finds out about its engine, into the history."""

import threading
from collections.abc import Callable
from typing import Protocol

from loguru import logger

from attestor.core.cross_check import CrossChecked, Disagreement, Finding
from attestor.core.events import Event
from attestor.core.proof import SignedProof
from attestor.core.signature import recover
from attestor.errors import DatabaseUnavailable, RequestInvalid, SignatureInvalid
from attestor.store.disagreements import Disagreements
from attestor.store.proofs import Proofs


class CheckingProcess(Protocol):
    """The signer process, as far as it reports cross-checks."""

    def cross_checks(self) -> list[CrossChecked]: ...

    def disagreement(self) -> Disagreement | None: ...


class CrossChecks:
    """Safe to use from several threads."""

    def __init__(
        self,
        signer: CheckingProcess,
        proofs: Proofs,
        disagreements: Disagreements,
        vouch: Callable[[bytes], None] = lambda signer: None,
    ) -> None:
        """`vouch` raises unless the chain vouches for a signer."""
        self._signer = signer
        self._vouch = vouch
        self._proofs = proofs
        self._disagreements = disagreements
        self._untold: list[CrossChecked] = []
        self._lock = threading.Lock()

    def recover(self) -> None:
        """Close what the signer process of an earlier run left open."""
        left = self._proofs.close_pending("the signer process ended first")
        if left:
            logger.bind(event=Event.CROSS_CHECKS_INCONCLUSIVE).warning(
                "{} cross-checks of an earlier run stay inconclusive", left
            )

    def signed(self, proof: SignedProof) -> None:
        """Have the chain vouch for a proof's signer, then the history keep the signature. Whoever
        tells of it is not believed: raises `RequestInvalid` unless the signature is the signer's.
        """
        try:
            by = recover(proof.digest, proof.signature)
        except SignatureInvalid as error:
            raise RequestInvalid(f"no signature of a proof: {error.message}") from None
        if by != proof.signer:
            raise RequestInvalid("the signature of a proof is not by its signer")
        self._vouch(proof.signer)
        self._proofs.signed(proof)

    def follow(self) -> Disagreement | None:
        """Note all that is new; the disagreement, if there was one. What cannot be noted at the
        moment is noted by a later call."""
        with self._lock:
            found = self._signer.disagreement()
            try:
                if found is not None:
                    self._disagreements.note(found)
                # The signer process tells each of them once.
                self._untold += self._signer.cross_checks()
                # A sample can be confirmed before its own proof is in the history: it waits.
                for confirmed in tuple(self._untold):
                    if self._note(confirmed):
                        self._untold.remove(confirmed)
            except DatabaseUnavailable as error:
                logger.bind(event=Event.FINDINGS_NOT_NOTED).warning(
                    "findings are not noted yet: {} [{}]", error, error.code
                )
            return found

    def _note(self, confirmed: CrossChecked) -> bool:
        verdict = confirmed.verdict
        noted = self._proofs.confirm(confirmed.job, verdict)
        if noted and verdict.finding is not Finding.AGREED:
            logger.bind(event=Event.CROSS_CHECK_FINDING, job=confirmed.job).warning(
                "proof of job {} {}: {}", confirmed.job, *_told(confirmed)
            )
        return noted


def _told(confirmed: CrossChecked) -> tuple[str, str]:
    return confirmed.verdict.finding.value, confirmed.verdict.reason

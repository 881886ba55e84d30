"""What the chain says of our signers, for one decision: all of it at the block of one head."""

from collections.abc import Mapping
from dataclasses import replace

from loguru import logger

from attestor.chain.registry import Registry
from attestor.core.blocks import Block, BlockWindow
from attestor.core.events import Event
from attestor.core.registration import Quoted
from attestor.core.signers import Active, Candidate, Stage, Standing
from attestor.core.text import checksummed
from attestor.core.transaction import Attempt
from attestor.errors import AttestorError, Fatal
from attestor.rotation.evidence import ASKED_EVERY, BELIEVED_FOR, Evidence
from attestor.rotation.failures import Failures
from attestor.rotation.situation import Inclusion, RotationPolicy, Sent, Situation
from attestor.store.history import History
from attestor.transactions.manager import TransactionManager
from attestor.transactions.pursuit import Urgency


class Observer:
    """Reads what `plan` depends on. What cannot be read is unknown; it never raises for that."""

    def __init__(
        self,
        registry: Registry,
        transactions: TransactionManager,
        history: History,
        policy: RotationPolicy,
        failures: Failures,
    ) -> None:
        self._registry = registry
        self._transactions = transactions
        self._history = history
        self._policy = policy
        self._failures = failures
        self._answers: dict[bytes, Standing] = {}
        self._answers_of = b""
        self.evidence = Evidence(registry)
        self._terms_of = b""
        self._reorgs_of = b""

    def situation(self, window: BlockWindow) -> Situation:
        """Everything but times. The window must not be empty."""
        head = window.head
        assert head is not None
        active, candidate = self._history.active(), self._history.candidate()
        self._note_reorgs(window)
        standings = {}
        if active is not None:
            standings[active.address] = self._standing_of_active(active, window, head)
        if candidate is not None:
            standings[candidate.address] = self._standing(candidate.address, head)
        return Situation(
            now=0.0,
            window=window,
            active=active,
            candidate=candidate,
            sent=self._sent(active, candidate, head, standings),
            standings=standings,
        )

    def in_flight(self) -> tuple[Attempt, ...]:
        """The payer's transactions whose outcome is not known, the oldest first."""
        return tuple(self._transactions.pending())

    def policy(self, known: RotationPolicy, head: Block) -> RotationPolicy:
        """The policy with the registry's terms at `head`: its owner may have changed them."""
        if self._terms_of == head.hash:
            return known
        try:
            terms = self._registry.at(head).terms()
            if terms.max_block_number_diff != known.max_block_number_diff:
                # One endpoint's word must not end registrations that are under way.
                terms = self._registry.confirmed_at(head).terms()
        except Fatal:
            raise
        except AttestorError as error:
            self._failures.note("reading the registry's terms", error)
            return known
        self._failures.passed("reading the registry's terms")
        self._terms_of = head.hash
        return replace(known, max_block_number_diff=terms.max_block_number_diff)

    def _standing_of_active(self, active: Active, window: BlockWindow, head: Block) -> Standing:
        """Headers may show that it stands: then it is asked for now and then alone."""
        signer = active.address
        if not active.paused and self.evidence.shows(signer, window, ASKED_EVERY):
            return Standing.VALID
        standing = self._standing(signer, head)
        if standing is Standing.VALID:
            self.evidence.note(signer, head, active.valid_until)
        if standing is Standing.UNKNOWN and not active.paused:
            is_shown = self.evidence.shows(signer, window, BELIEVED_FOR)
            return Standing.VALID if is_shown else standing
        return standing

    def _standing(self, signer: bytes, head: Block) -> Standing:
        """A block's state never changes: one answer is enough."""
        if self._answers_of != head.hash:
            self._answers, self._answers_of = {}, head.hash
        known = self._answers.get(signer)
        if known is not None:
            return known
        try:
            is_valid = self._registry.at(head).vouches_for(signer)
        except Fatal:
            raise
        except AttestorError as error:
            self._failures.note("asking the registry", error, signer)
            return Standing.UNKNOWN
        self._failures.passed("asking the registry")
        self._answers[signer] = Standing.VALID if is_valid else Standing.INVALID
        return self._answers[signer]

    def _sent(
        self,
        active: Active | None,
        candidate: Candidate | None,
        head: Block,
        standings: Mapping[bytes, Standing],
    ) -> Sent | None:
        """The registration that is to be mined, or mined again; it is sent again meanwhile."""
        if candidate is not None:
            signer = candidate.address if candidate.stage is Stage.SUBMITTED else None
        else:
            signer = active.address if active is not None and active.paused else None
        quoted = self._history.quote(signer) if signer is not None else None
        request = self._history.request(signer) if signer is not None else None
        if signer is None or quoted is None or request is None:
            return None
        left = self._policy.blocks_left(quoted.reference_block, head.number)
        # A receipt of what the registry does not know would end the signer.
        urgency = Urgency(head, left, doubts=standings.get(signer) is Standing.INVALID)
        try:
            followed = self._transactions.follow(request.intent, urgency)
        except Fatal:
            raise
        except AttestorError as error:
            self._failures.note("asking for the receipt", error, signer)
            return _sent(quoted, None, is_known=False)
        self._failures.passed("asking for the receipt")
        if followed.fault is not None:
            self._failures.note("sending the registration again", followed.fault, signer)
        receipt = followed.receipt
        if receipt is None:
            return _sent(quoted, None)
        return _sent(quoted, Inclusion(receipt.block_number, receipt.block_hash, receipt.succeeded))

    def _note_reorgs(self, window: BlockWindow) -> None:
        """Note in the history which registrations were in blocks that are gone: also those of
        signers that are closed, as after a restart all are."""
        head = window.head
        if head is None or head.hash == self._reorgs_of:
            return
        for mined in self._history.mined_since(window.blocks[0].number):
            if window.contradicts(mined.block_number, mined.block_hash):
                self._history.reorged(mined.transaction_hash, head)
                logger.bind(event=Event.REORG).warning(
                    "reorg: the block with the registration of signer {} was replaced",
                    checksummed(mined.signer),
                )
        self._reorgs_of = head.hash


def _sent(quoted: Quoted, inclusion: Inclusion | None, is_known: bool = True) -> Sent:
    return Sent(quoted.reference_block, quoted.reference_hash, inclusion, is_known)

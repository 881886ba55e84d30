"""The effects of a rotation, one method per action; each is journaled before the world sees it."""

from collections.abc import Callable, Sequence
from functools import partial

from loguru import logger

from attestor.chain.refusals import is_revert
from attestor.chain.registry import Registry
from attestor.core.blocks import Block, BlockWindow
from attestor.core.events import Event
from attestor.core.registration import Quoted, Registration, RegistrationKind
from attestor.core.report_data import Binding
from attestor.core.text import checksummed, to_hex
from attestor.core.transaction import Attempt, Outcome
from attestor.errors import (
    AttestorError,
    CollateralExpired,
    RegistrationRejected,
    RpcAnswerInvalid,
    RpcError,
    RpcUnreachable,
)
from attestor.rotation.actions import Activate, MakeQuote
from attestor.rotation.quoter import Gate, Quoter
from attestor.rotation.request import Request, RequestBuilder
from attestor.signer.slot_client import SlotVerbs
from attestor.store.history import History
from attestor.store.signers import RegistrationRequest
from attestor.transactions.budget import GasBudget
from attestor.transactions.manager import TransactionManager
from attestor.transactions.pricing import Call, Offer, call_of

CollateralEnd = Callable[[bytes], int | None]
"""(quote) → when the collateral on chain for its machine ends (chain time), None where that is not
known."""


def unknown(raw: bytes) -> None:
    """Where the registry's verifier has collateral of its own."""


class RotationEffects:
    """What a rotation does to the world."""

    def __init__(
        self,
        signer: SlotVerbs,
        registry: Registry,
        transactions: TransactionManager,
        gate: Gate,
        history: History,
        binding: Binding,
        requests: RequestBuilder,
        budget: GasBudget,
        collateral_end: CollateralEnd = unknown,
    ) -> None:
        self._signer = signer
        self._registry = registry
        self._quoter = Quoter(signer, registry.node, gate, binding, requests)
        self._history = history
        self._requests = requests
        self._budget = budget
        self._collateral_end = collateral_end
        self._transactions = transactions
        self.measurement = b""
        """Of the newest quote since the start."""

    def new_signer(self) -> None:
        """Make a key and note its address: one for which the registry writes no new storage."""
        try:
            buckets = self._registry.reusable_buckets()
        except (RpcError, RpcAnswerInvalid, RpcUnreachable) as error:
            # It only saves gas, and some nodes do not let a call read so much.
            logger.debug("reusable buckets: {}", error)
            buckets = 0
        address = self._signer.new_key(buckets)
        try:
            self._history.signer_created(address)
        except Exception:
            # What is in no history is to be in no process either.
            self._signer.retire(address)
            raise
        logger.bind(event=Event.SIGNER_CREATED).info("signer {} created", checksummed(address))

    def make_quote(self, action: MakeQuote, window: BlockWindow) -> None:
        """Obtain a quote and let the gate judge it before any gas is paid."""
        head, block = window.head, window.at(action.block_number)
        assert head is not None
        assert block is not None
        last = self._history.newest_quote()
        quoted = self._quoter.quote(action.signer, block, head.timestamp, last)
        self._history.quote_made(quoted)
        self.measurement = quoted.measurement
        logger.bind(event=Event.QUOTE_MADE).info(
            "quote {} of {} binds block {}, TCB status {}{}",
            to_hex(quoted.hash)[:18],
            checksummed(quoted.signer),
            quoted.reference_block,
            quoted.tcb_status,
            ", SIMULATED" if quoted.simulated else "",
        )

    def submit(self, signer: bytes, head: Block) -> None:
        """Simulate, sign, record and send the registration.

        A renewal whose admission was ended since its quote was made is given up: the next signer
        is admitted.
        """
        self._budget.require()
        quoted = self._history.quote(signer)
        assert quoted is not None
        try:
            request = self._requests.request(quoted)
        except RegistrationRejected as error:
            if not self._requests.is_for_renewal(quoted.raw):
                raise
            self.abandon(signer, error.message)
            return
        if request.kind is RegistrationKind.ADMISSION:
            self._require_longer_life(quoted)
        asked = RegistrationRequest.of(quoted, request.kind)
        attempt = self._transactions.submit(
            asked.intent,
            self._call(request),
            partial(self._history.requested, asked, request.quote_bytes),
        )
        logger.bind(event=Event.REGISTRATION_SENT, transaction=to_hex(attempt.hash)).info(
            "{} of {} sent in {}", request.kind, checksummed(signer), to_hex(attempt.hash)
        )

    def _require_longer_life(self, quoted: Quoted) -> None:
        """Raise `CollateralExpired` where a registration would end with the collateral on chain, no
        later than the one that it is to succeed: it is not worth its gas."""
        active = self._history.active()
        if active is None or active.paused:
            return
        ends_at = self._collateral_end(quoted.raw)
        if ends_at is not None and ends_at <= active.valid_until:
            raise CollateralExpired(
                f"the collateral on chain for this machine ends at {ends_at}, and the active "
                f"signer's registration at {active.valid_until}: another one would last no longer",
                hint="upload newer collateral: attestor collateral upload",
            )

    def _call(self, request: Request) -> Call:
        """A renewal is not verified by the registry's verifier, which may ask for a fee."""

        def simulate(offer: Offer | None) -> None:
            # As it is it was simulated to choose the request.
            if offer is not None:
                self._registry.simulate(
                    request.calldata,
                    self._transactions.payer,
                    offer.gas_limit,
                    offer.max_fee,
                    offer.value,
                )

        is_verified = request.kind is not RegistrationKind.RENEWAL
        share = self._registry.fee_basis_points() if is_verified else 0
        return Call(self._registry.address, request.calldata, simulate, share)

    def activate(self, action: Activate, head: Block) -> None:
        """Switch the signer process over, then destroy the key before."""
        registration = self._registration(action.signer, head)
        # Noted first: after a crash in between, no key is left and all of them are closed.
        attempt = _decisive(self._transactions.attempts(self._intent(action.signer)))
        self._history.activated(attempt, action.replaces, registration, head)
        self._signer.activate(action.signer, registration.valid_until)
        if action.replaces is not None:
            self._signer.retire(action.replaces)
        logger.bind(event=Event.SIGNER_ACTIVE).info(
            "signer {} is active, registered until {}",
            checksummed(action.signer),
            registration.valid_until,
        )

    def lease(self, head: Block, seconds: float) -> None:
        """Let the active signer go on: the chain vouches for it at `head`."""
        self._signer.lease(head.timestamp, seconds)

    def pause(self, signer: bytes, reason: str, head: Block) -> None:
        """Sign nothing for the time being. First of all in the signer process: a full disk must not
        keep it signing."""
        self._signer.pause(signer)
        self._history.paused(signer, reason, head)
        logger.bind(event=Event.SIGNER_PAUSED).warning(
            "signer {} signs nothing: {}", checksummed(signer), reason
        )

    def resume(self, signer: bytes, head: Block) -> None:
        """Sign with it again, until its registration ends: one that was mined again ends later."""
        registration = self._registration(signer, head)
        self._history.resumed(signer, head, registration)
        self._signer.activate(signer, registration.valid_until)
        logger.bind(event=Event.SIGNER_RESUMED).info("signer {} signs again", checksummed(signer))

    def retire(self, signer: bytes, reason: str) -> None:
        """Destroy the key of a signer that will not be valid again."""
        self._history.retired(signer, reason)
        self._signer.retire(signer)
        logger.bind(event=Event.SIGNER_RETIRED).warning(
            "signer {} retired: {}", checksummed(signer), reason
        )

    def revert_reason(self, signer: bytes, block_hash: bytes) -> str:
        """Why the registration of a signer reverted, as far as it does so again in that block."""
        newest = self._transactions.attempts(self._intent(signer))[-1]
        call = call_of(newest.transaction)
        try:
            self._registry.node.call(
                self._registry.address, call.data, self._transactions.payer, at=block_hash
            )
        except AttestorError as error:
            if isinstance(error, RpcError) and is_revert(error):
                return self._registry.reason_of(error)
            return f"the reason cannot be read: {error.message}"
        return "for a reason that is gone now"

    def abandon(self, signer: bytes, reason: str) -> None:
        """Give a candidate up."""
        self._history.abandoned(signer, reason)
        self._signer.retire(signer)
        logger.bind(event=Event.SIGNER_GIVEN_UP).warning(
            "signer {} given up: {}", checksummed(signer), reason
        )

    def settle(self, window: BlockWindow) -> None:
        """Learn what became of transactions whose signer was given up, and cancel those that could
        still be mined."""
        self._transactions.settle(window)
        head = window.head
        if head is None:
            return
        held = [one.address for one in (self._history.active(), self._history.candidate()) if one]
        requests = [self._history.request(signer) for signer in held]
        wanted = {request.intent.name for request in requests if request is not None}
        cancelled = self._transactions.cancel(wanted, head)
        if cancelled is not None:
            logger.bind(event=Event.CANCELLATION_SENT, transaction=to_hex(cancelled.hash)).info(
                "{} takes nonce {}, so that a registration that was given up costs nothing more",
                to_hex(cancelled.hash),
                cancelled.transaction.nonce,
            )

    def _registration(self, signer: bytes, head: Block) -> Registration:
        """The record of a signer that the registry vouches for at `head`.

        It is the registry's at that block's hash, as most endpoints give it, and not the receipt's
        event: that is the word of one endpoint, Automata's registry has none, and there may be no
        receipt, where somebody else sent the registration.
        """
        found = self._registry.confirmed_at(head).registration(signer)
        if found.valid_until <= head.timestamp:
            raise RpcAnswerInvalid(
                f"the registry vouches for signer {checksummed(signer)} at block {head.number}, of "
                f"time {head.timestamp}, and its registration would have ended at "
                f"{found.valid_until}"
            )
        return found

    def _intent(self, signer: bytes) -> str:
        """Under which the transactions that register a signer are recorded."""
        request = self._history.request(signer)
        assert request is not None
        return request.intent.name


def _decisive(attempts: Sequence[Attempt]) -> Attempt:
    """The attempt that was mined, or the newest."""
    mined = [one for one in attempts if one.outcome in (Outcome.SUCCEEDED, Outcome.REVERTED)]
    return (mined or attempts)[-1]

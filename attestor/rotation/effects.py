"""The effects of a rotation, one method per action; each is journaled before the world sees it."""

from collections.abc import Callable
from typing import Any

from loguru import logger

from attestor.chain.registry import Registry
from attestor.core.blocks import Block, BlockWindow
from attestor.core.fees import Fees
from attestor.core.report_data import Binding, Purpose
from attestor.core.text import checksummed, from_hex, to_hex
from attestor.core.transaction import SignedTransaction
from attestor.errors import RegistrationRejected, RpcAnswerInvalid, RpcError, RpcUnreachable
from attestor.quote.gate import GateVerdict
from attestor.rotation.plan import Activate, MakeQuote
from attestor.rotation.request import Quoted, RequestBuilder
from attestor.signer.client import QuoteAnswer, SignerProcess
from attestor.store.history import History
from attestor.transactions.manager import Payments

Gate = Callable[[bytes, bytes], GateVerdict]
"""(quote, expected report data) → verdict, or a typed refusal."""


DEADLINE_SECONDS = 3600
"""For how long a signer's own signature holds; its reference block ages much faster."""


class RotationEffects:
    """What a rotation does to the world."""

    def __init__(
        self,
        signer: SignerProcess,
        registry: Registry,
        payments: Payments,
        gate: Gate,
        history: History,
        binding: Binding,
        requests: RequestBuilder,
    ) -> None:
        self._signer = signer
        self._registry = registry
        self._payments = payments
        self._gate = gate
        self._history = history
        self._binding = binding
        self._requests = requests

    def new_signer(self) -> None:
        """Make a key and note its address: one for which the registry writes no new storage."""
        try:
            buckets = self._registry.reusable_buckets()
        except (RpcError, RpcAnswerInvalid, RpcUnreachable) as error:
            # It only saves gas, and some nodes do not let a call read so much.
            logger.debug("reusable buckets: {}", error)
            buckets = 0
        address = self._signer.new_key(buckets)
        self._history.signer_created(address)
        logger.info("signer {} created", checksummed(address))

    def make_quote(self, action: MakeQuote, ring: BlockWindow) -> None:
        """Obtain a quote and let the gate judge it before any gas is paid.

        A renewal's first, which costs a third to register; an admission's where none is open.
        """
        reference = ring.at(action.block_number)
        assert reference is not None
        assert ring.head is not None
        now = ring.head.timestamp
        deadline = now + DEADLINE_SECONDS
        answer, verdict = None, None
        if self._requests.can_renew:
            answer, verdict = self._quote(action, deadline, Purpose.RENEWAL)
            quoted = _quoted_now(action, answer, verdict, deadline)
            if not self._requests.is_renewal_open(quoted, now):
                answer, verdict = None, None
        if answer is None or verdict is None:
            answer, verdict = self._quote(action, deadline, Purpose.ADMISSION)
        self._history.quote_made(
            signer=action.signer,
            reference=reference,
            raw=answer.raw,
            quote_hash=verdict.quote_hash,
            measurement=verdict.measurement_id,
            provider=answer.provider,
            simulated=answer.simulated,
            tcb_status=verdict.status,
            deadline=deadline,
            possession=answer.possession,
        )
        logger.info(
            "quote {} of {} binds block {}, TCB status {}{}",
            to_hex(verdict.quote_hash)[:18],
            checksummed(action.signer),
            action.block_number,
            verdict.status,
            ", SIMULATED" if answer.simulated else "",
        )

    def _quote(
        self, action: MakeQuote, deadline: int, purpose: Purpose
    ) -> tuple[QuoteAnswer, GateVerdict]:
        bound = (action.signer, action.block_number, action.block_hash)
        answer = self._signer.quote(*bound, deadline, purpose)
        return answer, self._gate(answer.raw, self._binding.encode(*bound, purpose))

    def submit(self, signer: bytes, head: Block) -> None:
        """Simulate, sign, note and send the registration.

        A renewal whose admission was ended since its quote was made is given up: the next signer
        is admitted.
        """
        row = self._history.quote(signer)
        assert row is not None
        try:
            request = self._requests.request(_quoted(signer, row))
        except RegistrationRejected as error:
            if not self._requests.is_for_renewal(row["raw"]):
                raise
            self.abandon(signer, error.message)
            return
        pending = self._history.pending(self._payments.payer)
        replaced = pending[-1] if pending else None
        signed = self._payments.prepare(
            self._registry.address, request.calldata, head.base_fee, replaced
        )
        self._history.transaction_signed(
            signer, row["hash"], request.kind, request.quote_bytes, signed
        )
        self._payments.send(signed)
        logger.info("{} of {} sent in {}", request.kind, checksummed(signer), to_hex(signed.hash))

    def send_again(self, signer: bytes) -> None:
        """Hand a noted transaction to the node once more: it may have lost it, or never got it."""
        row = self._history.transaction(signer)
        assert row is not None
        self._payments.send(
            SignedTransaction(
                hash=from_hex(row["hash"]),
                raw=row["raw"],
                payer=from_hex(row["payer"]),
                nonce=row["nonce"],
                gas_limit=row["gas_limit"],
                fees=Fees(row["max_fee_per_gas"], row["max_priority_fee_per_gas"]),
            )
        )

    def activate(self, action: Activate, head: Block) -> None:
        """Switch the signer process over, then destroy the key before."""
        registration = self._registry.registration(action.signer)
        # Noted first: after a crash in between, no key is left and all of them are closed.
        self._history.activated(action.signer, action.replaces, registration, head)
        self._signer.activate(action.signer, registration.valid_until)
        if action.replaces is not None:
            self._signer.retire(action.replaces)
        logger.info(
            "signer {} is active, registered until {}",
            checksummed(action.signer),
            registration.valid_until,
        )

    def deactivate(self, signer: bytes, reason: str) -> None:
        """Stop signing at once."""
        self._signer.retire(signer)
        self._history.retired(signer, reason)
        logger.warning("signer {} stopped: {}", checksummed(signer), reason)

    def abandon(self, signer: bytes, reason: str) -> None:
        """Give a candidate up."""
        self._signer.retire(signer)
        self._history.abandoned(signer, reason)
        logger.warning("signer {} given up: {}", checksummed(signer), reason)


def _quoted_now(
    action: MakeQuote, answer: QuoteAnswer, verdict: GateVerdict, deadline: int
) -> Quoted:
    """A quote that is not noted yet."""
    return Quoted(
        raw=answer.raw,
        signer=action.signer,
        reference_block=action.block_number,
        reference_hash=action.block_hash,
        measurement=verdict.measurement_id,
        deadline=deadline,
        possession=answer.possession,
    )


def _quoted(signer: bytes, row: dict[str, Any]) -> Quoted:
    """A quote as the history has it."""
    return Quoted(
        raw=row["raw"],
        signer=signer,
        reference_block=row["reference_block"],
        reference_hash=from_hex(row["reference_block_hash"]),
        measurement=from_hex(row["measurement"]),
        deadline=row["deadline"],
        possession=row["possession"],
    )

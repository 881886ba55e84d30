"""The effects of a rotation, one method per action; each is journaled before the world sees it."""

from collections.abc import Callable

from loguru import logger

from attestor.chain.registry import Registry
from attestor.chain.transactions import Payments
from attestor.core import report_data
from attestor.core.fees import Fees
from attestor.core.ring import Block, Ring
from attestor.core.rotation import Activate, MakeQuote
from attestor.core.text import checksummed, from_hex, to_hex
from attestor.core.transaction import SignedTransaction
from attestor.quote.gate import Verdict
from attestor.signer.client import SignerProcess
from attestor.store.history import History

Gate = Callable[[bytes, bytes], Verdict]
"""(quote, expected report data) → verdict, or a typed refusal."""


class Steps:
    """What a rotation does to the world."""

    def __init__(
        self,
        signer: SignerProcess,
        registry: Registry,
        payments: Payments,
        gate: Gate,
        history: History,
    ) -> None:
        self._signer = signer
        self._registry = registry
        self._payments = payments
        self._gate = gate
        self._history = history

    def new_signer(self) -> None:
        """Make a key and note its address."""
        address = self._signer.new_key()
        self._history.signer_created(address)
        logger.info("signer {} created", checksummed(address))

    def make_quote(self, action: MakeQuote, ring: Ring) -> None:
        """Obtain a quote and let the gate judge it before any gas is paid."""
        reference = ring.at(action.block_number)
        assert reference is not None
        answer = self._signer.quote(action.signer, action.block_number, action.block_hash)
        expected = report_data.encode(action.signer, action.block_number, action.block_hash)
        verdict = self._gate(answer.raw, expected)
        self._history.quote_made(
            signer=action.signer,
            reference=reference,
            raw=answer.raw,
            quote_hash=verdict.quote_hash,
            measurement=verdict.measurement_id,
            provider=answer.provider,
            simulated=answer.simulated,
            tcb_status=verdict.status,
        )
        logger.info(
            "quote {} of {} binds block {}, TCB status {}{}",
            to_hex(verdict.quote_hash)[:18],
            checksummed(action.signer),
            action.block_number,
            verdict.status,
            ", SIMULATED" if answer.simulated else "",
        )

    def submit(self, signer: bytes, head: Block) -> None:
        """Simulate, sign, note and send the registration."""
        quote = self._history.quote(signer)
        assert quote is not None
        calldata = self._registry.registration_calldata(
            signer, quote["reference_block"], from_hex(quote["reference_block_hash"]), quote["raw"]
        )
        self._registry.simulate(calldata, self._payments.payer)
        pending = self._history.pending(self._payments.payer)
        signed = self._payments.prepare(
            self._registry.address, calldata, head.base_fee, pending[-1] if pending else None
        )
        self._history.transaction_signed(signer, quote["hash"], signed)
        self._payments.send(signed)
        logger.info("registration of {} sent in {}", checksummed(signer), to_hex(signed.hash))

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

"""What became of every signer: written before and after each step of a rotation.

Each method is one transaction that changes the tables and appends to the journal. The state of
the rotation is read back from these tables and kept nowhere else, so a restart goes on from
where the last commit left it.
"""

from typing import Any

from eth_utils.crypto import keccak

from attestor.core.blocks import Block
from attestor.core.fees import Fees
from attestor.core.registration import Registration, RegistrationKind
from attestor.core.signers import Active, Candidate, Stage
from attestor.core.text import from_hex, to_hex
from attestor.core.transaction import Pending, Receipt, SignedTransaction
from attestor.store.database import Store
from attestor.store.journal import Journal


class History:
    """Signers, quotes, transactions and registrations of a store."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._journal = journal

    # --- reading ---

    def candidate(self) -> Candidate | None:
        """The signer that is on its way to registration."""
        row = self._store.row(
            "SELECT signers.*, quotes.reference_block, quotes.reference_block_hash FROM signers "
            "LEFT JOIN quotes ON quotes.signer = signers.address "
            "WHERE stage IN ('created', 'quoted', 'submitted') "
            "ORDER BY signers.created_at DESC, quotes.created_at DESC LIMIT 1"
        )
        if row is None:
            return None
        return Candidate(
            address=from_hex(row["address"]),
            stage=Stage(row["stage"]),
            reference_block=row["reference_block"] or 0,
            reference_hash=from_hex(row["reference_block_hash"] or "0x"),
        )

    def active(self) -> Active | None:
        """The signer that proofs are signed with."""
        row = self._store.row(
            "SELECT registrations.* FROM registrations "
            "JOIN signers ON signers.address = registrations.signer WHERE stage = 'active'"
        )
        if row is None:
            return None
        return Active(from_hex(row["signer"]), row["activated_timestamp"], row["valid_until"])

    def quote(self, signer: bytes) -> dict[str, Any] | None:
        """The row of a signer's newest quote."""
        return self._store.row(
            "SELECT * FROM quotes WHERE signer = ? ORDER BY created_at DESC LIMIT 1", to_hex(signer)
        )

    def newest_quote(self) -> bytes | None:
        """The newest quote of all, as the platform made it."""
        row = self._store.row("SELECT raw FROM quotes ORDER BY created_at DESC LIMIT 1")
        return row["raw"] if row is not None else None

    def transaction(self, signer: bytes) -> dict[str, Any] | None:
        """The row of a signer's registration transaction."""
        return self._store.row("SELECT * FROM transactions WHERE signer = ?", to_hex(signer))

    def pending(self, payer: bytes) -> list[Pending]:
        """Transactions of the payer whose outcome is not known, oldest first."""
        rows = self._store.rows(
            "SELECT * FROM transactions WHERE outcome = 'pending' AND payer = ? "
            "ORDER BY created_at",
            to_hex(payer),
        )
        return [
            Pending(
                hash=from_hex(row["hash"]),
                nonce=row["nonce"],
                fees=Fees(row["max_fee_per_gas"], row["max_priority_fee_per_gas"]),
            )
            for row in rows
        ]

    # --- writing ---

    def signer_created(self, address: bytes) -> None:
        """A new key exists in the signer process."""
        with self._store.transaction():
            self._store.insert(
                "signers",
                {
                    "address": to_hex(address),
                    "created_at": self._journal.now(),
                    "stage": Stage.CREATED,
                },
            )
            self._journal.append("signer_created", address)

    def quote_made(
        self,
        signer: bytes,
        reference: Block,
        raw: bytes,
        quote_hash: bytes,
        measurement: bytes,
        provider: str,
        simulated: bool,
        tcb_status: str,
        deadline: int,
        possession: bytes,
    ) -> None:
        """A quote passed the gate."""
        row = {
            "hash": to_hex(quote_hash),
            "reference_block": reference.number,
            "reference_block_hash": to_hex(reference.hash),
            "measurement": to_hex(measurement),
            "provider": provider,
            "simulated": int(simulated),
            "tcb_status": tcb_status,
            "deadline": deadline,
        }
        with self._store.transaction():
            created_at = self._journal.now()
            blobs = {"raw": raw, "possession": possession}
            self._store.insert(
                "quotes", {**row, "signer": to_hex(signer), "created_at": created_at, **blobs}
            )
            self._stage(signer, Stage.QUOTED)
            self._journal.append("quote_made", signer, **row)

    def transaction_signed(
        self,
        signer: bytes,
        quote: str,
        kind: RegistrationKind,
        sent: bytes,
        signed: SignedTransaction,
    ) -> None:
        """A registration is about to be sent; `sent` is what stands in it for the quote."""
        row = {
            "hash": to_hex(signed.hash),
            "quote": quote,
            "kind": kind,
            "sent_hash": to_hex(keccak(sent)) if sent else None,
            "payer": to_hex(signed.payer),
            "nonce": signed.nonce,
            "gas_limit": signed.gas_limit,
            "max_fee_per_gas": signed.fees.max_fee,
            "max_priority_fee_per_gas": signed.fees.priority_fee,
        }
        with self._store.transaction():
            created_at = self._journal.now()
            self._store.insert(
                "transactions",
                {**row, "signer": to_hex(signer), "created_at": created_at, "raw": signed.raw},
            )
            self._stage(signer, Stage.SUBMITTED)
            self._journal.append("transaction_signed", signer, **row)

    def transaction_mined(self, receipt: Receipt) -> None:
        """A transaction is in a block, or in another block than before."""
        name = to_hex(receipt.transaction_hash)
        outcome = {
            "outcome": "succeeded" if receipt.succeeded else "reverted",
            "block_number": receipt.block_number,
            "block_hash": to_hex(receipt.block_hash),
            "gas_used": receipt.gas_used,
            "effective_gas_price": receipt.effective_gas_price,
        }
        row = self._store.row("SELECT * FROM transactions WHERE hash = ?", name)
        if row is None or all(row[key] == value for key, value in outcome.items()):
            return
        with self._store.transaction():
            self._store.update("transactions", name, **outcome)
            self._journal.append("transaction_mined", from_hex(row["signer"]), hash=name, **outcome)

    def transaction_replaced(self, transaction_hash: bytes) -> None:
        """Another transaction took the nonce."""
        name = to_hex(transaction_hash)
        with self._store.transaction():
            row = self._store.row("SELECT signer FROM transactions WHERE hash = ?", name)
            self._store.update("transactions", name, outcome="replaced")
            signer = from_hex(row["signer"]) if row else None
            self._journal.append("transaction_replaced", signer, hash=name)

    def activated(
        self, signer: bytes, replaces: bytes | None, registration: Registration, head: Block
    ) -> None:
        """The signer is registered and confirmed; the one before it stops."""
        quote, transaction = self.quote(signer), self.transaction(signer)
        if quote is None or transaction is None:
            raise ValueError(f"{to_hex(signer)} was never submitted")
        with self._store.transaction():
            if replaces is not None:
                self._retire(replaces, f"replaced by {to_hex(signer)}")
            self._stage(signer, Stage.ACTIVE)
            evidence = {
                "quote": quote["hash"],
                "transaction_hash": transaction["hash"],
                "block_number": transaction["block_number"],
                "valid_until": registration.valid_until,
            }
            self._store.insert(
                "registrations",
                {
                    "signer": to_hex(signer),
                    "activated_at": self._journal.now(),
                    "activated_timestamp": head.timestamp,
                    **evidence,
                },
            )
            self._journal.append("signer_activated", signer, **evidence)

    def retired(self, signer: bytes, reason: str) -> None:
        """The active signer stops without a successor."""
        with self._store.transaction():
            self._retire(signer, reason)

    def abandoned(self, signer: bytes, reason: str) -> None:
        """A signer will never be active."""
        with self._store.transaction():
            self._stage(signer, Stage.ABANDONED, reason)
            self._journal.append("signer_abandoned", signer, reason=reason)

    def step_failed(self, signer: bytes | None, step: str, code: str, message: str) -> None:
        """A step of a rotation failed and will be tried again."""
        with self._store.transaction():
            self._journal.append("step_failed", signer, step=step, code=code, message=message)

    def _retire(self, signer: bytes, reason: str) -> None:
        self._stage(signer, Stage.RETIRED, reason)
        self._store.update("registrations", to_hex(signer), retired_at=self._journal.now())
        self._journal.append("signer_retired", signer, reason=reason)

    def _stage(self, signer: bytes, stage: Stage, reason: str | None = None) -> None:
        self._store.update("signers", to_hex(signer), stage=stage, reason=reason)

"""Every signed transaction, noted before it is sent, and what became of it."""

from typing import Any

from attestor.core.fees import Fees
from attestor.core.text import from_hex, to_hex
from attestor.core.transaction import (
    Attempt,
    Intent,
    Note,
    Outcome,
    Purpose,
    Receipt,
    SignedTransaction,
    nothing,
)
from attestor.store.database import Store
from attestor.store.journal import Journal, iso

UNMINED: dict[str, Any] = {
    "outcome": Outcome.PENDING,
    "block_number": None,
    "block_hash": None,
    "gas_used": None,
    "effective_gas_price": None,
}
"""What a transaction's row says after its block was replaced."""
RECENT = 16
"""Attempts that are looked at again: more than are settled while some blocks come."""


class Transactions:
    """The table transactions of a store: one row per attempt of an intent."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._journal = journal

    # --- reading ---

    def attempts(self, intent: str) -> list[Attempt]:
        """All attempts of an intent, oldest first."""
        rows = self._store.rows(
            "SELECT * FROM transactions WHERE intent = ? ORDER BY attempt", intent
        )
        return [_attempt(row) for row in rows]

    def pending(self, payer: bytes) -> list[Attempt]:
        """Attempts of the payer whose outcome is not known, oldest first."""
        rows = self._store.rows(
            "SELECT * FROM transactions WHERE outcome = 'pending' AND payer = ? ORDER BY rowid",
            to_hex(payer),
        )
        return [_attempt(row) for row in rows]

    def settled(self, payer: bytes) -> list[Attempt]:
        """The payer's newest attempts whose outcome is on record, and whose bytes are."""
        rows = self._store.rows(
            "SELECT * FROM transactions WHERE outcome != 'pending' AND payer = ? "
            "AND raw IS NOT NULL ORDER BY rowid DESC LIMIT ?",
            to_hex(payer),
            RECENT,
        )
        return [_attempt(row) for row in rows]

    def attempt(self, transaction_hash: bytes) -> Attempt | None:
        """The attempt, of whatever intent, whose transaction it is."""
        row = self._store.row("SELECT * FROM transactions WHERE hash = ?", to_hex(transaction_hash))
        return _attempt(row) if row is not None else None

    def reverted_gas(self, payer: bytes, since: float) -> int:
        """Gas of the payer's reverted transactions signed after `since` (Unix seconds).

        Not of those whose signer was registered nevertheless: who sends a copy first pays more
        than we lose, and must not use up what may be lost.
        """
        row = self._store.row(
            "SELECT coalesce(sum(gas_used), 0) AS gas FROM transactions "
            "WHERE outcome = 'reverted' AND payer = ? AND created_at > ? "
            "AND hash NOT IN (SELECT transaction_hash FROM registrations)",
            to_hex(payer),
            iso(since),
        )
        assert row is not None
        return int(row["gas"])

    # --- writing ---

    def signed(
        self, intent: Intent, transaction: SignedTransaction, note: Note = nothing
    ) -> Attempt:
        """A transaction is about to be sent: the next attempt of its intent. `note` writes what
        belongs to the intent; both are kept, or neither."""
        with self._store.transaction():
            note()
            number = len(self.attempts(intent.name)) + 1
            row = {
                "hash": to_hex(transaction.hash),
                "purpose": intent.purpose,
                "intent": intent.name,
                "attempt": number,
                "payer": to_hex(transaction.payer),
                "nonce": transaction.nonce,
                "gas_limit": transaction.gas_limit,
                "max_fee_per_gas": transaction.fees.max_fee,
                "max_priority_fee_per_gas": transaction.fees.priority_fee,
            }
            kept = {"created_at": self._journal.now(), "raw": transaction.raw}
            self._store.insert("transactions", {**row, **kept})
            self._journal.append("transaction_signed", intent.signer, **row)
        return Attempt(intent.name, intent.purpose, number, transaction)

    def mined(self, receipt: Receipt) -> None:
        """A transaction is in a block, or in another block than before. One that is not ours, and
        a receipt that was seen before, change nothing."""
        self._settle(
            receipt.transaction_hash,
            "transaction_mined",
            outcome=receipt.outcome,
            block_number=receipt.block_number,
            block_hash=to_hex(receipt.block_hash),
            gas_used=receipt.gas_used,
            effective_gas_price=receipt.effective_gas_price,
        )

    def replaced(self, transaction_hash: bytes) -> None:
        """Another transaction took the nonce."""
        changes = {**UNMINED, "outcome": Outcome.REPLACED}
        self._settle(transaction_hash, "transaction_replaced", **changes)

    def sent_again(self, transaction_hash: bytes) -> None:
        """Its nonce is free again, by a reorg, and it is about to be sent: its outcome is open."""
        self._settle(transaction_hash, "transaction_sent_again", **UNMINED)

    def unmined(self, transaction_hash: bytes) -> None:
        """What is on record of it was no endpoint's but one: its outcome is open."""
        self._settle(transaction_hash, "transaction_unmined", **UNMINED)

    def looked_again(self, transaction_hash: bytes) -> None:
        """What is on record of it is what most endpoints say. The registration that came of it may
        have been noted by what was on record before: it is corrected."""
        signer = self._store.row(
            "SELECT registrations.signer FROM transactions "
            "JOIN registration_requests USING (intent) "
            "JOIN registrations ON registrations.signer = registration_requests.signer "
            "WHERE hash = ?",
            to_hex(transaction_hash),
        )
        if signer is None:
            return
        stands = mined_registration(self._store, signer["signer"])
        row = self._store.row("SELECT * FROM registrations WHERE signer = ?", signer["signer"])
        assert row is not None
        if all(row[name] == value for name, value in stands.items()):
            return
        with self._store.transaction():
            self._store.update("registrations", signer["signer"], **stands)
            self._journal.append("registration_corrected", from_hex(signer["signer"]), **stands)

    def _settle(self, transaction_hash: bytes, event: str, **changes: Any) -> None:
        name = to_hex(transaction_hash)
        row = self._store.row("SELECT * FROM transactions WHERE hash = ?", name)
        if row is None or all(row[key] == value for key, value in changes.items()):
            return
        with self._store.transaction():
            self._store.update("transactions", name, **changes)
            self._journal.append(event, self._signer(row["intent"]), hash=name, **changes)

    def _signer(self, intent: str) -> bytes | None:
        row = self._store.row("SELECT signer FROM registration_requests WHERE intent = ?", intent)
        return from_hex(row["signer"]) if row is not None else None


def mined_registration(store: Store, signer: str) -> dict[str, Any]:
    """The transaction that registers a signer (0x text) now, and its block: after a reorganization
    it may be another attempt, in another block."""
    row = store.row(
        "SELECT hash, block_number, block_hash FROM transactions WHERE intent = "
        "(SELECT intent FROM registrations JOIN transactions ON hash = transaction_hash "
        "WHERE registrations.signer = ?) "
        "ORDER BY outcome = 'succeeded' DESC, block_number IS NULL, attempt DESC LIMIT 1",
        signer,
    )
    assert row is not None
    return {"transaction_hash": row.pop("hash"), **row}


def _attempt(row: dict[str, Any]) -> Attempt:
    transaction = SignedTransaction(
        hash=from_hex(row["hash"]),
        raw=row["raw"] or b"",
        payer=from_hex(row["payer"]),
        nonce=row["nonce"],
        gas_limit=row["gas_limit"],
        fees=Fees(row["max_fee_per_gas"], row["max_priority_fee_per_gas"]),
    )
    outcome = Outcome(row["outcome"])
    receipt = None
    if row["block_hash"] is not None:
        receipt = Receipt(
            transaction_hash=transaction.hash,
            block_number=row["block_number"],
            block_hash=from_hex(row["block_hash"]),
            succeeded=outcome is Outcome.SUCCEEDED,
            gas_used=row["gas_used"],
            effective_gas_price=row["effective_gas_price"],
        )
    return Attempt(
        row["intent"], Purpose(row["purpose"]), row["attempt"], transaction, outcome, receipt
    )

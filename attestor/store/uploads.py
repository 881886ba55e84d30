"""Collateral that the daemon uploaded: each transaction before it is sent, and its outcome."""

from attestor.core.fees import Fees
from attestor.core.text import from_hex, to_hex
from attestor.core.transaction import Pending, Receipt, SignedTransaction
from attestor.store.database import Store
from attestor.store.journal import Journal


class Uploads:
    """The table uploads of a store."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._journal = journal

    def pending(self, payer: bytes) -> Pending | None:
        """The newest upload of the payer whose outcome is not known."""
        row = self._store.row(
            "SELECT * FROM uploads WHERE outcome = 'pending' AND payer = ? "
            "ORDER BY created_at DESC, rowid DESC LIMIT 1",
            to_hex(payer),
        )
        if row is None:
            return None
        offered = Fees(row["max_fee_per_gas"], row["max_priority_fee_per_gas"])
        return Pending(from_hex(row["hash"]), row["nonce"], offered)

    def signed(
        self, name: str, content_hash: bytes, valid_until: int, signed: SignedTransaction
    ) -> None:
        """An upload is about to be sent: what it is called, keccak256 of it, its end in Unix
        seconds."""
        row = {
            "hash": to_hex(signed.hash),
            "name": name,
            "content_hash": to_hex(content_hash),
            "valid_until": valid_until,
            "payer": to_hex(signed.payer),
            "nonce": signed.nonce,
            "gas_limit": signed.gas_limit,
            "max_fee_per_gas": signed.fees.max_fee,
            "max_priority_fee_per_gas": signed.fees.priority_fee,
        }
        with self._store.transaction():
            self._store.insert("uploads", {**row, "created_at": self._journal.now()})
            self._journal.append("upload_signed", None, **row)

    def mined(self, receipt: Receipt) -> None:
        """An upload is in a block."""
        name = to_hex(receipt.transaction_hash)
        outcome = {
            "outcome": "succeeded" if receipt.succeeded else "reverted",
            "block_number": receipt.block_number,
            "block_hash": to_hex(receipt.block_hash),
            "gas_used": receipt.gas_used,
            "effective_gas_price": receipt.effective_gas_price,
        }
        with self._store.transaction():
            self._store.update("uploads", name, **outcome)
            self._journal.append("upload_mined", None, hash=name, **outcome)

    def replaced(self, transaction_hash: bytes) -> None:
        """Another transaction took the nonce."""
        name = to_hex(transaction_hash)
        with self._store.transaction():
            self._store.update("uploads", name, outcome="replaced")
            self._journal.append("upload_replaced", None, hash=name)

    def unsettled(self, payer: bytes) -> list[tuple[bytes, int]]:
        """Hash and nonce of each upload of the payer whose outcome is not known, oldest first."""
        rows = self._store.rows(
            "SELECT hash, nonce FROM uploads WHERE outcome = 'pending' AND payer = ? "
            "ORDER BY created_at, rowid",
            to_hex(payer),
        )
        return [(from_hex(row["hash"]), row["nonce"]) for row in rows]

    def failed(self, code: str, message: str) -> None:
        """A round failed and will be made again."""
        with self._store.transaction():
            self._journal.append("upkeep_failed", None, code=code, message=message)

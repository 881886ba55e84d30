"""What the history says became of its transactions, against the chain's receipts.

As with registrations a reorganization is no fault: what is on record holds for the block that it
names. Where that was replaced, only another outcome is named.
"""

from collections.abc import Callable
from typing import Any

from attestor.audit.registrations import HashAt
from attestor.core.text import from_hex, to_hex
from attestor.core.transaction import Outcome, Receipt
from attestor.store.database import Store

ReceiptOf = Callable[[bytes], Receipt | None]
"""The chain's receipt of a transaction, None where it has none."""


def chain_faults(store: Store, receipt_of: ReceiptOf, hash_at: HashAt) -> list[str]:
    """Transactions of which the chain says something else. One whose outcome is open is none."""
    faults: list[str] = []
    for row in store.rows("SELECT * FROM transactions WHERE outcome != 'pending' ORDER BY rowid"):
        faults += _faults(row, receipt_of(from_hex(row["hash"])), hash_at)
    return faults


def _faults(row: dict[str, Any], receipt: Receipt | None, hash_at: HashAt) -> list[str]:
    what = f"transaction {row['hash']}"
    if row["outcome"] == Outcome.REPLACED:
        if receipt is None:
            return []
        told = f"{receipt.outcome} in block {receipt.block_number}"
        return [f"{what}: on record as replaced, the chain says {told}"]
    if row["block_hash"] is None:
        # Earlier versions did not keep it.
        return _differing(row, what, {"outcome": receipt.outcome}) if receipt else []
    stands = hash_at(row["block_number"])
    if stands != from_hex(row["block_hash"]):
        # Its block was replaced while no daemon looked: it may be in another, or in none.
        return _differing(row, what, {"outcome": receipt.outcome}) if receipt else []
    if receipt is None:
        told = f"{row['outcome']} in block {row['block_number']}"
        return [f"{what}: on record as {told}, the chain has no receipt of it"]
    shown = {
        "outcome": receipt.outcome,
        "block_number": receipt.block_number,
        "block_hash": to_hex(receipt.block_hash),
        "gas_used": receipt.gas_used,
        "effective_gas_price": receipt.effective_gas_price,
    }
    return _differing(row, what, shown)


def _differing(row: dict[str, Any], what: str, told: dict[str, Any]) -> list[str]:
    return [
        f"{what}: {name} is {row[name]}, the chain says {value}"
        for name, value in told.items()
        if row[name] != value
    ]

"""Attempts of transactions in the database."""

import json
from typing import Any

import pytest

from attestor.audit import verify
from attestor.core.fees import Fees
from attestor.core.transaction import (
    Attempt,
    Intent,
    Outcome,
    Purpose,
    Receipt,
    SignedTransaction,
)
from attestor.errors import DatabaseFailed
from attestor.store.database import Store
from attestor.store.journal import Journal, entries
from attestor.store.transactions import Transactions
from attestor.store.uploads import Uploads

PAYER = b"\x09" * 20
FIRST, SECOND = b"\x01" * 32, b"\x02" * 32
INTENT = Intent(Purpose.UPLOAD, "upload:1")


@pytest.fixture
def transactions(store: Store, journal: Journal) -> Transactions:
    return Transactions(store, journal)


def signed(name: bytes, nonce: int = 4, fee: int = 30) -> SignedTransaction:
    return SignedTransaction(name, b"raw" + name, PAYER, nonce, 100, Fees(fee, 10))


def receipt(name: bytes, **changes: Any) -> Receipt:
    fields = {
        "transaction_hash": name,
        "block_number": 9,
        "block_hash": b"\x09" * 32,
        "succeeded": True,
        "gas_used": 90,
        "effective_gas_price": 3,
        **changes,
    }
    return Receipt(**fields)


def events(store: Store) -> list[str]:
    return [entry.event for entry in entries(store)]


def test_signed__second_attempt_of_an_intent__is_recorded_beside_the_first(
    transactions: Transactions, store: Store
) -> None:
    transactions.signed(INTENT, signed(FIRST))
    transactions.signed(INTENT, signed(SECOND, fee=60))
    assert transactions.attempts(INTENT.name) == [
        Attempt(INTENT.name, Purpose.UPLOAD, 1, signed(FIRST)),
        Attempt(INTENT.name, Purpose.UPLOAD, 2, signed(SECOND, fee=60)),
    ]
    transactions.mined(receipt(SECOND))
    transactions.replaced(FIRST)
    outcomes = [attempt.outcome for attempt in transactions.attempts(INTENT.name)]
    assert outcomes == [Outcome.REPLACED, Outcome.SUCCEEDED]
    assert verify.journal_faults(store) == verify.table_faults(store) == []


def test_signed__same_bytes_again__are_refused(transactions: Transactions, store: Store) -> None:
    transactions.signed(INTENT, signed(FIRST))
    with pytest.raises(DatabaseFailed, match="UNIQUE"):
        transactions.signed(INTENT, signed(FIRST))
    assert events(store) == ["transaction_signed"]


def test_signed__note_fails__nothing_is_kept(transactions: Transactions, store: Store) -> None:
    def note() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        transactions.signed(INTENT, signed(FIRST), note)
    assert events(store) == []
    assert transactions.attempts(INTENT.name) == []


def test_pending__of_the_payer__oldest_first(transactions: Transactions) -> None:
    transactions.signed(INTENT, signed(FIRST))
    transactions.signed(Intent(Purpose.UPLOAD, "upload:2"), signed(SECOND, 5))
    assert [attempt.hash for attempt in transactions.pending(PAYER)] == [FIRST, SECOND]
    assert transactions.pending(b"\x08" * 20) == []
    transactions.mined(receipt(FIRST))
    transactions.replaced(SECOND)
    assert transactions.pending(PAYER) == []


def test_mined__receipt__comes_back_whole(transactions: Transactions) -> None:
    transactions.signed(INTENT, signed(FIRST))
    transactions.mined(receipt(FIRST, succeeded=False))
    (attempt,) = transactions.attempts(INTENT.name)
    assert (attempt.outcome, attempt.receipt) == (
        Outcome.REVERTED,
        receipt(FIRST, succeeded=False),
    )


def test_mined__same_receipt_again__adds_nothing(transactions: Transactions, store: Store) -> None:
    transactions.signed(INTENT, signed(FIRST))
    transactions.mined(receipt(FIRST))
    transactions.mined(receipt(FIRST))
    assert events(store).count("transaction_mined") == 1


def test_mined__in_another_block_after_a_reorg__is_noted(
    transactions: Transactions, store: Store
) -> None:
    transactions.signed(INTENT, signed(FIRST))
    transactions.mined(receipt(FIRST))
    moved = receipt(FIRST, block_number=10, block_hash=b"\x99" * 32)
    transactions.mined(moved)
    assert events(store).count("transaction_mined") == 2
    assert transactions.attempts(INTENT.name)[0].receipt == moved
    assert verify.table_faults(store) == []


def test_settling__unknown_transaction__is_ignored(
    transactions: Transactions, store: Store
) -> None:
    transactions.mined(receipt(FIRST))
    transactions.replaced(FIRST)
    assert events(store) == []


def test_journal__never_holds_the_raw_bytes(transactions: Transactions, store: Store) -> None:
    transactions.signed(INTENT, signed(FIRST))
    (entry,) = entries(store)
    assert (b"raw" + FIRST).hex() not in json.dumps(entry.evidence)


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("UPDATE transactions SET gas_used = 1", "gas_used is 1"),
        ("UPDATE transactions SET purpose = 'deployment'", "purpose is 'deployment'"),
        ("UPDATE transactions SET outcome = 'replaced'", "outcome is 'replaced'"),
        ("DELETE FROM transactions", "is missing"),
        (
            "DELETE FROM journal WHERE event = 'transaction_mined'",
            "no journal entry of its outcome",
        ),
    ],
)
def test_table_faults__changed_beside_the_journal__is_found(
    transactions: Transactions, store: Store, sql: str, fault: str
) -> None:
    transactions.signed(INTENT, signed(FIRST))
    transactions.mined(receipt(FIRST))
    with store.transaction():
        store.tables.execute(sql)
    assert any(fault in found for found in verify.table_faults(store))


def test_sent_again__recorded_as_replaced__is_open_and_the_journal_agrees(
    transactions: Transactions, store: Store
) -> None:
    transactions.signed(INTENT, signed(FIRST))
    transactions.replaced(FIRST)
    assert transactions.pending(PAYER) == []
    transactions.sent_again(FIRST)
    assert [one.hash for one in transactions.pending(PAYER)] == [FIRST]
    assert verify.table_faults(store) == []
    assert events(store)[-1] == "transaction_sent_again"


def test_attempt__by_its_hash__is_of_whatever_intent(transactions: Transactions) -> None:
    assert transactions.attempt(FIRST) is None
    made = transactions.signed(INTENT, signed(FIRST))
    assert transactions.attempt(FIRST) == made


def test_signed__cannot_be_recorded__what_was_noted_of_its_intent_is_undone(
    transactions: Transactions, store: Store, journal: Journal
) -> None:
    transactions.signed(INTENT, signed(FIRST))
    uploads, other = Uploads(store, journal), Intent(Purpose.UPLOAD, "upload:2")
    with pytest.raises(DatabaseFailed):
        transactions.signed(
            other, signed(FIRST), lambda: uploads.requested(other, "TCB info", b"\x0c" * 32, 2000)
        )
    assert store.rows("SELECT * FROM uploads") == []
    assert events(store) == ["transaction_signed"]

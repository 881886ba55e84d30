"""What is uploaded, beside the transactions that do it."""

import pytest

from attestor.audit import verify
from attestor.core.fees import Fees
from attestor.core.transaction import Intent, Purpose, SignedTransaction
from attestor.store.database import Store
from attestor.store.journal import Journal, entries
from attestor.store.transactions import Transactions
from attestor.store.uploads import Uploads

INTENT = Intent(Purpose.UPLOAD, "upload:1")


@pytest.fixture
def uploads(store: Store, journal: Journal) -> Uploads:
    return Uploads(store, journal)


def request(uploads: Uploads) -> None:
    uploads.requested(INTENT, "TCB info", b"\x0c" * 32, 2000)


def test_requested__again__is_the_same_upload(store: Store, uploads: Uploads) -> None:
    request(uploads)
    request(uploads)
    assert [entry.event for entry in entries(store)] == ["upload_requested"]
    row = store.row("SELECT intent, name, valid_until FROM uploads")
    assert row == {"intent": "upload:1", "name": "TCB info", "valid_until": 2000}


def test_upload_history__two_attempts__shows_both(
    store: Store, journal: Journal, uploads: Uploads
) -> None:
    transactions = Transactions(store, journal)
    for number in (1, 2):
        sent = SignedTransaction(bytes([number]) * 32, b"", b"\x09" * 20, 4, 100, Fees(30, 10))
        transactions.signed(INTENT, sent, lambda: request(uploads))
    rows = store.rows("SELECT name, attempt, outcome FROM upload_history")
    assert rows == [
        {"name": "TCB info", "attempt": 1, "outcome": "pending"},
        {"name": "TCB info", "attempt": 2, "outcome": "pending"},
    ]


def test_journal__of_uploads__is_sound(store: Store, uploads: Uploads) -> None:
    request(uploads)
    uploads.failed("payer_empty", "no funds")
    assert verify.journal_faults(store) == verify.table_faults(store) == []
    assert [entry.event for entry in entries(store)][-1] == "collateral_failed"


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("UPDATE uploads SET name = 'another'", "name is 'another'"),
        ("DELETE FROM uploads", "missing"),
    ],
)
def test_table_faults__upload_changed_beside_the_journal__is_found(
    store: Store, uploads: Uploads, sql: str, fault: str
) -> None:
    request(uploads)
    with store.transaction():
        store.tables.execute(sql)
    assert any(fault in found for found in verify.table_faults(store))

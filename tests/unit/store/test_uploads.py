"""Uploads of collateral in the database."""

import pytest

from attestor.audit import verify
from attestor.core.fees import Fees
from attestor.core.transaction import Pending, Receipt, SignedTransaction
from attestor.store.database import Store
from attestor.store.journal import Journal, entries
from attestor.store.uploads import Uploads

PAYER = b"\x09" * 20
FIRST, SECOND = b"\x01" * 32, b"\x02" * 32


@pytest.fixture
def uploads(store: Store, journal: Journal) -> Uploads:
    return Uploads(store, journal)


def transaction(name: bytes, nonce: int) -> SignedTransaction:
    return SignedTransaction(name, b"raw", PAYER, nonce, 100, Fees(30, 10))


def sign(uploads: Uploads, name: bytes, nonce: int) -> None:
    uploads.signed("TCB info", b"\x0c" * 32, 2000, transaction(name, nonce))


def mine(uploads: Uploads, name: bytes, succeeded: bool = True) -> None:
    uploads.mined(Receipt(name, 9, b"\x09" * 32, succeeded, 90, 3))


def test_pending__newest_of_the_payer__is_what_a_next_one_outbids(uploads: Uploads) -> None:
    assert uploads.pending(PAYER) is None
    sign(uploads, FIRST, 4)
    sign(uploads, SECOND, 4)
    assert uploads.pending(PAYER) == Pending(SECOND, 4, Fees(30, 10))
    assert uploads.pending(b"\x08" * 20) is None
    assert uploads.unsettled(PAYER) == [(FIRST, 4), (SECOND, 4)]


def test_outcomes__each__settle_it(store: Store, uploads: Uploads) -> None:
    sign(uploads, FIRST, 4)
    sign(uploads, SECOND, 4)
    mine(uploads, SECOND, succeeded=False)
    uploads.replaced(FIRST)
    assert uploads.unsettled(PAYER) == []
    rows = store.rows("SELECT outcome, gas_used FROM uploads ORDER BY hash")
    assert rows == [
        {"outcome": "replaced", "gas_used": None},
        {"outcome": "reverted", "gas_used": 90},
    ]


def test_journal__of_uploads__is_sound_and_complete(store: Store, uploads: Uploads) -> None:
    sign(uploads, FIRST, 4)
    mine(uploads, FIRST)
    sign(uploads, SECOND, 5)
    uploads.replaced(SECOND)
    uploads.failed("payer_empty", "no funds")
    assert verify.journal_faults(store) == verify.table_faults(store) == []
    assert [entry.event for entry in entries(store)] == [
        "upload_signed",
        "upload_mined",
        "upload_signed",
        "upload_replaced",
        "upkeep_failed",
    ]


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("UPDATE uploads SET name = 'another'", "name is 'another'"),
        ("UPDATE uploads SET gas_used = 1", "gas_used is 1"),
        ("DELETE FROM uploads", "is missing"),
        ("DELETE FROM journal WHERE event = 'upload_mined'", "no journal entry of its outcome"),
    ],
)
def test_table_faults__upload_changed_beside_the_journal__is_found(
    store: Store, uploads: Uploads, sql: str, fault: str
) -> None:
    sign(uploads, FIRST, 4)
    mine(uploads, FIRST)
    with store.transaction():
        store.tables.execute(sql)
    assert any(fault in found for found in verify.table_faults(store))

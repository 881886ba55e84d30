"""A database in which one signer was registered and activated, and the registry's event of it."""

import sqlite3
from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from attestor.core.blocks import Block
from attestor.core.fees import Fees
from attestor.core.registration import Quoted, Registration, RegistrationEvent, RegistrationKind
from attestor.core.transaction import Receipt, SignedTransaction
from attestor.store.database import Store
from attestor.store.history import History
from attestor.store.journal import Journal
from attestor.store.signers import RegistrationRequest
from attestor.store.transactions import Transactions

SIGNER, STRANGER = b"\x01" * 20, b"\x02" * 20
REFERENCE = Block(7, b"\x07" * 32, b"\x06" * 32, 1000)
RAW = b"a quote"
TRANSACTION = b"\x44" * 32
MEASUREMENT = b"\x0a" * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database in which one signer was registered and activated."""
    store = Store.open(tmp_path / "attestor.sqlite")
    journal = Journal(store, lambda: 1_800_000_000.0)
    history, transactions = History(store, journal), Transactions(store, journal)
    history.signer_created(SIGNER)
    quoted = Quoted(
        hash=keccak(RAW),
        raw=RAW,
        signer=SIGNER,
        reference_block=7,
        reference_hash=b"\x07" * 32,
        measurement=MEASUREMENT,
        deadline=2000,
        possession=b"possession",
        provider="simulated",
        simulated=True,
        tcb_status="UpToDate",
    )
    history.quote_made(quoted)
    signed = SignedTransaction(TRANSACTION, b"raw", b"\x09" * 20, 0, 100, Fees(3, 1))
    request = RegistrationRequest.of(quoted, RegistrationKind.ADMISSION)
    transactions.signed(request.intent, signed, lambda: history.requested(request, b"signed"))
    transactions.mined(Receipt(TRANSACTION, 9, b"\x09" * 32, True, 90, 3))
    (attempt,) = transactions.attempts(request.intent.name)
    history.activated(attempt, None, Registration(1010, 4610, MEASUREMENT), REFERENCE)
    store.close()
    return tmp_path / "attestor.sqlite"


def event(**changes: object) -> RegistrationEvent:
    fields = {
        "signer": SIGNER,
        "measurement": MEASUREMENT,
        "signed_hash": keccak(b"signed"),
        "reference_block": 7,
        "reference_hash": b"\x07" * 32,
        "valid_until": 4610,
        "block_number": 9,
        "transaction_hash": TRANSACTION,
        "platform": b"\x0b" * 32,
        "admission": 7,
        "fmspc": b"fmspc!",
        **changes,
    }
    return RegistrationEvent(**fields)  # type: ignore[arg-type]


def tamper(path: Path, sql: str) -> Store:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute(sql)
    connection.commit()
    connection.close()
    return Store.open_to_read(path)

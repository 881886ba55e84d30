"""What became of transactions by the history, against the chain."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from unit.audit.conftest import TRANSACTION, tamper

from attestor.audit import outcomes
from attestor.core.transaction import Receipt
from attestor.store.database import Store
from attestor.store.journal import Journal
from attestor.store.transactions import Transactions

pytestmark = pytest.mark.slow

MINED = Receipt(TRANSACTION, 9, b"\x09" * 32, True, 90, 3)
ELSEWHERE = replace(MINED, block_number=11, block_hash=b"\x11" * 32)
Check = Callable[..., list[str]]


@pytest.fixture
def check(path: Path) -> Check:
    def faults(receipt: Receipt | None, stands: bytes | None = MINED.block_hash) -> list[str]:
        store = Store.open_to_read(path)
        try:
            return outcomes.chain_faults(store, lambda name: receipt, lambda number: stands)
        finally:
            store.close()

    return faults


def replaced(path: Path) -> None:
    store = Store.open(path)
    Transactions(store, Journal(store, float)).replaced(TRANSACTION)
    store.close()


def test_chain_faults__chain_says_the_same__none(check: Check) -> None:
    assert check(MINED) == []


@pytest.mark.parametrize(
    ("receipt", "expected"),
    [
        (replace(MINED, succeeded=False), "outcome is succeeded, the chain says reverted"),
        (ELSEWHERE, "block_number is 9, the chain says 11"),
        (replace(MINED, gas_used=91), "gas_used is 90, the chain says 91"),
        (replace(MINED, effective_gas_price=4), "effective_gas_price is 3, the chain says 4"),
        (None, "on record as succeeded in block 9, the chain has no receipt of it"),
    ],
)
def test_chain_faults__chain_says_otherwise__is_named(
    check: Check, receipt: Receipt | None, expected: str
) -> None:
    assert expected in check(receipt)[0]


@pytest.mark.parametrize("stands", [b"\x66" * 32, None])
def test_chain_faults__block_was_replaced__is_no_fault(check: Check, stands: bytes | None) -> None:
    assert check(ELSEWHERE, stands) == []
    assert check(None, stands) == []


def test_chain_faults__block_was_replaced_and_it_reverted__is_named(check: Check) -> None:
    (fault,) = check(replace(ELSEWHERE, succeeded=False), b"\x66" * 32)
    assert "outcome is succeeded, the chain says reverted" in fault


def test_chain_faults__replaced_and_mined_on_chain__is_named(check: Check, path: Path) -> None:
    replaced(path)
    assert check(None) == []
    (fault,) = check(ELSEWHERE)
    assert "on record as replaced, the chain says succeeded in block 11" in fault


def test_chain_faults__outcome_is_open__is_none(check: Check, path: Path) -> None:
    tamper(path, "UPDATE transactions SET outcome = 'pending', block_hash = NULL").close()
    assert check(MINED) == []

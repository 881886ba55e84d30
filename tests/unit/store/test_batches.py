"""Signed batches in the history, and what an audit finds of them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from attestor.audit import report, verify
from attestor.core.avs.poe import Poe
from attestor.core.execution import ExecutorBuild
from attestor.core.scroll.evidence import Evidence
from attestor.store.batches import Batches, BatchRecord
from attestor.store.database import Store
from attestor.store.journal import Journal, entries

RECORD = BatchRecord(
    chain_id=534352,
    index=326800,
    codec_version=4,
    first_block=9850414,
    last_block=9850527,
    first_block_hash=b"\x01" * 32,
    last_block_hash=b"\x02" * 32,
    transactions=300,
    l1_messages=2,
    gas_used=90_000_000,
    bound_by="challenge recomputed from the transactions",
    evidence=Evidence((b"blob",), (b"\x03" * 32,), 326800, b"\x04" * 32),
    context_hash=b"\x05" * 32,
    poe=Poe(*(bytes([16 + place]) * 32 for place in range(5))),
    signature=b"\x06" * 65,
    signer=b"\x07" * 20,
    provider="configfs",
    simulated=False,
    executor=ExecutorBuild.RECORDED,
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "avs.sqlite")


def keep(store: Store, *records: BatchRecord) -> None:
    batches = Batches(store, Journal(store, lambda: 1_900_000_000.0))
    for record in records:
        batches.signed(record)


def test_signed__batch__is_in_table_and_journal(store: Store) -> None:
    keep(store, RECORD)
    (row,) = report.batches(store)
    assert (row["program"], row["batch_index"]) == ("scroll", 326800)
    assert row["batch_hash"] == "0x" + "10" * 32
    assert (row["prev_state_root"], row["withdraw_root"]) == ("0x" + "12" * 32, "0x" + "14" * 32)
    assert json.loads(row["evidence"]) == {
        "versioned_hashes": ["0x" + "03" * 32],
        "blobs": 1,
        "index": 326800,
        "batch_hash": "0x" + "04" * 32,
    }
    (entry,) = entries(store)
    assert (entry.event, entry.signer) == ("batch_signed", "0x" + "07" * 20)
    assert verify.table_faults(store) == []
    assert verify.journal_faults(store) == []


def test_signed__a_second_time__changes_nothing(store: Store) -> None:
    keep(store, RECORD, RECORD, replace(RECORD, context_hash=b"\x09" * 32))
    assert len(report.batches(store)) == 2


@pytest.mark.parametrize("column", ["new_state_root", "batch_index", "signature", "evidence"])
def test_table_faults__batch_that_was_changed__is_named(store: Store, column: str) -> None:
    keep(store, RECORD)
    changed = {"batch_index": 1, "evidence": "{}"}.get(column, "0x00")
    store.update("batches", 1, **{column: changed})
    (fault,) = verify.table_faults(store)
    assert f"batches row 1: {column}" in fault


def test_table_faults__batch_that_was_removed__is_named(store: Store) -> None:
    keep(store, RECORD)
    store.execute("DELETE FROM batches")
    (fault,) = verify.table_faults(store)
    assert "batches row 1 is missing" in fault


def test_as_table__batches__show_their_columns(store: Store) -> None:
    keep(store, RECORD)
    lines = report.as_table(report.batches(store), report.BATCH_COLUMNS).splitlines()
    assert len(lines) == 2
    assert "326800" in lines[1]

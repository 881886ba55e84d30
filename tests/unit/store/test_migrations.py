"""A database that an earlier attestor wrote is taken over, with its journal unbroken."""

from pathlib import Path

import pytest

from attestor.audit import verify
from attestor.core.cross_check import Timing
from attestor.core.execution import Engine
from attestor.core.proof import Proof
from attestor.core.verifying_key import VerifyingKey
from attestor.store.database import Store
from attestor.store.history import History
from attestor.store.jobs import Jobs
from attestor.store.journal import Journal, entries
from attestor.store.schema import INITIAL, MIGRATIONS

SIGNER = b"\x01" * 20
KEY = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))
EVIDENCE = {
    "program_vkey": "0x01",
    "vk_hash_bytes": "0x02",
    "digest": "0x03",
    "signature": "0x04",
    "cycles": 7,
}


def keep_proof(store: Store, journal: Journal, job: str, engine: str) -> None:
    """As version 1 kept it."""
    evidence = {**EVIDENCE, "engine": engine}
    with store.transaction():
        store.tables.table("programs").upsert({"sha256": "aa", "size": 1}, pk="sha256")
        row = {"id": job, "program": "aa", "stdin_sha256": "bb", "state": "done"}
        store.insert("jobs", {**row, "created_at": "x"})
        signer = "0x" + SIGNER.hex()
        kept = {"job": job, "signer": signer, "created_at": "x", "public_values": b"v"}
        store.insert("proofs", {**kept, **evidence})
        journal.append("proof_signed", SIGNER, job=job, **evidence)


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "attestor.sqlite"
    with monkeypatch.context() as patch:
        patch.setattr("attestor.store.database.MIGRATIONS", (INITIAL,))
        store = Store.open(path)
        journal = Journal(store, lambda: 1_800_000_000.0)
        History(store, journal).signer_created(SIGNER)
        keep_proof(store, journal, "old", "sp1-portable")
        keep_proof(store, journal, "odd", "another")
        assert store.rows("PRAGMA user_version") == [{"user_version": 1}]
        store.close()
    return path


def test_open__database_of_version_1__proofs_say_what_was_checked(old: Path) -> None:
    store = Store.open(old)
    assert store.rows("PRAGMA user_version") == [{"user_version": len(MIGRATIONS)}]
    rows = store.rows("SELECT job, confirmation, finding FROM proof_history ORDER BY job")
    assert rows == [
        {"job": "odd", "confirmation": "not_checked", "finding": None},
        {"job": "old", "confirmation": "not_needed", "finding": None},
    ]


def test_open__database_of_version_1__journal_and_tables_stay_sound(old: Path) -> None:
    store = Store.open(old)
    assert verify.journal_faults(store) == []
    assert verify.table_faults(store) == []


def test_open__database_of_version_1__the_chain_goes_on(old: Path) -> None:
    store = Store.open(old)
    before = list(entries(store))
    jobs = Jobs(store, Journal(store, lambda: 1_800_000_001.0))
    jobs.add("new", b"elf", [])
    jobs.take()
    jobs.finish("new", Proof(SIGNER, KEY, b"v", b"d", b"s", 9, Engine.ATTESTOR, Timing.AFTER))
    jobs.close_pending("gone")
    after = list(entries(store))
    assert after[: len(before)] == before
    assert [entry.event for entry in after[len(before) :]] == ["proof_signed", "proof_confirmed"]
    assert verify.journal_faults(store) == []
    assert verify.table_faults(store) == []

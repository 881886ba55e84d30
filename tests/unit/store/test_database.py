"""Opening, migrating and writing the database."""

import sqlite3
import stat
import threading
from contextlib import suppress
from pathlib import Path

import pytest

from attestor.errors import DatabaseFailed, DatabaseInvalid, DatabaseReadOnly
from attestor.store.database import Store
from attestor.store.job_migrations import JOB_MIGRATIONS
from attestor.store.migrations import MIGRATIONS
from attestor.store.opening import JOBS


def test_open__new_file__has_the_tables_and_the_version(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "deep" / "a.sqlite")
    names = {row["name"] for row in store.rows("SELECT name FROM sqlite_master")}
    assert {"journal", "signers", "quotes", "transactions", "registrations"} <= names
    assert {"proofs", "disagreements", "registration_history", "proof_history"} <= names
    assert store.rows("PRAGMA user_version") == [{"user_version": len(MIGRATIONS)}]


def test_open__new_file__is_private_durable_and_keyed(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "a.sqlite")
    assert stat.S_IMODE((tmp_path / "a.sqlite").stat().st_mode) == 0o600
    assert store.rows("PRAGMA journal_mode") == [{"journal_mode": "wal"}]
    assert store.rows("PRAGMA synchronous") == [{"synchronous": 2}]
    assert store.rows("PRAGMA foreign_keys") == [{"foreign_keys": 1}]


def test_open__jobs__has_its_own_tables_and_does_not_wait_for_the_disk(tmp_path: Path) -> None:
    jobs_store = Store.open(tmp_path / "jobs.sqlite", JOBS)
    names = {row["name"] for row in jobs_store.rows("SELECT name FROM sqlite_master")}
    assert {"programs", "jobs", "stdin_entries", "results"} <= names
    assert "journal" not in names
    assert jobs_store.rows("PRAGMA user_version") == [{"user_version": len(JOB_MIGRATIONS)}]
    assert jobs_store.tables.execute("PRAGMA synchronous").fetchone() == (1,)


def test_open__again__keeps_what_was_written(tmp_path: Path) -> None:
    jobs_store = Store.open(tmp_path / "a.sqlite", JOBS)
    with jobs_store.transaction():
        jobs_store.insert("programs", {"sha256": "aa", "size": 1})
    jobs_store.close()
    assert Store.open(tmp_path / "a.sqlite", JOBS).row("SELECT size FROM programs") == {"size": 1}


def test_open__newer_version__is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.sqlite"
    store = Store.open(path)
    store.rows("SELECT 1")
    store.close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    with pytest.raises(DatabaseInvalid, match="newer attestor"):
        Store.open(path)
    with pytest.raises(DatabaseInvalid, match="expected"):
        Store.open_to_read(path)


@pytest.mark.parametrize(
    "content", [b"not a database at all" * 100, b"SQLite format 3\x00" + b"x" * 200]
)
def test_open__damaged_file__is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.sqlite"
    path.write_bytes(content)
    with pytest.raises(DatabaseInvalid, match="cannot use the database"):
        Store.open(path)
    assert path.read_bytes() == content


def test_open__a_folder_in_the_way__is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").mkdir()
    with pytest.raises(DatabaseInvalid, match="cannot use the database"):
        Store.open(tmp_path / "a.sqlite")


def test_open_to_read__missing_file__is_not_made(tmp_path: Path) -> None:
    with pytest.raises(DatabaseInvalid, match="no database at"):
        Store.open_to_read(tmp_path / "a.sqlite")
    assert not (tmp_path / "a.sqlite").exists()


def test_open_to_read__write__fails(tmp_path: Path) -> None:
    Store.open(tmp_path / "a.sqlite", JOBS).close()
    reader = Store.open_to_read(tmp_path / "a.sqlite", JOBS)
    with pytest.raises(DatabaseReadOnly), reader.transaction():
        reader.insert("programs", {"sha256": "aa", "size": 1})


def test_open_to_read__while_another_writes__sees_the_last_commit(tmp_path: Path) -> None:
    writer = Store.open(tmp_path / "a.sqlite", JOBS)
    reader = Store.open_to_read(tmp_path / "a.sqlite", JOBS)
    with writer.transaction():
        writer.insert("programs", {"sha256": "aa", "size": 1})
        assert reader.row("SELECT * FROM programs") is None
    assert reader.row("SELECT sha256 FROM programs") == {"sha256": "aa"}


def test_transaction__error_inside__undoes_all_of_it(jobs_store: Store) -> None:
    with pytest.raises(RuntimeError, match="boom"), jobs_store.transaction():
        jobs_store.insert("programs", {"sha256": "aa", "size": 1})
        raise RuntimeError("boom")
    assert jobs_store.rows("SELECT * FROM programs") == []
    with jobs_store.transaction():
        jobs_store.insert("programs", {"sha256": "bb", "size": 1})


def test_transaction__broken_reference__is_typed_and_undone(jobs_store: Store) -> None:
    with pytest.raises(DatabaseFailed, match="FOREIGN KEY"), jobs_store.transaction():
        jobs_store.insert("stdin_entries", {"job": "nobody", "position": 0, "data": b""})
    assert jobs_store.rows("SELECT * FROM stdin_entries") == []


def test_transaction__wrong_type__is_refused_by_the_strict_table(jobs_store: Store) -> None:
    with pytest.raises(DatabaseFailed, match="cannot store"), jobs_store.transaction():
        jobs_store.insert("programs", {"sha256": "aa", "size": "many"})


def test_transaction__many_threads__lose_nothing(jobs_store: Store) -> None:
    def write(worker: int) -> None:
        for number in range(20):
            with jobs_store.transaction():
                jobs_store.insert("programs", {"sha256": f"{worker}-{number}", "size": number})

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert jobs_store.row("SELECT count(*) AS n FROM programs") == {"n": 80}


def test_rows__bad_sql__is_typed(store: Store) -> None:
    with pytest.raises(DatabaseFailed, match="no such table"):
        store.rows("SELECT * FROM nowhere")


def test_transaction__inside_of_another__is_kept_with_it_or_not_at_all(store: Store) -> None:
    def insert(address: str) -> None:
        with store.transaction():
            store.insert("signers", {"address": address, "created_at": "x", "stage": "created"})

    with store.transaction():
        insert("0x01")
        insert("0x02")
    assert len(store.rows("SELECT * FROM signers")) == 2
    with pytest.raises(KeyError), store.transaction():
        insert("0x03")
        raise KeyError
    assert len(store.rows("SELECT * FROM signers")) == 2


def test_transaction__one_inside_fails_and_nobody_cares__nothing_is_kept(store: Store) -> None:
    row = {"address": "0x01", "created_at": "x", "stage": "created"}
    failed = pytest.raises(DatabaseFailed, match="a part of what was to be written")
    with failed, store.transaction():
        store.insert("signers", row)
        with suppress(DatabaseFailed), store.transaction():
            store.insert("signers", row)
    assert store.rows("SELECT * FROM signers") == []
    with store.transaction():
        store.insert("signers", row)
    assert len(store.rows("SELECT * FROM signers")) == 1


def test_transaction__database_closed_under_it__is_a_typed_error(store: Store) -> None:
    with pytest.raises(DatabaseFailed), store.transaction():
        store.close()


def test_close__write_ahead_log__is_emptied_into_the_file(jobs_store: Store) -> None:
    with jobs_store.transaction():
        jobs_store.insert("programs", {"sha256": "aa", "size": 1})
    assert jobs_store.row("SELECT sha256 FROM programs") == {"sha256": "aa"}
    jobs_store.close()
    assert [path.name for path in jobs_store.path.parent.iterdir()] == [jobs_store.path.name]

"""One process has a database."""

import threading
from pathlib import Path

import pytest

from attestor.errors import DatabaseGone, DatabaseInvalid
from attestor.store.database import Store
from attestor.store.lock import DatabaseLock, lock_database, require_free


def test_lock_database__held__the_second_is_told_until_it_is_free(tmp_path: Path) -> None:
    database, link = tmp_path / "attestor.sqlite", tmp_path / "link.sqlite"
    database.touch()
    link.symlink_to(database)
    with lock_database(database):
        for name in (database, link):
            with pytest.raises(DatabaseInvalid, match="another attestor runs with"):
                lock_database(name)
            with pytest.raises(DatabaseInvalid, match="another attestor runs with"):
                require_free(name)
    require_free(link)
    lock_database(link).close()


UPLOAD = {"name": "", "content_hash": "", "valid_until": 0, "created_at": ""}


def lock_of(database: Path) -> Path:
    return database.with_name(database.name + ".lock")


def write(store: Store) -> None:
    with store.transaction():
        store.insert("uploads", {**UPLOAD, "intent": f"{len(rows(store)):02}"})


def rows(store: Store) -> list[object]:
    return [row["intent"] for row in store.rows("SELECT intent FROM uploads")]


def opened(database: Path) -> tuple[DatabaseLock, Store]:
    lock = lock_database(database)
    return lock, Store.open(database, lock=lock)


@pytest.mark.parametrize("replaced", [False, True])
def test_lock__file_is_removed__is_made_again_and_keeps_others_out(
    tmp_path: Path, replaced: bool
) -> None:
    """Somebody takes it for the rest of a crash."""
    database = tmp_path / "attestor.sqlite"
    lock, store = opened(database)
    lock_of(database).unlink()
    if replaced:
        lock_of(database).touch()
    assert store.look() is None
    with pytest.raises(DatabaseInvalid, match="another attestor runs with"):
        lock_database(database)
    store.close()
    lock.close()
    lock_database(database).close()


def test_lock__file_is_removed_and_taken_by_another__nothing_is_committed_any_more(
    tmp_path: Path,
) -> None:
    """Also once that has ended: what it wrote is not what this one remembers."""
    database = tmp_path / "attestor.sqlite"
    lock, store = opened(database)
    write(store)
    lock_of(database).unlink()
    with lock_database(database):
        assert isinstance(store.look(), DatabaseGone)
        with pytest.raises(DatabaseGone, match="another attestor has taken the database, as proc"):
            write(store)
    with pytest.raises(DatabaseGone, match="another attestor has taken the database"):
        write(store)
    assert isinstance(store.look(), DatabaseGone)
    assert rows(store) == ["00"]
    # A third one may have it: the first does not.
    lock_database(database).close()
    store.close()
    lock.close()


def test_lock__file_is_removed_while_doctor_looks__is_had_again(tmp_path: Path) -> None:
    database = tmp_path / "attestor.sqlite"
    lock, store = opened(database)
    lock_of(database).unlink()
    lock_of(database).touch()
    require_free(database)
    write(store)
    assert rows(store) == ["00"]
    with pytest.raises(DatabaseInvalid, match="another attestor runs with"):
        require_free(database)
    store.close()
    lock.close()


def test_lock__file_cannot_be_made_again__is_told_until_it_can(tmp_path: Path) -> None:
    database = tmp_path / "attestor.sqlite"
    lock, store = opened(database)
    lock_of(database).unlink()
    lock_of(database).mkdir()
    with pytest.raises(DatabaseGone, match="cannot be made: Is a directory"):
        write(store)
    lock_of(database).rmdir()
    write(store)
    assert rows(store) == ["00"]
    assert store.fault is None
    store.close()
    lock.close()


def test_lock_database__other_that_ends_in_time__is_waited_for(tmp_path: Path) -> None:
    database = tmp_path / "attestor.sqlite"
    held = lock_database(database)
    timer = threading.Timer(0.2, held.close)
    timer.start()
    lock_database(database, patience=30.0).close()
    timer.join()

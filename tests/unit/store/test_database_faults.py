"""What SQLite cannot do at the moment: typed, nothing half-written, and well again by itself."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from unit.store.test_history import ONE, activated, events, submitted, transaction_hash

from attestor.core.blocks import Block
from attestor.errors import (
    AttestorError,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseDiskFailed,
    DatabaseFailed,
    DatabaseFull,
    DatabaseGone,
    DatabaseReadOnly,
    Fatal,
    Transient,
)
from attestor.store import database
from attestor.store.database import Store
from attestor.store.faults import typed
from attestor.store.history import History

pytestmark = pytest.mark.slow

BIG = "x" * 200_000
HEAD = Block(12, b"\x12" * 32, b"\x11" * 32, 1060)


@pytest.fixture(autouse=True)
def short_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.05)


@pytest.fixture
def other(store: Store) -> Iterator[sqlite3.Connection]:
    """Another program that has the file open."""
    connection = sqlite3.connect(store.path, isolation_level=None, check_same_thread=False)
    yield connection
    connection.close()


def upload(name: str, text: str = "") -> dict[str, Any]:
    """A row of some table, as large as `text`."""
    return {
        "intent": name,
        "name": "",
        "content_hash": text,
        "valid_until": 0,
        "created_at": "",
    }


def insert(store: Store, name: str, text: str = "") -> None:
    with store.transaction():
        store.insert("uploads", upload(name, text))


def names(store: Store) -> list[str]:
    return [row["intent"] for row in store.rows("SELECT intent FROM uploads ORDER BY intent")]


def fill(store: Store) -> Callable[[], None]:
    """No page can be added; what undoes it."""
    pages = store.tables.execute("PRAGMA page_count").fetchone()[0]
    store.tables.execute(f"PRAGMA max_page_count = {pages}")

    def make_space() -> None:
        store.tables.execute("PRAGMA max_page_count = 1000000")

    return make_space


def test_transaction__database_is_full__is_typed_undone_and_well_once_there_is_space(
    store: Store,
) -> None:
    insert(store, "before")
    make_space = fill(store)
    for _ in range(3):
        with pytest.raises(DatabaseFull, match="full"), store.transaction():
            store.insert("uploads", upload("small"))
            store.insert("uploads", upload("big", BIG))
        assert names(store) == ["before"]
        with store.transaction():
            pass  # Shows nothing.
        assert isinstance(store.fault, DatabaseFull)
    make_space()
    insert(store, "big", BIG)
    assert names(store) == ["before", "big"]
    assert store.fault is None


def test_transaction__full_inside_of_another__is_named_as_that(store: Store) -> None:
    fill(store)
    with pytest.raises(DatabaseFull), store.transaction():
        insert(store, "small")
        insert(store, "big", BIG)
    assert names(store) == []


def test_transaction__after_sqlite_rolled_back_itself__its_cause_is_told(store: Store) -> None:
    """Nothing is left to undo then, and the attempt to must not hide why."""
    with pytest.raises(DatabaseFull), store.transaction():
        store.insert("uploads", upload("aa"))
        try:
            fill(store)
            store.insert("uploads", upload("bb", BIG))
        except sqlite3.Error:
            if store.tables.conn.in_transaction:
                store.tables.execute("ROLLBACK")
            raise
    assert names(store) == []


def test_error__told_to_clients__names_no_path(store: Store) -> None:
    fill(store)
    with pytest.raises(DatabaseFull) as raised:
        insert(store, "big", BIG)
    assert str(store.path) not in str(raised.value)
    assert raised.value.hint is not None


@pytest.mark.parametrize("step", ["paused", "reorged", "retired", "step_failed"])
def test_history__step_that_cannot_be_noted__was_not_done(
    history: History, store: Store, step: str
) -> None:
    activated(history, ONE)
    noted, active = events(store), history.active()
    reason = "why" * 100_000
    steps: dict[str, Callable[[], None]] = {
        "paused": lambda: history.paused(ONE, reason, HEAD),
        "reorged": lambda: history.reorged(transaction_hash(ONE), HEAD),
        "retired": lambda: history.retired(ONE, reason),
        "step_failed": lambda: history.step_failed(ONE, "follow", "rpc_error", reason),
    }
    make_space = fill(store)
    # Rows fit into what is left of a page until they do not.
    with pytest.raises(DatabaseFull):
        for _ in range(100):
            if step == "reorged":
                insert(store, f"{len(names(store))}", "y" * 1000)
            else:
                steps[step]()
    assert [event for event in events(store) if event not in noted] == []
    assert history.active() == active
    make_space()
    steps[step]()
    assert len(events(store)) == len(noted) + 1


def test_transaction__another_program_writes__is_busy_and_reading_goes_on(
    store: Store, other: sqlite3.Connection
) -> None:
    insert(store, "before")
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy, match="locked"):
        insert(store, "meanwhile")
    assert names(store) == ["before"]
    assert isinstance(store.fault, DatabaseBusy)
    other.execute("ROLLBACK")
    insert(store, "later")
    assert store.fault is None


def test_transaction__other_program_lets_go_in_time__goes_on(
    store: Store, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 30.0)
    other.execute("BEGIN IMMEDIATE")
    writer = threading.Thread(target=insert, args=(store, "patient"))
    writer.start()
    assert names(store) == [], "what is read waits for nobody"
    other.execute("COMMIT")
    writer.join(10)
    assert names(store) == ["patient"]


def test_transaction__known_to_be_busy__those_who_ask_do_not_queue_up(
    store: Store, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy):
        insert(store, "first")
    monkeypatch.setattr(database, "BUSY_SECONDS", 3600.0)
    monkeypatch.setattr(database, "BUSY_AGAIN_SECONDS", 0.01)
    with pytest.raises(DatabaseBusy):
        insert(store, "second")


def test_close__somebody_waits_to_write__it_gives_up_at_once(
    store: Store, other: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 3600.0)
    other.execute("BEGIN IMMEDIATE")
    raised: list[AttestorError] = []

    def write() -> None:
        try:
            insert(store, "patient")
        except AttestorError as error:
            raised.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    store.close()
    writer.join(10)
    assert not writer.is_alive()
    assert len(raised) == 1


def test_transaction__file_is_read_only__is_typed_and_well_again(store: Store) -> None:
    store.tables.execute("PRAGMA query_only = ON")
    with pytest.raises(DatabaseReadOnly):
        insert(store, "aa")
    store.tables.execute("PRAGMA query_only = OFF")
    insert(store, "aa")
    assert names(store) == ["aa"]


@pytest.mark.parametrize("name", ["", "-wal"])
@pytest.mark.parametrize("replaced", [False, True])
def test_transaction__file_is_removed_or_replaced__is_typed_undone_and_well_once_it_is_back(
    store: Store, tmp_path: Path, name: str, replaced: bool
) -> None:
    """SQLite would write on into what nobody will ever read."""
    insert(store, "aa")
    place = Path(f"{store.path}{name}")
    kept = place.rename(tmp_path / "kept")
    if replaced:
        place.write_bytes(kept.read_bytes())
    assert isinstance(store.look(), DatabaseGone)
    for _ in range(2):
        with pytest.raises(DatabaseGone, match="replaced" if replaced else "no longer"):
            insert(store, "bb")
    kept.rename(place)
    store.probe()
    assert store.look() is None
    insert(store, "cc")
    assert names(store) == ["aa", "cc"]


def test_transaction__file_is_emptied__is_typed(store: Store) -> None:
    """By a shell's `> FILE`: SQLite would go on with what it has of it."""
    insert(store, "aa")
    content = store.path.read_bytes()
    with store.path.open("r+b") as file:
        file.truncate()
        with pytest.raises(DatabaseGone, match="cut off"):
            insert(store, "bb")
        file.write(content)
    insert(store, "cc")
    assert names(store) == ["aa", "cc"]


def test_transaction__folder_is_taken_away_meanwhile__nothing_of_it_is_kept(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    store = Store.open(folder / "attestor.sqlite")
    assert names(store) == []
    with pytest.raises(DatabaseGone), store.transaction():
        store.insert("uploads", upload("aa"))
        folder.rename(tmp_path / "there")
    assert names(store) == []


def test_transaction__opened_by_a_link__is_that_of_the_file_it_leads_to(
    store: Store, tmp_path: Path
) -> None:
    link = tmp_path / "link.sqlite"
    link.symlink_to(store.path)
    other = Store.open(link)
    insert(other, "aa")
    assert names(store) == ["aa"]
    other.close()
    insert(store, "bb")


def test_rows__pages_overwritten__is_damage_and_ends_the_daemon(store: Store) -> None:
    insert(store, "aa", BIG)
    store.close()
    content = bytearray(store.path.read_bytes())
    content[4096:] = b"\x5a" * (len(content) - 4096)
    store.path.write_bytes(content)
    damaged = Store.open_to_read(store.path)
    with pytest.raises(DatabaseDamaged) as raised:
        damaged.rows("SELECT * FROM uploads")
    assert isinstance(raised.value, Fatal)


def test_check__sound_and_damaged__is_told(store: Store) -> None:
    for number in range(50):
        insert(store, f"{number}", "z" * 3000)
    store.check()
    store.close()
    content = bytearray(store.path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 4096] = b"\x5a" * 4096
    store.path.write_bytes(content)
    with pytest.raises(DatabaseDamaged, match="damaged|cannot check the database"):
        store.check()


def test_probe__after_a_fault__clears_it_once_it_can_be_written(
    store: Store, other: sqlite3.Connection
) -> None:
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy):
        store.probe()
    other.execute("ROLLBACK")
    store.probe()
    assert store.fault is None
    assert Store.open(store.path).fault is None


CODES = sorted(
    (name, getattr(sqlite3, name)) for name in dir(sqlite3) if name.startswith("SQLITE_IOERR")
)


@pytest.mark.parametrize(("name", "code"), CODES)
def test_typed__every_fault_of_the_disk__passes(name: str, code: int) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = code
    assert type(typed(error, "x")) is DatabaseDiskFailed


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_BUSY_SNAPSHOT, DatabaseBusy),
        (sqlite3.SQLITE_BUSY_RECOVERY, DatabaseBusy),
        (sqlite3.SQLITE_LOCKED_SHAREDCACHE, DatabaseBusy),
        (sqlite3.SQLITE_READONLY_DBMOVED, DatabaseReadOnly),
        (sqlite3.SQLITE_READONLY_CANTLOCK, DatabaseReadOnly),
        (sqlite3.SQLITE_CANTOPEN_FULLPATH, DatabaseDiskFailed),
        (sqlite3.SQLITE_CORRUPT_INDEX, DatabaseDamaged),
        (sqlite3.SQLITE_NOTADB, DatabaseDamaged),
        (sqlite3.SQLITE_CONSTRAINT_UNIQUE, DatabaseFailed),
        (sqlite3.SQLITE_ERROR, DatabaseFailed),
    ],
)
def test_typed__extended_codes__are_of_their_kind(code: int, kind: type[AttestorError]) -> None:
    error = sqlite3.DatabaseError("what")
    error.sqlite_errorcode = code
    assert type(typed(error, "x")) is kind
    assert issubclass(kind, Transient if kind not in (DatabaseDamaged, DatabaseFailed) else Fatal)


def test_typed__undoing_failed_after_the_fault__tells_the_fault() -> None:
    full, undone = sqlite3.OperationalError("full"), sqlite3.OperationalError("no such savepoint")
    full.sqlite_errorcode, undone.sqlite_errorcode = sqlite3.SQLITE_FULL, sqlite3.SQLITE_ERROR
    undone.__context__ = full
    assert type(typed(undone, "x")) is DatabaseFull


def test_open__another_program_migrates_for_long__is_busy_not_misconfigured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "attestor.sqlite"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr("attestor.store.opening.OPEN_BUSY_MS", 10)
    with pytest.raises(DatabaseBusy, match="locked"):
        Store.open(path)
    holder.execute("ROLLBACK")
    holder.close()
    Store.open(path).close()


def test_submitted__full_while_the_request_is_noted__neither_is_kept(
    history: History, store: Store
) -> None:
    insert(store, "ballast", BIG)
    fill(store)
    with pytest.raises(DatabaseFull):
        for number in range(1, 200):
            submitted(history, bytes([number]) * 20)
    requests = store.rows("SELECT intent FROM registration_requests ORDER BY intent")
    sent = store.rows("SELECT intent FROM transactions ORDER BY intent")
    assert requests == sent

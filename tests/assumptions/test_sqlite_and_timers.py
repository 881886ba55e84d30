"""Facts about SQLite, sqlite-utils, APScheduler and waiting that our code is built around."""

import asyncio
import sqlite3
import sysconfig
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlite_utils
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b BLOB) STRICT")
    return tmp_path / "a.sqlite"


def opened(path: Path, **options: object) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, timeout=0, **options)  # type: ignore[call-overload,no-any-return]


def test_sqlite__errors__carry_their_code() -> None:
    """Why store.faults can tell a full disk from a defect."""
    connection = opened(Path(":memory:"))
    with pytest.raises(sqlite3.OperationalError) as raised:
        connection.execute("SELECT * FROM nowhere")
    assert raised.value.sqlite_errorcode == sqlite3.SQLITE_ERROR


def test_sqlite__full_in_a_transaction__may_leave_it_open_or_not_and_says_which(path: Path) -> None:
    """Why the store asks `in_transaction` before it rolls back."""
    connection = opened(path)
    connection.execute("PRAGMA max_page_count = 2")
    connection.execute("BEGIN IMMEDIATE")
    with pytest.raises(sqlite3.OperationalError) as raised:
        connection.execute("INSERT INTO t VALUES (1, zeroblob(100000))")
    assert raised.value.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL
    if connection.in_transaction:
        connection.execute("ROLLBACK")
    with pytest.raises(sqlite3.OperationalError, match="no transaction is active"):
        connection.execute("ROLLBACK")


def test_sqlite__deferred_transaction_that_read__cannot_write_after_another_did(path: Path) -> None:
    """Why every transaction is BEGIN IMMEDIATE: no waiting would help."""
    one, other = opened(path), opened(path)
    one.execute("PRAGMA busy_timeout = 60000")
    one.execute("BEGIN")
    one.execute("SELECT * FROM t").fetchall()
    other.execute("INSERT INTO t VALUES (1, x'00')")
    began = time.monotonic()
    with pytest.raises(sqlite3.OperationalError) as raised:
        one.execute("INSERT INTO t VALUES (2, x'00')")
    assert raised.value.sqlite_errorcode == sqlite3.SQLITE_BUSY_SNAPSHOT
    assert time.monotonic() - began < 30


def test_sqlite__wal__a_reader_does_not_wait_for_the_writer(path: Path) -> None:
    """Why what is read has a connection of its own."""
    writer, reader = opened(path), opened(path)
    writer.execute("BEGIN IMMEDIATE")
    writer.execute("INSERT INTO t VALUES (1, x'00')")
    assert reader.execute("SELECT count(*) FROM t").fetchone() == (0,)
    writer.execute("COMMIT")
    assert reader.execute("SELECT count(*) FROM t").fetchone() == (1,)


def test_sqlite__last_connection_is_read_only__leaves_the_write_ahead_log(path: Path) -> None:
    """Why the connection that writes is closed last."""
    writer = opened(path)
    reader = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    writer.execute("INSERT INTO t VALUES (1, x'00')")
    reader.execute("SELECT * FROM t").fetchall()
    writer.close()
    reader.close()
    assert path.with_name("a.sqlite-wal").exists()


def test_sqlite__user_version_set_to_what_it_is__is_written_all_the_same(path: Path) -> None:
    """Why the store's probe finds out whether the disk takes a page."""
    connection = opened(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("PRAGMA user_version = 0")
    assert path.with_name("a.sqlite-wal").stat().st_size > 0


def test_sqlite__strict_table__still_turns_a_number_into_text() -> None:
    """Why types are checked before they get there."""
    connection = opened(Path(":memory:"))
    connection.execute("CREATE TABLE t (a TEXT) STRICT")
    connection.execute("INSERT INTO t VALUES (12)")
    assert connection.execute("SELECT a FROM t").fetchone() == ("12",)


def test_sqlite__foreign_keys__are_off_unless_asked_for() -> None:
    assert opened(Path(":memory:")).execute("PRAGMA foreign_keys").fetchone() == (0,)


def test_sqlite__integer_beyond_64_bits__is_an_untyped_error() -> None:
    """Why store.headers bounds what nodes say."""
    with pytest.raises(OverflowError):
        opened(Path(":memory:")).execute("SELECT ?", (2**63,))


def test_sqlite__connection_of_another_thread__is_refused_by_default(path: Path) -> None:
    """Why connections are opened with check_same_thread off, and guarded by locks."""
    connection, errors = opened(path), []

    def use() -> None:
        try:
            connection.execute("SELECT 1")
        except sqlite3.ProgrammingError as error:
            errors.append(error)

    thread = threading.Thread(target=use)
    thread.start()
    thread.join()
    assert len(errors) == 1


def test_sqlite_utils__atomic__begins_a_deferred_transaction(path: Path) -> None:
    """Why the store begins transactions itself."""
    one, other = opened(path), opened(path)
    with sqlite_utils.Database(one).atomic():
        other.execute("BEGIN IMMEDIATE")
        other.execute("ROLLBACK")


def test_apscheduler__interval__is_planned_by_the_wall_clock() -> None:
    """Why duties wait by themselves: a clock that is set back holds this up for as long."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    trigger = IntervalTrigger(seconds=1, timezone=UTC)
    planned = trigger.get_next_fire_time(now, now)
    assert planned == now + timedelta(seconds=1)
    set_back = now - timedelta(hours=1)
    assert trigger.get_next_fire_time(now, set_back) - set_back > timedelta(minutes=59)


def test_apscheduler__defaults__drop_a_call_that_is_a_second_late() -> None:
    """Why the calendar sets them."""
    scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(1)}, timezone=UTC)
    scheduler.start(paused=True)
    try:
        job = scheduler.add_job(lambda: None, "cron", hour=3)
        assert (job.misfire_grace_time, job.max_instances) == (1, 1)
    finally:
        scheduler.shutdown(wait=False)


def test_apscheduler__shutdown_of_asyncio__does_not_wait_for_coroutines() -> None:
    """Why no job is a coroutine."""
    ended: list[str] = []

    async def job(started: asyncio.Event) -> None:
        started.set()
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("cancelled")
            raise

    async def whole() -> None:
        started = asyncio.Event()
        scheduler = AsyncIOScheduler(timezone=UTC)
        scheduler.add_job(job, args=[started])
        scheduler.start()
        await started.wait()
        scheduler.shutdown(wait=True)
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(whole())
    assert ended == ["cancelled"]


def test_threading__waits__go_by_the_monotonic_clock() -> None:
    """Why a duty's wait does not depend on the wall clock: CPython takes sem_clockwait where it
    was there to build with, and a wall clock elsewhere."""
    assert sysconfig.get_config_var("HAVE_SEM_CLOCKWAIT") == 1


def test_sqlite_utils__atomic_after_begin_immediate__is_a_savepoint_of_it(path: Path) -> None:
    """Why what is written by sqlite-utils may be part of a transaction of the store's."""
    one, other = opened(path), opened(path)
    one.execute("BEGIN IMMEDIATE")
    with sqlite_utils.Database(one).atomic():
        one.execute("INSERT INTO t VALUES (1, x'00')")
    assert one.in_transaction
    assert other.execute("SELECT count(*) FROM t").fetchone() == (0,)
    one.execute("ROLLBACK")
    assert one.execute("SELECT count(*) FROM t").fetchone() == (0,)


def test_sqlite__defaults__are_no_write_ahead_log_and_full_synchronization(tmp_path: Path) -> None:
    """Why the store sets what it needs at each connection."""
    connection = opened(tmp_path / "b.sqlite")
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_sqlite__copy_of_the_file_alone__lacks_what_the_write_ahead_log_has(path: Path) -> None:
    """Why a backup is made by SQLite, and never by copying."""
    connection = opened(path)
    connection.execute("INSERT INTO t VALUES (1, x'00')")
    copied, backed_up = path.with_name("copied.sqlite"), path.with_name("backup.sqlite")
    copied.write_bytes(path.read_bytes())
    connection.execute("VACUUM INTO ?", (str(backed_up),))
    counts = [
        opened(one).execute("SELECT count(*) FROM t").fetchone() for one in (copied, backed_up)
    ]
    assert counts == [(0,), (1,)]


def test_sqlite_utils__enabling_the_write_ahead_log_in_a_transaction__is_refused(
    tmp_path: Path,
) -> None:
    """Why the store sets the journal's mode before anything else."""
    connection = opened(tmp_path / "b.sqlite")
    connection.execute("BEGIN IMMEDIATE")
    with pytest.raises(Exception, match="transaction"):
        sqlite_utils.Database(connection).enable_wal()

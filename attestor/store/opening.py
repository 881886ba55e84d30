"""Opening a database file safely, and bringing it to the present version."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from attestor.errors import AttestorError, DatabaseDamaged, DatabaseInvalid
from attestor.store import in_use
from attestor.store.faults import HINTS, PRIMARY, typed
from attestor.store.job_migrations import JOB_MIGRATIONS
from attestor.store.migrations import MIGRATIONS

BUSY_MS = 200
"""What one statement waits; whole transactions wait longer (`store.database`)."""
OPEN_BUSY_MS = 5000
FAULTS_SHOWN = 3


@dataclass(frozen=True)
class DatabaseKind:
    """One of our databases: its tables, and whether each commit waits for the disk."""

    migrations: Callable[[], tuple[str, ...]]
    synchronous: str


HISTORY = DatabaseKind(lambda: MIGRATIONS, "FULL")
"""What was registered and signed: the daemon's."""
JOBS = DatabaseKind(lambda: JOB_MIGRATIONS, "NORMAL")
"""What clients asked for: the API process's. The end of a process loses nothing of it; that of the
machine may lose the last commits, whose clients were cut off as well and ask again."""


def connect(
    path: Path, kind: DatabaseKind = HISTORY
) -> tuple[sqlite3.Connection, sqlite3.Connection]:
    """A connection for transactions and one for reading; the file is made or migrated first."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Statements and stdin are their owners' business: no one else reads the file.
        path.touch(mode=0o600, exist_ok=True)
        writing = _prepared(sqlite3.connect(path, check_same_thread=False), OPEN_BUSY_MS)
        _bring_up_to_date(writing, path, kind)
        in_use.mark_in_use(writing)
        writing.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        reading = _prepared(_read_only(path), OPEN_BUSY_MS)
    except (OSError, sqlite3.Error) as error:
        raise _unusable(path, error) from None
    return writing, reading


def connect_to_read(path: Path, kind: DatabaseKind = HISTORY) -> sqlite3.Connection:
    """A connection that cannot write, to a file of the present version."""
    if not os.path.isfile(path):
        raise DatabaseInvalid(f"no database at {path}", hint="name it with --database")
    try:
        connection = _prepared(_read_only(path), OPEN_BUSY_MS)
        found = version(connection)
    except sqlite3.Error as error:
        raise _unreadable(path, error) or _unusable(path, error) from None
    newest = len(kind.migrations())
    if found != newest:
        # One that is left open keeps the daemon from tidying up when it ends.
        connection.close()
        if found == 0:
            raise DatabaseInvalid(
                f"{path} is empty, or another program's database", hint="name another one"
            )
        raise DatabaseInvalid(
            f"{path} has version {found}, expected {newest}",
            hint="the daemon brings it up to date when it starts"
            if found < newest
            else "upgrade attestor, or name another database",
        )
    return connection


def version(connection: sqlite3.Connection) -> int:
    """How many migrations the file has seen."""
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def check(path: Path) -> None:
    """Read every page, by a connection of its own. Raises `DatabaseDamaged` for a file that
    contradicts itself, and what may pass as a `DatabaseUnavailable`."""
    try:
        with closing(_read_only(path)) as connection:
            found = connection.execute(f"PRAGMA quick_check({FAULTS_SHOWN})").fetchall()
    except sqlite3.Error as error:
        raise _unreadable(path, error) or typed(error, "cannot check the database") from None
    told = "; ".join(row[0] for row in found)
    if told != "ok":
        raise DatabaseDamaged(f"the database is damaged: {told}", hint=HINTS[DatabaseDamaged])


def _read_only(path: Path) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, check_same_thread=False)


def _prepared(connection: sqlite3.Connection, busy_ms: int) -> sqlite3.Connection:
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {busy_ms}")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _bring_up_to_date(connection: sqlite3.Connection, path: Path, kind: DatabaseKind) -> None:
    try:
        _require_known_version(connection, path, kind)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {kind.synchronous}")
        _migrate(connection, path, kind)
    except BaseException:
        with suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        connection.close()
        raise


def _require_known_version(connection: sqlite3.Connection, path: Path, kind: DatabaseKind) -> int:
    found = version(connection)
    if found > len(kind.migrations()):
        raise DatabaseInvalid(
            f"{path} was written by a newer attestor (version {found})",
            hint="upgrade attestor, or name another database",
        )
    return found


def _migrate(connection: sqlite3.Connection, path: Path, kind: DatabaseKind) -> None:
    """All migrations that are missing, or none."""
    migrations = kind.migrations()
    if version(connection) == len(migrations):
        return
    # Without checks while it runs: a table that is built anew is dropped in between.
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.execute("BEGIN IMMEDIATE")
    # Read once more: another process may have done it while this one waited for its turn.
    for script in migrations[_require_known_version(connection, path, kind) :]:
        _run(connection, script)
    dangling = connection.execute("PRAGMA foreign_key_check").fetchone()
    if dangling is not None:
        raise DatabaseInvalid(
            f"{path} cannot be brought up to date: a row of {dangling[0]} refers to a row "
            f"of {dangling[2]} that is not there",
            hint="the file is as it was; restore it from a backup, or name another database",
        )
    connection.execute(f"PRAGMA user_version = {len(migrations)}")
    connection.execute("COMMIT")
    connection.execute("PRAGMA foreign_keys = ON")


def _run(connection: sqlite3.Connection, script: str) -> None:
    """A script's statements, inside of the transaction: `executescript` would end it."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
    connection.execute(statement)


def _unreadable(path: Path, error: sqlite3.Error) -> DatabaseInvalid | None:
    """Where reading alone needs a file beside it: SQLite has one for each log."""
    if getattr(error, "sqlite_errorcode", 0) & PRIMARY != sqlite3.SQLITE_READONLY:
        return None
    return DatabaseInvalid(
        f"{path} cannot be read without writing to its folder, as it is a daemon's own file",
        hint="read a copy that attestor db backup made, or let this user write there",
    )


def _unusable(path: Path, error: Exception) -> AttestorError:
    """What may have passed at the next start, or what the operator has to change."""
    passing = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)
    if getattr(error, "sqlite_errorcode", 0) & PRIMARY in passing:
        return typed(error, f"cannot use the database {path}")
    return DatabaseInvalid(
        f"cannot use the database {path}: {error}",
        hint="name a file on a writable disk; a damaged one has to be restored from a backup",
    )

"""The database file: opened safely, migrated, and written by one thread at a time."""

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlite_utils

from attestor.errors import DatabaseFailed, DatabaseInvalid
from attestor.store.migrations import MIGRATIONS

BUSY_TIMEOUT_MS = 5000


class Store:
    """An open database. Safe to use from several threads; one process writes at a time."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.path = path
        self.tables = sqlite_utils.Database(connection)
        self._connection = connection
        self._lock = threading.RLock()
        self._depth = 0
        self._spoiled = False

    @classmethod
    def open(cls, path: Path) -> "Store":
        """Open or make the daemon's database and bring it to the present version."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Statements and stdin are their owners' business: no one else reads the file.
            path.touch(mode=0o600, exist_ok=True)
            store = cls._prepared(sqlite3.connect(path, check_same_thread=False), path)
            store._bring_up_to_date()
        except (OSError, sqlite3.Error) as error:
            raise _unusable(path, error) from None
        return store

    @classmethod
    def open_to_read(cls, path: Path) -> "Store":
        """Open an existing database without the right to change it."""
        if not path.is_file():
            raise DatabaseInvalid(f"no database at {path}", hint="name it with --database")
        try:
            uri = f"{path.resolve().as_uri()}?mode=ro"
            store = cls._prepared(sqlite3.connect(uri, uri=True, check_same_thread=False), path)
            version = store._version()
        except sqlite3.Error as error:
            raise _unusable(path, error) from None
        if version != len(MIGRATIONS):
            older = version < len(MIGRATIONS)
            raise DatabaseInvalid(
                f"{path} has version {version}, expected {len(MIGRATIONS)}",
                hint="the daemon brings it up to date when it starts"
                if older
                else "upgrade attestor, or name another database",
            )
        return store

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside are kept together or not at all. One inside of another joins it."""
        with self._lock:
            if self._depth == 0:
                self._execute("BEGIN IMMEDIATE")
                self._spoiled = False
            self._depth += 1
            try:
                yield
                if self._depth == 1:
                    self._commit()
            except BaseException as error:
                self._spoiled = True
                if self._depth == 1:
                    self._roll_back()
                if isinstance(error, sqlite3.Error):
                    raise DatabaseFailed(f"cannot write to {self.path}: {error}") from error
                raise
            finally:
                self._depth -= 1

    def insert(self, table: str, row: dict[str, Any]) -> None:
        """Insert one row, inside of a transaction."""
        self.tables.table(table).insert(row)

    def update(self, table: str, key: Any, **changes: Any) -> None:
        """Change columns of the row with that primary key, inside of a transaction."""
        self.tables.table(table).update(key, changes)

    def delete(self, table: str, keys: Iterable[Any]) -> None:
        """Delete the rows with these primary keys, inside of a transaction."""
        for key in keys:
            self.tables.table(table).delete(key)

    def rows(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        """The rows of a query."""
        with self._lock:
            try:
                return list(self.tables.query(sql, parameters))
            except sqlite3.Error as error:
                raise DatabaseFailed(f"cannot read {self.path}: {error}") from None

    def row(self, sql: str, *parameters: Any) -> dict[str, Any] | None:
        """The first row of a query, or None."""
        return next(iter(self.rows(sql, *parameters)), None)

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards."""
        with self._lock:
            self._connection.close()

    @classmethod
    def _prepared(cls, connection: sqlite3.Connection, path: Path) -> "Store":
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
        connection.execute("PRAGMA foreign_keys = ON")
        return cls(connection, path)

    def _version(self) -> int:
        return int(self._connection.execute("PRAGMA user_version").fetchone()[0])

    def _bring_up_to_date(self) -> None:
        try:
            self._require_known_version()
            self._connection.execute("PRAGMA journal_mode = WAL")
            self._connection.execute("PRAGMA synchronous = FULL")
            self._migrate()
        except BaseException:
            self._roll_back()
            self._connection.close()
            raise

    def _require_known_version(self) -> int:
        version = self._version()
        if version > len(MIGRATIONS):
            raise DatabaseInvalid(
                f"{self.path} was written by a newer attestor (version {version})",
                hint="upgrade attestor, or name another database",
            )
        return version

    def _migrate(self) -> None:
        """All migrations that are missing, or none."""
        if self._version() == len(MIGRATIONS):
            return
        # Without checks while it runs: a table that is built anew is dropped in between.
        self._connection.execute("PRAGMA foreign_keys = OFF")
        self._connection.execute("BEGIN IMMEDIATE")
        # Read once more: another process may have done it while this one waited for its turn.
        for script in MIGRATIONS[self._require_known_version() :]:
            self._run(script)
        dangling = self._connection.execute("PRAGMA foreign_key_check").fetchone()
        if dangling is not None:
            raise DatabaseInvalid(
                f"{self.path} cannot be brought up to date: a row of {dangling[0]} refers to a row "
                f"of {dangling[2]} that is not there",
                hint="the file is as it was; restore it from a backup, or name another database",
            )
        self._connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        self._connection.execute("COMMIT")
        self._connection.execute("PRAGMA foreign_keys = ON")

    def _run(self, script: str) -> None:
        """A script's statements, inside of the transaction: `executescript` would end it."""
        statement = ""
        for line in script.splitlines(keepends=True):
            statement += line
            if sqlite3.complete_statement(statement):
                self._connection.execute(statement)
                statement = ""
        self._connection.execute(statement)

    def _execute(self, statement: str) -> None:
        try:
            self._connection.execute(statement)
        except sqlite3.Error as error:
            raise DatabaseFailed(f"cannot write to {self.path}: {error}") from None

    def _commit(self) -> None:
        if self._spoiled:
            raise DatabaseFailed(f"a part of what was to be written to {self.path} failed")
        self._execute("COMMIT")

    def _roll_back(self) -> None:
        """SQLite rolls back by itself after some errors: a full disk, for one."""
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")


def _unusable(path: Path, error: Exception) -> DatabaseInvalid:
    return DatabaseInvalid(
        f"cannot use the database {path}: {error}",
        hint="name a file on a writable disk; a damaged one has to be restored from a backup",
    )

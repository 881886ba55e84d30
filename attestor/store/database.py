"""The database file, written by one thread at a time. What SQLite cannot do at the moment is a
typed error that passes, and nothing is half-written."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlite_utils

from attestor.errors import AttestorError, DatabaseBusy, DatabaseFailed, DatabaseGone, Fatal
from attestor.store import in_use, opening
from attestor.store.faults import typed
from attestor.store.in_place import InPlace
from attestor.store.lock import DatabaseLock
from attestor.store.opening import HISTORY, DatabaseKind

BUSY_SECONDS = 5.0
"""How long a transaction waits for another process that writes."""
BUSY_AGAIN_SECONDS = 0.5
"""The same while the database is known to be unusable: those who ask must not queue up."""
RETRY_SECONDS = 0.02
CLOSE_SECONDS = 2.0
"""What a transaction of another thread gets to end when the store is closed."""


class Store:
    """An open database. Safe to use from several threads; one process writes at a time.

    A transaction has a connection of its own: what is read outside of one waits for nobody.
    """

    def __init__(
        self,
        writing: sqlite3.Connection,
        reading: sqlite3.Connection,
        path: Path,
        lock: DatabaseLock | None = None,
    ) -> None:
        self.path = path
        self.tables = sqlite_utils.Database(writing)
        self.fault: AttestorError | None = None
        """Why the last use failed; None once something was written since."""
        self.on_touched: list[Callable[[str], None]] = []
        """Called with each job that was touched, once that is committed."""
        self._touched: set[str] = set()
        self._changes_before = 0
        self._connections = (writing, reading)
        self._in_place = InPlace(path)
        self._held = lock
        self._keys: dict[str, str] = {}
        self._lock = threading.RLock()
        self._read_lock = threading.RLock()
        self._closing = threading.Event()
        self._writer: int | None = None
        self._depth = 0
        self._spoiled = False

    @classmethod
    def open(
        cls, path: Path, kind: DatabaseKind = HISTORY, lock: DatabaseLock | None = None
    ) -> "Store":
        """Open or make one of our databases and bring it to the present version. With `lock`
        nothing is committed once another process has that. Raises `DatabaseInvalid`, and what may
        pass as a `DatabaseUnavailable`."""
        return cls(*opening.connect(path, kind), path, lock)

    @classmethod
    def open_to_read(cls, path: Path, kind: DatabaseKind = HISTORY) -> "Store":
        """Open an existing database without the right to change it. Raises as `open`."""
        connection = opening.connect_to_read(path, kind)
        return cls(connection, connection, path)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside are kept together or not at all. One inside of another joins it.

        Raises a `DatabaseUnavailable` when it cannot be written at the moment.
        """
        self._begin()
        try:
            yield
            if self._depth == 1:
                self._commit()
                self._tell_touched()
        except BaseException as error:
            self._spoiled = True
            if self._depth == 1:
                self._roll_back()
            if isinstance(error, sqlite3.Error):
                raise self._noted(typed(error, "cannot write to the database")) from error
            raise
        finally:
            self._depth -= 1
            if self._depth == 0:
                self._writer = None
            self._lock.release()

    @property
    def is_writing(self) -> bool:
        """Whether this thread is inside of a transaction."""
        return self._writer == threading.get_ident()

    def touch(self, job: str) -> None:
        """Something that is remembered of a job changes, inside of a transaction."""
        self._touched.add(job)

    def _tell_touched(self) -> None:
        touched, self._touched = self._touched, set()
        for job in touched:
            for told in self.on_touched:
                told(job)

    def insert(self, table: str, row: dict[str, Any]) -> None:
        """Insert one row, inside of a transaction."""
        places = ", ".join("?" * len(row))
        names = ", ".join(row)
        self.execute(f"INSERT INTO {table} ({names}) VALUES ({places})", *row.values())  # noqa: S608

    def execute(self, sql: str, *parameters: Any) -> int:
        """Run a statement inside of a transaction; how many rows it changed."""
        return self._connections[0].execute(sql, parameters).rowcount

    def update(self, table: str, key: Any, **changes: Any) -> None:
        """Change columns of the row with that primary key, inside of a transaction. Raises
        `DatabaseFailed` when there is none."""
        columns = ", ".join(f"{name} = ?" for name in changes)
        sql = f"UPDATE {table} SET {columns} WHERE {self._key_of(table)} = ?"  # noqa: S608
        if self.execute(sql, *changes.values(), key) != 1:
            raise DatabaseFailed(f"table {table} has no row {key}")

    def delete(self, table: str, keys: Iterable[Any]) -> None:
        """Delete the rows with these primary keys, inside of a transaction."""
        sql = f"DELETE FROM {table} WHERE {self._key_of(table)} = ?"  # noqa: S608
        for key in keys:
            self.execute(sql, key)

    def _key_of(self, table: str) -> str:
        """The column that is a table's primary key; asked for once, tables do not change."""
        if table not in self._keys:
            rows = self._connections[0].execute(f"PRAGMA table_info({table})")
            self._keys[table] = next(str(row[1]) for row in rows if row[5] == 1)
        return self._keys[table]

    def rows(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        """The rows of a query; inside of a transaction, with what was written there."""
        writing, reading = self._connections
        lock, connection = (self._lock, writing) if self.is_writing else (self._read_lock, reading)
        with lock:
            try:
                cursor = connection.execute(sql, parameters)
                names = [column[0] for column in cursor.description]
                return [dict(zip(names, row, strict=True)) for row in cursor]
            except sqlite3.Error as error:
                raise self._noted(typed(error, "cannot read the database")) from None

    def row(self, sql: str, *parameters: Any) -> dict[str, Any] | None:
        """The first row of a query, or None."""
        return next(iter(self.rows(sql, *parameters)), None)

    def look(self) -> AttestorError | None:
        """Why it cannot be used, as far as that is seen without writing."""
        with suppress(DatabaseGone):
            self._require_in_place()
        return self.fault

    def probe(self) -> None:
        """Write something that changes nothing, to learn whether it can be written again. Raises as
        `transaction`."""
        with self.transaction():
            self.tables.execute(f"PRAGMA user_version = {opening.version(self._connections[0])}")
        self.fault = None

    def check(self) -> None:
        """Read the whole file. Raises `DatabaseDamaged` when it contradicts itself."""
        opening.check(self.path)

    def close(self) -> None:
        """Close the file; the store cannot be used afterwards. Whoever waits to write gives up."""
        self._closing.set()
        held = [lock for lock in (self._lock, self._read_lock) if self._acquired(lock)]
        # The one that writes goes last: it alone can empty the write-ahead log into the file.
        self._mark_closed()
        for connection in reversed(self._connections):
            connection.close()
        for lock in held:
            lock.release()

    def _mark_closed(self) -> None:
        writing, reading = self._connections
        if writing is not reading:
            self._roll_back()
            in_use.mark_closed(writing)

    def _acquired(self, lock: "threading.RLock") -> bool:
        """Whether the lock is ours in time: a statement that runs long is broken off."""
        if lock.acquire(timeout=CLOSE_SECONDS):
            return True
        for connection in self._connections:
            connection.interrupt()
        return lock.acquire(timeout=CLOSE_SECONDS)

    def _begin(self) -> None:
        """Hold this process's lock and the file's. While another process has the latter, the former
        is free for others."""
        patience = BUSY_SECONDS if self.fault is None else BUSY_AGAIN_SECONDS
        deadline = time.monotonic() + patience
        while True:
            self._lock.acquire()
            try:
                if self._depth == 0:
                    self._begin_immediate()
                self._depth += 1
                return
            except BaseException as error:
                self._lock.release()
                if not isinstance(error, DatabaseBusy) or time.monotonic() >= deadline:
                    raise
            if self._closing.wait(RETRY_SECONDS):
                raise DatabaseBusy("the database is being closed")

    def _begin_immediate(self) -> None:
        # What an earlier one could not undo, as the disk failed.
        self._roll_back()
        try:
            self._connections[0].execute("BEGIN IMMEDIATE")
        except sqlite3.Error as error:
            raise self._noted(typed(error, "cannot write to the database")) from None
        self._spoiled = False
        self._touched = set()
        self._changes_before = self._connections[0].total_changes
        self._writer = threading.get_ident()

    def _commit(self) -> None:
        if self._spoiled:
            raise DatabaseFailed(f"a part of what was to be written to {self.path} failed")
        writing = self._connections[0]
        if not self._closing.is_set():
            self._require_in_place()
        writing.execute("COMMIT")
        # One that wrote nothing does not show that it can be written.
        if writing.total_changes != self._changes_before:
            self.fault = None

    def _require_in_place(self) -> None:
        try:
            self._in_place.require()
            if self._held is not None:
                self._held.require()
        except DatabaseGone as error:
            raise self._noted(error) from None

    def _roll_back(self) -> None:
        """SQLite rolls back by itself after some errors: a full disk, for one."""
        with suppress(sqlite3.Error):
            if self._connections[0].in_transaction:
                self._connections[0].execute("ROLLBACK")

    def _noted(self, error: AttestorError) -> AttestorError:
        if not isinstance(error, Fatal):
            self.fault = error
        return error

"""SQLite's errors, by what they mean for the daemon: most are states that pass."""

import sqlite3
from collections.abc import Iterator

from attestor.errors import (
    AttestorError,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseDiskFailed,
    DatabaseFailed,
    DatabaseFull,
    DatabaseReadOnly,
)

PRIMARY = 0xFF
"""The bits of an extended result code that say its kind (sqlite.org/rescode.html)."""

KINDS: dict[int, type[AttestorError]] = {
    sqlite3.SQLITE_BUSY: DatabaseBusy,
    sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_PROTOCOL: DatabaseBusy,
    sqlite3.SQLITE_FULL: DatabaseFull,
    sqlite3.SQLITE_READONLY: DatabaseReadOnly,
    sqlite3.SQLITE_PERM: DatabaseReadOnly,
    sqlite3.SQLITE_IOERR: DatabaseDiskFailed,
    sqlite3.SQLITE_CANTOPEN: DatabaseDiskFailed,
    sqlite3.SQLITE_NOMEM: DatabaseDiskFailed,
    sqlite3.SQLITE_CORRUPT: DatabaseDamaged,
    sqlite3.SQLITE_NOTADB: DatabaseDamaged,
}
HINTS: dict[type[AttestorError], str] = {
    DatabaseBusy: "it is tried again; another program holds the file, and has to let go of it",
    DatabaseFull: "it is tried again; free space on the disk of the database",
    DatabaseReadOnly: "it is tried again; make the file, its folder and their disk writable",
    DatabaseDiskFailed: "it is tried again; look at the disk of the database and the kernel's log",
    DatabaseDamaged: "keep a copy of the file, and restore it from a backup",
}


def typed(error: BaseException, doing: str) -> AttestorError:
    """The error of ours for one of SQLite's. `doing` says what failed; no path is named, since
    clients are told of it.

    After some faults SQLite has ended the transaction by itself, and whatever was to be undone
    then fails too: what came first is the cause.
    """
    for one in _causes(error):
        kind = KINDS.get(getattr(one, "sqlite_errorcode", 0) & PRIMARY)
        if kind is not None:
            return kind(f"{doing}: {one}", hint=HINTS[kind])
    return DatabaseFailed(f"{doing}: {error}")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and those that it followed from, the last one first."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, sqlite3.Error):
            yield error
        error = error.__cause__ or error.__context__

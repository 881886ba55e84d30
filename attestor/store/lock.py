"""One daemon per database."""

import os
import time
from pathlib import Path

from loguru import logger

from attestor.core.events import Event
from attestor.errors import DatabaseGone, DatabaseInvalid
from attestor.lock_file import LockFile, LockTaken

RETRY_SECONDS = 0.05


def require_folder(database: Path) -> None:
    """Raise `DatabaseInvalid` where the folder of a database is not there. It is never made: a name
    that is mistyped would be an empty history."""
    folder = database.resolve().parent
    if not folder.is_dir():
        told = "is not a folder" if folder.exists() else "does not exist"
        raise DatabaseInvalid(
            f"the database's folder {folder} {told}",
            hint=f"make it: mkdir -p {folder}; or correct the path of the database",
        )


class DatabaseLock:
    """The right to a database, until it is closed. Safe to use from several threads."""

    def __init__(self, file: LockFile) -> None:
        self._file = file

    def require(self) -> None:
        """Raise `DatabaseGone` where another process has taken the database, which it can once the
        lock's file is removed. Where nobody has, the file is made again."""
        path = self._file.path
        try:
            is_made = self._file.require()
        except LockTaken as taken:
            raise DatabaseGone(
                f"another attestor has taken the database{taken.told}, as its lock {path} was "
                "removed or replaced while this one ran",
                hint="stop one of the two; this one writes again once it is started anew",
            ) from None
        except OSError as error:
            raise DatabaseGone(
                f"the database's lock {path} was removed, and cannot be made: {error.strerror}",
                hint="it is tried again; make its folder writable, or stop the service",
            ) from None
        if is_made:
            logger.bind(event=Event.DATABASE_LOCK_MADE_AGAIN).warning(
                "{} was removed while this process has the database: it is made again. A lock that "
                "nobody has keeps nobody out, and need not be removed",
                path,
            )

    def close(self) -> None:
        """Let others have it."""
        self._file.close()

    def __enter__(self) -> "DatabaseLock":
        return self

    def __exit__(self, *raised: object) -> None:
        self.close()


def lock_database(database: Path, patience: float = 0.0) -> DatabaseLock:
    """Take the database for this process until what is returned is closed. Do it before anything
    else: two daemons on one history would send each other's registrations.

    The lock is a file beside the database itself, whatever links name it. Another process gets
    `patience` seconds to let it go.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            return DatabaseLock(_locked(database))
        except LockTaken as taken:
            if time.monotonic() >= deadline:
                raise _taken(database, taken) from None
        time.sleep(RETRY_SECONDS)


def require_free(database: Path) -> None:
    """Raise `DatabaseInvalid` where another process has the database. Nothing is made or kept."""
    path = _place(database)
    if path.is_file() and os.access(path, os.R_OK | os.W_OK):
        try:
            _locked(database, named=False).close()
        except LockTaken as taken:
            raise _taken(database, taken) from None


def _locked(database: Path, named: bool = True) -> LockFile:
    path = _place(database)
    try:
        require_folder(path)
        return LockFile(path, named=named)
    except OSError as error:
        raise DatabaseInvalid(f"cannot make {path}: {error.strerror}") from None


def _taken(database: Path, taken: LockTaken) -> DatabaseInvalid:
    return DatabaseInvalid(
        f"another attestor runs with {database}{taken.told}",
        hint="stop it first, or name another database",
    )


def _place(database: Path) -> Path:
    place = database.resolve()
    return place.with_name(place.name + ".lock")

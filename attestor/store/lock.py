"""One daemon per database."""

import fcntl
import os
from pathlib import Path
from typing import TextIO

from attestor.errors import DatabaseInvalid


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


def lock_database(database: Path) -> TextIO:
    """Take the database for this process until the file that is returned is closed. Do it before
    anything else: two daemons on one history would send each other's registrations.

    The lock is a file beside the database itself, whatever links name it.
    """
    place = database.resolve()
    path = place.with_name(place.name + ".lock")
    try:
        require_folder(path)
        lock = path.open("a+")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read(20).strip()
        lock.close()
        told = f", as process {holder}" if holder.isdecimal() else ""
        raise DatabaseInvalid(
            f"another attestor runs with {database}{told}",
            hint="stop it first, or name another database",
        ) from None
    except OSError as error:
        raise DatabaseInvalid(f"cannot make {path}: {error.strerror}") from None
    _name_holder(lock)
    return lock


def require_free(database: Path) -> None:
    """Raise `DatabaseInvalid` where another process has the database. Nothing is made or kept."""
    place = database.resolve()
    path = place.with_name(place.name + ".lock")
    if path.is_file() and os.access(path, os.R_OK | os.W_OK):
        lock_database(database).close()


def _name_holder(lock: TextIO) -> None:
    """Only to tell people: a disk that is full must not keep the lock from being held."""
    try:
        # Not by the file's buffer: what it could not write it would try again when it is closed.
        os.ftruncate(lock.fileno(), 0)
        os.write(lock.fileno(), str(os.getpid()).encode())
    except OSError:
        return

"""One writer per database."""

import fcntl
from pathlib import Path
from typing import TextIO

from attestor.errors import DatabaseInvalid


def lock_database(database: Path) -> TextIO:
    """Take the database for this process until the file that is returned is closed.

    Two daemons must never work on one history: they would send each other's registrations.
    """
    path = database.with_name(database.name + ".lock")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("w")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise DatabaseInvalid(
            f"another attestor runs with {database}", hint="stop it first"
        ) from None
    except OSError as error:
        raise DatabaseInvalid(f"cannot make {path}: {error.strerror}") from None
    return lock

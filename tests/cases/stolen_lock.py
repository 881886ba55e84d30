"""The lock of a database, taken from the service that has it."""

from contextlib import suppress
from pathlib import Path

from attestor.errors import DatabaseInvalid
from attestor.store.lock import DatabaseLock, lock_database

TRIES = 20


def steal_lock(database: Path) -> DatabaseLock:
    """Remove the lock and take it, before the service has it again, which looks now and then."""
    lock = database.with_name(database.name + ".lock")
    for _ in range(TRIES):
        lock.unlink(missing_ok=True)
        with suppress(DatabaseInvalid):
            return lock_database(database)
    raise AssertionError("the service was always faster")

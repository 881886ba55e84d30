"""The lock of a database on a disk that is full."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from attestor.errors import DatabaseInvalid
from attestor.store.lock import lock_database


@contextmanager
def nothing_can_be_written() -> Iterator[None]:
    """Writes fail, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_lock__on_a_full_disk__is_held_and_let_go(tmp_path: Path) -> None:
    database = tmp_path / "attestor.sqlite"
    with nothing_can_be_written():
        # What could not be written must not be tried again when the file is closed.
        with lock_database(database), pytest.raises(DatabaseInvalid, match="another attestor"):
            lock_database(database)
        lock_database(database).close()

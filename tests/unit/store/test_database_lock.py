"""One process has a database."""

from pathlib import Path

import pytest

from attestor.errors import DatabaseInvalid
from attestor.store.lock import lock_database, require_free


def test_lock_database__held__the_second_is_told_until_it_is_free(tmp_path: Path) -> None:
    database, link = tmp_path / "attestor.sqlite", tmp_path / "link.sqlite"
    database.touch()
    link.symlink_to(database)
    with lock_database(database):
        for name in (database, link):
            with pytest.raises(DatabaseInvalid, match="another attestor runs with"):
                lock_database(name)
            with pytest.raises(DatabaseInvalid, match="another attestor runs with"):
                require_free(name)
    require_free(link)
    lock_database(link).close()

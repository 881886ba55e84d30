"""Facts about sqlite-utils that the store is built around: when one changes, this fails first."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import sqlite_utils
from sqlite_utils.db import PrimaryKeyRequired


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as connection:
        connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT) STRICT")
    return tmp_path / "a.sqlite"


def opened(path: Path) -> sqlite_utils.Database:
    return sqlite_utils.Database(sqlite3.connect(path, isolation_level=None))


def test_sqlite_utils__statement_outside_of_a_transaction__is_committed_at_once(
    path: Path,
) -> None:
    """Why whatever writes is inside of one, and the store itself begins it."""
    one, other = opened(path), opened(path)
    one.execute("INSERT INTO t VALUES (1, 'x')")
    assert not one.conn.in_transaction
    assert list(other.query("SELECT a FROM t")) == [{"a": 1}]


def test_sqlite_utils__deleting_outside_of_a_transaction__leaves_none_open(path: Path) -> None:
    """It did until 3.39.1, and what came after was lost."""
    one = opened(path)
    one.table("t").insert({"a": 1, "b": "x"})
    one.table("t").delete_where("a = 1")
    assert not one.conn.in_transaction


def test_sqlite_utils__query_of_what_gives_no_rows__is_refused(path: Path) -> None:
    """Why the store runs statements by `execute`."""
    with pytest.raises(ValueError, match="rows"):
        list(opened(path).query("DELETE FROM t"))


def test_sqlite_utils__upsert_without_a_primary_key__is_refused(tmp_path: Path) -> None:
    tables = opened(tmp_path / "b.sqlite")
    tables.execute("CREATE TABLE u (a INTEGER)")
    with pytest.raises(PrimaryKeyRequired):
        tables.table("u").upsert({"a": 1}, pk=None)

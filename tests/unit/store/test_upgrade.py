"""Upgrade and roll-back as docs/install.md says, on a database of every earlier version."""

import re
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner
from unit.store.old_databases import VERSIONS, OldDaemon

from attestor.cli import group
from attestor.config import ROOT
from attestor.errors import DatabaseInvalid
from attestor.store.database import Store
from attestor.store.migrations import MIGRATIONS

pytestmark = pytest.mark.slow

SECTION = (ROOT / "docs" / "install.md").read_text().partition("## Upgrade and roll-back")[2]
COMMANDS = re.findall(r"^attestor (db .*)$", SECTION, re.MULTILINE)


def schema_version(path: Path) -> int:
    connection = sqlite3.connect(path)
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()


def content(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


def documented(which: str, folder: Path) -> str:
    """One of the commands of that section, in this folder instead of the service's."""
    (line,) = (one for one in COMMANDS if one.startswith(which))
    words = [word.replace("/var/lib/attestor", str(folder)) for word in shlex.split(line)]
    done = CliRunner().invoke(group, words)
    assert done.exit_code == 0, (line, done.output, done.exception)
    return done.output


@contextmanager
def installed(version: int) -> Iterator[None]:
    """An earlier attestor, whose databases are of that version."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("attestor.store.opening.MIGRATIONS", MIGRATIONS[:version])
        yield


@pytest.mark.parametrize("version", VERSIONS, ids=lambda version: f"version {version}")
def test_upgrade__and_roll_back__gives_the_old_database_back(tmp_path: Path, version: int) -> None:
    database = tmp_path / "attestor.sqlite"
    OldDaemon(database, version).live()
    before = content(database)
    with installed(version):
        documented("db backup", tmp_path)
        documented("db verify", tmp_path)
    Store.open(database).close()  # What the new daemon does at its start.
    assert schema_version(database) == len(MIGRATIONS)
    with installed(version):
        with pytest.raises(DatabaseInvalid, match="version"):
            Store.open(database)
        told = documented("db restore", tmp_path)
        Store.open(database).close()
    assert (schema_version(database), content(database)) == (version, before)
    kept = told.partition("what was there is ")[2].strip()
    assert schema_version(Path(kept)) == len(MIGRATIONS)

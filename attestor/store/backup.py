"""Copies of a history that are whole: made beside a running daemon, verified, put back.

A copy is one file, in which nothing is left to a log.
"""

import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from attestor.core import journal
from attestor.core.journal import Entry
from attestor.errors import AuditFailed, DatabaseInvalid
from attestor.store import in_use, opening
from attestor.store.database import Store
from attestor.store.faults import typed
from attestor.store.journal import entries, newest
from attestor.store.lock import lock_database

FAULTS_SHOWN = 3
LOGS = ("-wal", "-journal")
"""What SQLite takes for a file's own by its name alone, and plays into it."""


@dataclass(frozen=True)
class Backup:
    """What a verified file holds. `newest` is None for a history without entries."""

    count: int
    newest: Entry | None


def verify(path: Path) -> Backup:
    """Read the whole file and its hash chain. Raises `AuditFailed` for one that is not whole, and
    as `Store.open_to_read`."""
    if not os.path.isfile(path):
        raise DatabaseInvalid(f"no database at {path}")
    if lacks_log(path):
        raise AuditFailed(
            f"{path} was copied while a daemon had it open: its newest entries may be missing",
            hint="make copies with attestor db backup",
        )
    opening.check(path)
    store = Store.open_to_read(path)
    try:
        faults, held = journal.faults(entries(store)), held_by(store)
    finally:
        store.close()
    if faults:
        shown = "; ".join(faults[:FAULTS_SHOWN])
        raise AuditFailed(f"the hash chain of {path} has {len(faults)} fault(s): {shown}")
    return held


def held_by(store: Store) -> Backup:
    """How much an open history holds; not whether it is whole."""
    row = store.row("SELECT count(*) AS n FROM journal")
    return Backup(row["n"] if row else 0, newest(store))


def lacks_log(path: Path) -> bool:
    """As `in_use.lacks_log`. Raises `DatabaseInvalid`."""
    try:
        return in_use.lacks_log(path)
    except sqlite3.Error as error:
        raise DatabaseInvalid(f"{path} is not a database: {error}") from None


def make(source: Path, target: Path) -> Backup:
    """Copy a database, which may be in use, to a new file, and verify the copy. Raises as `verify`,
    `DatabaseInvalid` if there is a file already; nothing is left behind then."""
    if not os.path.isfile(source):
        raise DatabaseInvalid(f"no database at {source}", hint="name it with --database")
    if lacks_log(source):
        verify(source)
    return _copy(source, target)


def restore(backup: Path, database: Path, replace: bool) -> tuple[Backup, Path | None]:
    """Put a copy in a database's place. What was there is kept beside it: the second value. The
    daemon must be stopped. Raises as `verify`, before anything is made or changed, and
    `DatabaseInvalid`."""
    held = verify(backup)
    # A link stays one: the daemon has its lock and its log beside the file itself.
    database = Path(os.path.realpath(database))
    try:
        database.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseInvalid(f"cannot make the folder of {database}: {error.strerror}") from None
    with lock_database(database):
        if not replace:
            _require_none(database, "give --replace; it is kept under another name")
        elif os.path.lexists(database) and not os.path.isfile(database):
            raise DatabaseInvalid(f"{database} is no file", hint="correct --database")
        made = database.with_name(f"{database.name}.restored")
        try:
            made.unlink(missing_ok=True)
            held = _copy(backup, made)
            kept = _keep(database) if _present(database) else None
            _place(made, database, kept)
        except OSError as error:
            raise DatabaseInvalid(f"cannot replace {database}: {error.strerror}") from None
        finally:
            with suppress(OSError):
                made.unlink()
    return held, kept


def _copy(source: Path, target: Path) -> Backup:
    part = target.with_name(f"{target.name}.part")
    try:
        _require_none(target, "name a new file, or move it away")
        part.unlink(missing_ok=True)
        # Statements and stdin are their owners' business: no one else reads the file.
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        _copy_pages(source, part)
        held = verify(part)
        with part.open("rb") as written:
            os.fsync(written.fileno())
        os.link(part, target)
        _sync_folder(target)
        return held
    except OSError as error:
        raise DatabaseInvalid(f"cannot write {target}: {error.strerror}") from None
    except sqlite3.Error as error:
        found = typed(error, f"cannot copy {source}")
        found.hint = f"nothing is left of the copy; make one again when {target.parent} can hold it"
        raise found from None
    finally:
        for suffix in ("", "-wal", "-shm", "-journal"):
            with suppress(OSError):
                part.with_name(part.name + suffix).unlink()


def _copy_pages(source: Path, part: Path) -> None:
    with (
        closing(opening.connect_to_read(source)) as reading,
        closing(sqlite3.connect(part)) as writing,
    ):
        reading.backup(writing)
        writing.execute("PRAGMA journal_mode = DELETE")
        in_use.mark_closed(writing)
        writing.commit()


def _present(database: Path) -> Path | None:
    """The first that there is of a database and its logs. A log without its database, as one that
    was moved away leaves it, would be played into the next file of that name."""
    files = (_beside(database, end) for end in ("", *LOGS))
    return next((file for file in files if os.path.lexists(file)), None)


def _require_none(database: Path, hint: str) -> None:
    if (file := _present(database)) is not None:
        raise DatabaseInvalid(f"{file} exists", hint=hint)


def _keep(database: Path) -> Path:
    """Give a database and its log a second name."""
    number = 1
    while _present(kept := database.with_name(f"{database.name}.replaced-{number}")):
        number += 1
    for end in ("", *LOGS):
        with suppress(FileNotFoundError):
            os.link(_beside(database, end), _beside(kept, end))
    _sync_folder(database)
    return kept


def _place(made: Path, database: Path, kept: Path | None) -> None:
    """By a rename, so that there is a database at any time. What is a log by its name would be
    played into the new one, so it goes before."""
    for end in (*LOGS, "-shm"):
        _beside(database, end).unlink(missing_ok=True)
    try:
        made.rename(database)
    except OSError:
        if kept is not None:
            for end in LOGS:
                with suppress(FileNotFoundError):
                    os.link(_beside(kept, end), _beside(database, end))
        raise
    _sync_folder(database)


def _beside(database: Path, end: str) -> Path:
    return database.with_name(database.name + end)


def _sync_folder(path: Path) -> None:
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

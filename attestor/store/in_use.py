"""Whether a database file may lack what its writer had not yet moved into it.

SQLite's write-ahead log is a second file, and a copy of the first one alone opens without an error.
The file's header (`application_id`, sqlite.org/fileformat.html section 1.3) says therefore whether
a writer had it open: with such a header, and no log beside it, it was copied too early.
"""

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

IN_USE = 0x61747401
CLOSED = 0x61747402


def mark_in_use(writing: sqlite3.Connection) -> None:
    """A writer has opened the file. In the file itself from here on, not in its log alone."""
    with suppress(sqlite3.Error):  # A disk that is full: it cannot be used in any case.
        writing.execute(f"PRAGMA application_id = {IN_USE}")
        writing.execute("PRAGMA wal_checkpoint(PASSIVE)")


def mark_closed(writing: sqlite3.Connection) -> None:
    """The writer is about to close the file, which empties the log if nobody else reads."""
    with suppress(sqlite3.Error):
        writing.execute(f"PRAGMA application_id = {CLOSED}")


def lacks_log(path: Path) -> bool:
    """Whether the file is a copy that was made while a writer had it open, without its log. Call it
    before the file is opened: that makes an empty log."""
    log = path.with_name(path.name + "-wal")
    with suppress(OSError):
        if log.stat().st_size:
            return False
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
        return bool(db.execute("PRAGMA application_id").fetchone()[0] == IN_USE)

"""Whether an open database is still the file of its name.

A file that is removed while it is open can be written all the same: everything seems well, and is
gone once the process ends. So is what is in the write-ahead log, when that is removed.
"""

import os
from pathlib import Path

from attestor.errors import DatabaseGone

FILE_LOST = (
    "it is tried again; put it back. If it is lost, stop the service and restore a backup: what is "
    "written meanwhile would be lost too"
)
LOG_LOST = (
    "it is tried again; put it back, or stop the service: at its end what the log had goes into "
    "the file"
)


class InPlace:
    """Of a database that was just opened: remembers which files it and its log are."""

    def __init__(self, path: Path) -> None:
        file = path.resolve()
        self._parts = (
            _Part(file, "file", FILE_LOST, shrinks=False),
            _Part(file.with_name(file.name + "-wal"), "log (-wal)", LOG_LOST, shrinks=True),
        )

    def require(self) -> None:
        """Raise `DatabaseGone` for a file that is no longer there, is another one, or was cut."""
        for part in self._parts:
            part.require()


class _Part:
    """One of the files. Only a log becomes shorter."""

    def __init__(self, path: Path, what: str, hint: str, *, shrinks: bool) -> None:
        self._path = path
        self._what = what
        self._hint = hint
        self._shrinks = shrinks
        self._known = _stat(path)

    def require(self) -> None:
        known, found = self._known, _stat(self._path)
        if known is None:
            # The log is made by what is written first.
            self._known = found
        elif found is None:
            raise self._gone("is no longer at its place")
        elif (found.st_dev, found.st_ino) != (known.st_dev, known.st_ino):
            raise self._gone("was replaced")
        elif found.st_size < known.st_size and not self._shrinks:
            raise self._gone("was cut off")
        else:
            self._known = found

    def _gone(self, told: str) -> DatabaseGone:
        return DatabaseGone(f"the database's {self._what} {told}", hint=self._hint)


def _stat(path: Path) -> os.stat_result | None:
    try:
        return os.stat(path)
    except OSError:
        return None

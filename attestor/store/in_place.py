"""Whether an open database is still the file of its name.

A file that is removed while it is open can be written all the same: everything seems well, and is
gone once the process ends. So is what is in the write-ahead log, when that is removed.
"""

import os
from pathlib import Path

from attestor.errors import DatabaseGone

_Identity = tuple[int, int]


class InPlace:
    """Of a database that was just opened: remembers which files it and its log are."""

    def __init__(self, path: Path) -> None:
        place = path.resolve()
        self._known: dict[Path, _Identity | None] = {
            name: _identity(name) for name in (place, place.with_name(place.name + "-wal"))
        }

    def require(self) -> None:
        """Raise `DatabaseGone` for a file that is no longer there, or is another one."""
        for name, known in self._known.items():
            found = _identity(name)
            if known is None:
                # The log is made by what is written first.
                self._known[name] = found
            elif found != known:
                what = "log (-wal)" if name.name.endswith("-wal") else "file"
                told = "is no longer at its place" if found is None else "was replaced"
                raise DatabaseGone(
                    f"the database's {what} {told}",
                    hint="it is tried again; put it back. If it is lost, stop the service and "
                    "restore a backup: what is written meanwhile would be lost too",
                )


def _identity(path: Path) -> _Identity | None:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino

"""The duties of the database: it is tried again while it cannot be used, and read through daily."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from loguru import logger

from attestor.core.events import Event
from attestor.daemon.calendar import SchedulerCalendar
from attestor.errors import AttestorError, DatabaseUnavailable

PROBE_SECONDS = 5.0
PROBE_DEADLINE_SECONDS = 30.0
CHECK_HOUR, CHECK_MINUTE = 3, 17
"""UTC. Any time of day would do."""
CHECK_SECONDS = 7 * 86_400.0
"""After which it is read through whatever the time of day is said to be."""
CHECK_DEADLINE_SECONDS = 3600.0


class Database(Protocol):
    """`store.database.Store`, as far as it is looked after."""

    def look(self) -> AttestorError | None: ...

    def probe(self) -> None: ...

    def check(self) -> None: ...


class DatabaseDuty:
    """Finds out that the file of a database is gone, and when one that was busy, full, read-only or
    gone can be used again, and says so."""

    name = "database"
    interval = PROBE_SECONDS
    deadline = PROBE_DEADLINE_SECONDS

    def __init__(self, database: Database, file: Path | None = None) -> None:
        self._database = database
        self._file = file
        self._told: str | None = None
        self.free_bytes: int | None = None
        """What the file system of `file` had left at the last step. Read by any thread."""

    def step(self) -> None:
        """Raises `Fatal` errors."""
        self.free_bytes = _free_bytes(self._file)
        fault = self._database.look()
        if fault is not None:
            self._tell(fault)
            try:
                self._database.probe()
            except DatabaseUnavailable as error:
                self._tell(error)
                return
        if self._told is not None:
            logger.bind(event=Event.DATABASE_USABLE).info("the database can be used again")
            self._told = None

    def close(self) -> None:
        """A step ends when the store is closed."""

    def _tell(self, fault: AttestorError) -> None:
        if fault.code != self._told:
            logger.bind(event=Event.DATABASE_UNUSABLE).error("{} [{}]", fault, fault.code)
            self._told = fault.code


class DatabaseCheckDuty:
    """Reads the database through at the start, and whenever it is woken."""

    name = "database_check"
    interval = CHECK_SECONDS
    deadline = CHECK_DEADLINE_SECONDS

    def __init__(self, database: Database) -> None:
        self._database = database

    def step(self) -> None:
        """Raises `DatabaseDamaged`."""
        try:
            self._database.check()
        except DatabaseUnavailable as error:
            logger.bind(event=Event.DATABASE_NOT_CHECKED).warning(
                "the database is not checked today: {} [{}]", error, error.code
            )

    def close(self) -> None:
        """A step only reads, and may be left behind."""


def _free_bytes(file: Path | None) -> int | None:
    """What this user may still write there."""
    if file is None:
        return None
    try:
        found = os.statvfs(file.resolve().parent)
    except OSError:
        return None
    return found.f_bavail * found.f_frsize


def check_daily(wake: Callable[[str], None]) -> SchedulerCalendar:
    """Wake the check every day, from now on until the calendar is stopped."""
    calendar = SchedulerCalendar()
    calendar.daily(CHECK_HOUR, CHECK_MINUTE, lambda: wake(DatabaseCheckDuty.name))
    calendar.start()
    return calendar

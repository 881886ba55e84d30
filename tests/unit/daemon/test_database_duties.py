"""A database that cannot be used is tried again, told of once, and read through daily."""

from collections.abc import Iterator

import pytest
from loguru import logger

from attestor.daemon.database import DatabaseCheckDuty, DatabaseDuty, check_daily
from attestor.errors import (
    AttestorError,
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseFailed,
    DatabaseFull,
)


class Database:
    def __init__(self) -> None:
        self.fault: AttestorError | None = None
        self.probes: list[AttestorError | None] = []
        self.found: AttestorError | None = None
        self.checks = 0

    def look(self) -> AttestorError | None:
        return self.fault

    def probe(self) -> None:
        self.fault = self.probes.pop(0)
        if self.fault is not None:
            raise self.fault

    def check(self) -> None:
        self.checks += 1
        if self.found is not None:
            raise self.found


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def logged() -> Iterator[list[str]]:
    lines: list[str] = []
    sink = logger.add(lines.append, format="{level} {message}")
    yield lines
    logger.remove(sink)


def test_step__nothing_is_wrong__database_is_left_alone(database: Database) -> None:
    DatabaseDuty(database).step()
    assert database.fault is None


def test_step__fault_lasts__is_said_once_and_its_end_too(
    database: Database, logged: list[str]
) -> None:
    full, busy = DatabaseFull("no space"), DatabaseBusy("locked")
    duty = DatabaseDuty(database)
    database.fault = full
    database.probes = [full, full, busy, None]
    for _ in range(5):
        duty.step()
    assert database.probes == []
    assert logged == [
        "ERROR no space [database_full]\n",
        "ERROR locked [database_busy]\n",
        "INFO the database can be used again\n",
    ]


def test_step__probe_finds_damage__is_fatal(database: Database) -> None:
    database.fault = DatabaseFull("no space")
    database.probes = [DatabaseFailed("no such table")]
    with pytest.raises(DatabaseFailed):
        DatabaseDuty(database).step()


def test_check__sound_busy_and_damaged__only_damage_is_raised(database: Database) -> None:
    duty = DatabaseCheckDuty(database)
    duty.step()
    database.found = DatabaseBusy("locked")
    duty.step()
    database.found = DatabaseDamaged("page 7")
    with pytest.raises(DatabaseDamaged):
        duty.step()
    assert database.checks == 3


def test_check_daily__its_time_comes__wakes_the_check() -> None:
    woken: list[str] = []
    calendar = check_daily(woken.append)
    try:
        (job,) = calendar._scheduler.get_jobs()
        job.func()
    finally:
        calendar.stop()
    assert woken == [DatabaseCheckDuty.name]

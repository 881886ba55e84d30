"""A database of its own for each test, with a clock that only moves when told to."""

from pathlib import Path

import pytest

from attestor.store.database import Store
from attestor.store.history import History
from attestor.store.journal import Journal
from attestor.store.opening import JOBS


class Clock:
    """Seconds since 1970, moved by hand."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "attestor.sqlite")


@pytest.fixture
def jobs_store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "jobs" / "jobs.sqlite", JOBS)


@pytest.fixture
def journal(store: Store, clock: Clock) -> Journal:
    return Journal(store, clock)


@pytest.fixture
def history(store: Store, journal: Journal) -> History:
    return History(store, journal)

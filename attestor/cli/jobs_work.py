"""The work of `attestor jobs`: reads the jobs' database, and has the daemon change it."""

import time
from pathlib import Path
from typing import Any

from attestor.errors import ConfigurationInvalid, DatabaseInvalid
from attestor.errors.jobs import JobNotRetriable
from attestor.store.database import Store
from attestor.store.job_ends import JobEnds
from attestor.store.lock import lock_database
from attestor.store.moving import jobs_path
from attestor.store.opening import JOBS
from attestor.store.orders import DONE, Orders

ORDER_SECONDS = 15.0
PAUSE_SECONDS = 0.2
COLUMNS = ("id", "state", "created_at", "finished_at", "error_code")


def to_read(database: Path) -> Orders:
    """The jobs beside the daemon's database. Raises `DatabaseInvalid`."""
    return Orders(Store.open_to_read(_existing(database), JOBS))


def _existing(database: Path) -> Path:
    path = jobs_path(database)
    if not path.is_file():
        raise DatabaseInvalid(f"no jobs at {path}", hint="name the daemon's database")
    return path


def order(database: Path, job: str, action: str) -> None:
    """Have the daemon do it, or do it where none runs."""
    store = Store.open(_existing(database), JOBS)
    try:
        orders = Orders(store)
        orders.one(job)
        orders.give(job, action)
        try:
            with lock_database(database):
                orders.carry_out(JobEnds(store, time.time))
                told = orders.outcome(job)
        except DatabaseInvalid:  # A daemon has it.
            told = _waited_for(orders, job)
    finally:
        store.close()
    if told != DONE:
        raise JobNotRetriable(told or "nothing came of it")


def _waited_for(orders: Orders, job: str) -> str:
    deadline = time.monotonic() + ORDER_SECONDS
    while time.monotonic() < deadline:
        told = orders.outcome(job)
        if told is not None:
            return told
        time.sleep(PAUSE_SECONDS)
    orders.take_back(job)
    raise ConfigurationInvalid(
        "the daemon did not take the order", hint="its /health says whether the API process lives"
    )


def table(rows: list[dict[str, Any]]) -> str:
    """Aligned columns, with a line of their names."""
    shown = [[str(row[name] or "") for name in COLUMNS] for row in rows]
    widths = [max(map(len, column)) for column in zip(COLUMNS, *shown, strict=True)]
    lines = [
        "  ".join(value.ljust(width) for value, width in zip(line, widths, strict=True)).rstrip()
        for line in (list(COLUMNS), *shown)
    ]
    return "\n".join(lines)

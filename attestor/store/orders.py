"""What operators do with jobs: look at them in the database, and leave orders there.

The process that has the jobs carries orders out, since it alone knows who works on what and who
waits. Where there is none, whoever gives an order does.
"""

from collections.abc import Callable
from typing import Any

from attestor.errors import AttestorError
from attestor.errors.jobs import JobUnknown
from attestor.store.database import Store
from attestor.store.job_ends import JobEnds

DONE = "done"
SHOWN = (
    "SELECT id, state, registration, program, size AS program_size, cycle_limit, seconds_limit, "
    "kept, starts, evidence, created_at, finished_at, error_code, error_message, "
    "(SELECT count(*) FROM job_clients WHERE job = id) AS clients, "
    "(SELECT sum(length(data)) FROM stdin_entries WHERE job = id) AS stdin_bytes, "
    "(SELECT cycles FROM results WHERE job = id) AS cycles "
    "FROM jobs LEFT JOIN programs ON sha256 = program "
)


class Orders:
    """The table orders, and the jobs as operators see them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def shown(self, state: str | None = None, most: int = 50) -> list[dict[str, Any]]:
        """The newest jobs, of a state where one is given."""
        where = "WHERE state = ? " if state is not None else ""
        given = (state,) if state is not None else ()
        return self._store.rows(f"{SHOWN}{where}ORDER BY jobs.rowid DESC LIMIT ?", *given, most)

    def one(self, job: str) -> dict[str, Any]:
        """A job. Raises `JobUnknown`."""
        row = self._store.row(f"{SHOWN}WHERE id = ?", job)
        if row is None:
            raise JobUnknown(f"there is no job {job}", hint="attestor jobs ls lists the newest")
        return row

    def give(self, job: str, action: str) -> None:
        """Leave an order, in place of an earlier one for that job."""
        with self._store.transaction():
            self._store.execute("DELETE FROM orders WHERE job = ?", job)
            self._store.insert("orders", {"job": job, "action": action})

    def outcome(self, job: str) -> str | None:
        """What became of the order: None yet, `done`, or why it was refused. It is gone then."""
        row = self._store.row("SELECT outcome FROM orders WHERE job = ?", job)
        if row is None or row["outcome"] is None:
            return None
        self.take_back(job)
        told: str = row["outcome"]
        return told

    def take_back(self, job: str) -> None:
        """Forget an order."""
        with self._store.transaction():
            self._store.execute("DELETE FROM orders WHERE job = ?", job)

    def carry_out(self, jobs: JobEnds) -> list[str]:
        """Do what is ordered, by the jobs of all registrations; the jobs that changed."""
        actions: dict[str, Callable[[str], None]] = {"retry": jobs.retry, "cancel": jobs.cancel}
        changed = []
        for row in self._store.rows("SELECT job, action FROM orders WHERE outcome IS NULL"):
            try:
                actions[row["action"]](row["job"])
                told = DONE
                changed.append(row["job"])
            except AttestorError as error:
                told = str(error)
            with self._store.transaction():
                self._store.update("orders", row["job"], outcome=told)
        return changed

"""How jobs end: failed, cancelled, withdrawn, out of time, or forgotten."""

from functools import partial

from attestor.core import strict_json
from attestor.core.job import DoneJob, Identity, JobState, Withdrawn
from attestor.errors import ExecutorCrashed, InternalError, JobGivenUp, restore
from attestor.errors.jobs import (
    DeadlineExceeded,
    JobCancelled,
    JobNotRetriable,
    JobUnknown,
    NotJobOwner,
)
from attestor.store.database import Store
from attestor.store.journal import Clock, iso
from attestor.store.programs import Programs
from attestor.store.remembered import Remembered
from attestor.store.results import Results

NO_LEASE = {"claimed_by": None, "lease_ends_at": None}
NO_ERROR = {"error_code": None, "error_message": None, "error_hint": None, "finished_at": None}
FRESH = {"state": "queued", "starts": 0, "evidence": 0, **NO_LEASE, **NO_ERROR}
"""A job that is to be run, as if it had never been."""
MAX_EVIDENCE = 16
"""Failed jobs whose inputs are kept for the operator: the newest."""
KEPT_AS_EVIDENCE = (JobGivenUp, InternalError, ExecutorCrashed)
"""What may be a fault of ours."""


class JobEnds:
    """What ends a job whoever works on it, of one registration, or of all where none is named. Each
    call is one transaction. `programs` are shared by all registrations."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        registration: str | None = None,
        programs: Programs | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._registration = registration
        self.programs = programs or Programs(store, clock)
        self.results = Results(store, clock)
        self._done = Remembered[DoneJob](store)

    def state(self, job: str) -> JobState | None:
        """How a job stands, or None when there is no such job for this registration."""
        row = self._store.row(
            "SELECT state, error_code, error_message, error_hint FROM jobs "
            "WHERE id = ? AND registration = coalesce(?, registration)",
            *(job, self._registration),
        )
        return JobState(**row) if row else None

    def recall(self, job: str) -> DoneJob | None:
        """A job that is done, if that is known without a look at the disk."""
        return self._done.recall(job)

    def done(self, job: str) -> DoneJob | None:
        """A job that is done, None for any other."""
        return self._done.read(job, partial(self._read_done, job))

    def _read_done(self, job: str) -> DoneJob | None:
        row = self._store.row(
            "SELECT program, stdin_sha256, (SELECT json_group_array(client) FROM job_clients "
            "WHERE job = id) AS clients FROM jobs WHERE id = ? AND state = 'done' "
            "AND registration = coalesce(?, registration)",
            *(job, self._registration),
        )
        if row is None:
            return None
        identity = Identity(job, row["program"], row["stdin_sha256"])
        return DoneJob(identity, frozenset(strict_json.loads(row["clients"].encode())))

    def registration_of(self, job: str) -> str | None:
        """The registration that any job is for, this one or another."""
        row = self._store.row("SELECT registration FROM jobs WHERE id = ?", job)
        return row["registration"] if row else None

    def withdraw(self, job: str, client: str, others_wait: bool) -> Withdrawn:
        """A client does not want a job any more, or its result. It ends, or is deleted, unless
        others asked for it or wait for it. Raises `JobUnknown`, `NotJobOwner`."""
        with self._store.transaction():
            state = self._require(job)
            asked = "FROM job_clients WHERE job = ?"
            clients = [row["client"] for row in self._store.rows(f"SELECT client {asked}", job)]
            if client not in clients:
                raise NotJobOwner(f"another client asked for job {job}")
            self._store.execute(f"DELETE {asked} AND client = ?", job, client)
            self._store.touch(job)
            if len(clients) > 1 or others_wait:
                return Withdrawn.LEFT
            if state.is_open:
                self._cancel(job, "its client cancelled it")
                return Withdrawn.CANCELLED
            self._forget(job)
            return Withdrawn.DELETED

    def cancel(self, job: str) -> None:
        """End an open job, whoever wants it. Raises `JobUnknown`."""
        with self._store.transaction():
            if self._require(job).is_open:
                self._cancel(job, "the operator cancelled it")

    def expire(self, job: str) -> None:
        """End an open job whose time is over. Raises `JobUnknown`."""
        with self._store.transaction():
            if self._require(job).is_open:
                told = "the job was not finished within the seconds that its client gave it"
                hint = "ask again, with more of them"
                self._close_failed(job, DeadlineExceeded.code, told, hint)

    def retry(self, job: str) -> None:
        """Run a failed job again whose inputs are kept. Raises `JobUnknown`, `JobNotRetriable`."""
        with self._store.transaction():
            self._require(job)
            changed = self._store.execute(
                "UPDATE jobs SET kept = 1 WHERE id = ? AND state = 'failed' AND evidence = 1", job
            )
            if not changed:
                raise JobNotRetriable(
                    f"job {job} did not fail, or its program and stdin are gone",
                    hint="whoever has them can ask again",
                )
            self._store.update("jobs", job, **FRESH)

    def forget(self, job: str) -> None:
        """Delete a job with its result."""
        with self._store.transaction():
            self._forget(job)

    def _require(self, job: str) -> JobState:
        state = self.state(job)
        if state is None:
            raise JobUnknown(f"there is no job {job}")
        return state

    def _cancel(self, job: str, why: str) -> None:
        self._close_failed(job, JobCancelled.code, why, "ask again if it is wanted")

    def _forget(self, job: str) -> None:
        row = self._store.row("SELECT program FROM jobs WHERE id = ?", job)
        self._store.delete("results", [job])
        self._store.execute("DELETE FROM stdin_entries WHERE job = ?", job)
        self._store.delete("jobs", [job])
        self._store.touch(job)
        if row is not None and row["program"] is not None:
            self.programs.drop_unneeded(row["program"])

    def _now(self, later: float = 0.0) -> str:
        return iso(self._clock() + later)

    def _close_failed(self, job: str, code: str, message: str, hint: str | None) -> None:
        changes = {"error_code": code, "error_message": message, "error_hint": hint, **NO_LEASE}
        self._store.update("jobs", job, state="failed", finished_at=self._now(), **changes)
        if isinstance(restore(code, message, hint), KEPT_AS_EVIDENCE):
            self._store.update("jobs", job, evidence=1)
            for row in self._store.rows(
                "SELECT id FROM jobs WHERE evidence = 1 ORDER BY finished_at DESC, rowid DESC "
                "LIMIT -1 OFFSET ?",
                MAX_EVIDENCE,
            ):
                self._store.update("jobs", row["id"], evidence=0)
                self._drop_inputs(row["id"])
        else:
            self._drop_inputs(job)

    def _drop_inputs(self, job: str) -> None:
        """Clients' inputs are kept no longer than needed: for their sake and the disk's."""
        self._store.execute("DELETE FROM stdin_entries WHERE job = ?", job)
        row = self._store.row("SELECT program FROM jobs WHERE id = ?", job)
        if row is not None and row["program"] is not None:
            self.programs.drop_unneeded(row["program"])

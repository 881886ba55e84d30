"""Jobs in SQLite: accepted before they are run, and parked when nobody wants them any more.

A job is wanted while somebody waits for it, which only the queue knows and gives as a collection of
names, or once somebody asked for it by its id, which is in the column `kept`.
"""

import json
import time
from collections.abc import Callable, Collection
from typing import Any

from attestor.core.job import Identity, JobLimits, JobState, Request, Work
from attestor.core.proof import SP1, Proof
from attestor.errors import JobGivenUp, LeaseLost, RequestInvalid
from attestor.store.database import Store
from attestor.store.job_ends import FRESH, NO_LEASE, JobEnds
from attestor.store.journal import Clock
from attestor.store.leases import Leases
from attestor.store.programs import Programs
from attestor.store.turns import Turns

OPEN_STATES = "('queued', 'running')"
WANTED = "(kept = 1 OR jobs.id IN (SELECT value FROM json_each(?)))"
"""The parameter is a JSON list of the jobs that are waited for."""
CLAIMABLE = (
    "(state = 'queued' OR (state = 'running' AND jobs.id NOT IN (SELECT value FROM json_each(?))))"
)
"""Jobs that nobody holds; the parameter is a JSON list of those that are held."""
FIRST_OF_EACH = (
    "SELECT jobs.id, jobs.rowid, min(jobs.rowid - (priority << 48)) AS place, "  # noqa: S608
    "starts, cycle_limit, seconds_limit, program, stdin_sha256, "
    "coalesce((SELECT client FROM job_clients WHERE job = jobs.id ORDER BY asked_at, client "
    f"LIMIT 1), '') AS client FROM jobs WHERE {CLAIMABLE} AND {WANTED} AND registration = ? "
    "GROUP BY client"
)
MAX_STARTS = 3


class Jobs(JobEnds):
    """The tables programs, jobs and stdin_entries, of them the jobs for one registration; leases as
    `jobs.job_store` has them.

    All owners are of this process. The column `lease_ends_at` is for people (`store.leases`).
    """

    def __init__(
        self,
        store: Store,
        clock: Clock = time.time,
        monotonic: Callable[[], float] = time.monotonic,
        registration: str = "",
        programs: Programs | None = None,
    ) -> None:
        super().__init__(store, clock, registration, programs)
        self._for = registration
        self._leases = Leases(monotonic)
        self._turns = Turns()

    def adopt(self) -> None:
        """Jobs of a version that knew one registration alone were for this one."""
        with self._store.transaction():
            self._store.execute(
                "UPDATE jobs SET registration = ? WHERE registration = ''", self._for
            )

    def recover(self) -> int:
        """Take over the open jobs of an earlier run, which nobody works on and nobody waits for;
        how many of them were asked for by their id."""
        with self._store.transaction():
            self._store.execute(
                "UPDATE jobs SET state = 'queued', claimed_by = NULL, lease_ends_at = NULL "
                "WHERE state = 'running' AND registration = ?",
                self._for,
            )
            self._give_up("state = 'queued'")
            self._leases.clear()
        return self.open_count([])

    def ask(
        self, identity: Identity, request: Request, client: str = "", kept: bool = False
    ) -> None:
        """Queue a job with all that it needs for a client, also one that is over and is to be run
        again. One that is open already stays as it is, and is this client's too. Raises
        `ProgramUnknown` when its program neither came with it nor is here."""
        with self._store.transaction():
            state = self.known(identity)
            if state is None or not state.is_open:
                if state is None and self.registration_of(identity.job) is not None:
                    # Of another registration, which was the default once.
                    self._forget(identity.job)
                self._queue(identity, request, is_new=state is None)
            self._note_client(identity.job, client)
            if request.priority:
                self._store.execute(
                    "UPDATE jobs SET priority = max(priority, ?) WHERE id = ?",
                    *(request.priority, identity.job),
                )
            if kept:
                self.keep(identity.job)

    def note_client(self, job: str, client: str) -> bool:
        """A client asked for a job; nameless ones are not noted. Whether there is such a job."""
        with self._store.transaction():
            if self.state(job) is None:
                return False
            self._note_client(job, client)
            return True

    def _note_client(self, job: str, client: str) -> None:
        if not client:
            return
        is_new = self._store.execute(
            "INSERT OR IGNORE INTO job_clients (job, client, asked_at) VALUES (?, ?, ?)",
            *(job, client, self._now()),
        )
        if is_new:
            self._store.touch(job)

    def keep(self, job: str) -> None:
        """Somebody asked for an open job by its id: it is run whether or not they wait."""
        with self._store.transaction():
            self._store.execute(
                f"UPDATE jobs SET kept = 1 WHERE id = ? AND state IN {OPEN_STATES}",  # noqa: S608
                job,
            )

    def is_kept(self, job: str) -> bool:
        """Whether somebody asked for it by its id."""
        return self._store.row("SELECT 1 FROM jobs WHERE id = ? AND kept = 1", job) is not None

    def open_count(self, waited: Collection[str]) -> int:
        """How many jobs are queued or running, and wanted."""
        row = self._store.row(
            f"SELECT count(*) AS n FROM jobs WHERE state IN {OPEN_STATES} AND {WANTED} "  # noqa: S608
            "AND registration = ?",
            json.dumps(list(waited)),
            self._for,
        )
        assert row is not None
        return int(row["n"])

    def drop_parked(self, waited: Collection[str], most: int) -> int:
        """Forget the oldest jobs that wait and are not wanted, but for `most`; how many."""
        condition = f"state = 'queued' AND NOT {WANTED} AND registration = ?"
        rows = self._store.rows(
            f"SELECT id FROM jobs WHERE {condition} ORDER BY rowid DESC LIMIT -1 OFFSET ?",  # noqa: S608
            json.dumps(list(waited)),
            self._for,
            most,
        )
        for row in rows:
            with self._store.transaction():
                if self.results.of(row["id"]) is not None:
                    # It was to be run once more; what it has stays its answer.
                    self._store.update("jobs", row["id"], state="done")
                    self._drop_inputs(row["id"])
                    continue
                self._forget(row["id"])
        return len(rows)

    def open_count_of(self, client: str, waited: Collection[str]) -> int:
        """How many of these a client asked for."""
        row = self._store.row(
            "SELECT count(*) AS n FROM job_clients JOIN jobs ON jobs.id = job "  # noqa: S608
            f"WHERE client = ? AND state IN {OPEN_STATES} AND {WANTED} AND registration = ?",
            *(client, json.dumps(list(waited)), self._for),
        )
        assert row is not None
        return int(row["n"])

    def timed(self) -> dict[str, float]:
        """The open jobs that have to be finished in time, with the seconds that they have."""
        rows = self._store.rows(
            "SELECT id, seconds_limit FROM jobs "  # noqa: S608
            f"WHERE state IN {OPEN_STATES} AND seconds_limit IS NOT NULL AND registration = ?",
            self._for,
        )
        return {row["id"]: row["seconds_limit"] for row in rows}

    def claim(self, owner: str, seconds: float, waited: Collection[str]) -> Work | None:
        """The next wanted job that nobody holds, now leased to `owner` for `seconds`: of the client
        whose turn it is the one of the highest priority, and of these the oldest.

        One that was started MAX_STARTS times and never came to an end is failed: it may be what
        ended whoever ran it.
        """
        with self._store.transaction():
            held, wanted = self._leases.held(), json.dumps(list(waited))
            self._give_up(CLAIMABLE, held)
            row = self._turns.next(self._store.rows(FIRST_OF_EACH, held, wanted, self._for))
            if row is None:
                return None
            lease = {"claimed_by": owner, "lease_ends_at": self._now(seconds)}
            starts = row["starts"] + 1
            self._store.update("jobs", row["id"], state="running", starts=starts, **lease)
            program = self.programs.of(row["program"])
            entries = self._store.rows(
                "SELECT data FROM stdin_entries WHERE job = ? ORDER BY position", row["id"]
            )
            self._leases.hold(row["id"], seconds)
        stdin = tuple(entry["data"] for entry in entries)
        limits = JobLimits(row["cycle_limit"], row["seconds_limit"])
        run = f"{row['program']} {row['stdin_sha256']} {limits.cycles} {limits.seconds}"
        return Work(row["id"], program, stdin, limits, run, row["program"])

    def renew(self, job: str, owner: str, seconds: float) -> None:
        """Hold the lease for `seconds` from now. Raises `LeaseLost`."""
        with self._store.transaction():
            self._require_lease(job, owner)
            self._store.update("jobs", job, lease_ends_at=self._now(seconds))
            self._leases.hold(job, seconds)

    def release(self, job: str, owner: str) -> None:
        """Queue a running job again; that start does not count. Raises `LeaseLost`."""
        with self._store.transaction():
            self._require_lease(job, owner)
            self._store.execute(
                "UPDATE jobs SET state = 'queued', starts = starts - 1, claimed_by = NULL, "
                "lease_ends_at = NULL WHERE id = ?",
                job,
            )
        self._leases.drop(job)

    def finish(self, job: str, owner: str, proof: Proof) -> None:
        """Keep the proof of a job. Raises `LeaseLost`."""
        with self._store.transaction():
            self._require_lease(job, owner)
            self.results.keep(job, proof)
            closed = {"state": "done", "finished_at": self._now(), **NO_LEASE}
            self._store.update("jobs", job, **closed)
            self._drop_inputs(job)
        self._leases.drop(job)
        # Whoever waits for it is told from memory.
        self.done(job)
        self.results.of(job)

    def fail(self, job: str, owner: str, code: str, message: str, hint: str | None = None) -> None:
        """Close a job that cannot be proven. Raises `LeaseLost`."""
        with self._store.transaction():
            self._require_lease(job, owner)
            self._close_failed(job, code, message, hint)
        self._leases.drop(job)

    def known(self, identity: Identity) -> JobState | None:
        """How the job of a request stands. Raises `RequestInvalid` when another request has its
        name, which nobody comes to by accident: the name has 122 bits of a hash."""
        row = self._store.row(
            "SELECT program, stdin_sha256, state, error_code, error_message, error_hint FROM jobs "
            "WHERE id = ? AND registration = ?",
            identity.job,
            self._for,
        )
        if row is None:
            return None
        if (row.pop("program"), row.pop("stdin_sha256")) != (identity.program, identity.stdin):
            raise RequestInvalid(f"another request has the id {identity.job}")
        return JobState(**row)

    def _row(self, identity: Identity, limits: JobLimits) -> dict[str, Any]:
        return {
            "id": identity.job,
            "registration": self._for,
            "kind": SP1,
            "program": identity.program,
            "stdin_sha256": identity.stdin,
            "cycle_limit": limits.cycles,
            "seconds_limit": limits.seconds,
            "state": "queued",
            "created_at": self._now(),
        }

    def _queue(self, identity: Identity, request: Request, is_new: bool) -> None:
        self.programs.keep(identity.program, request.program)
        if is_new:
            self._store.insert("jobs", self._row(identity, request.limits))
        else:
            self._store.update("jobs", identity.job, **FRESH)
            self._store.touch(identity.job)
            self._store.execute("DELETE FROM stdin_entries WHERE job = ?", identity.job)
        for position, data in enumerate(request.stdin):
            entry = {"job": identity.job, "position": position, "data": data}
            self._store.insert("stdin_entries", entry)

    def _require_lease(self, job: str, owner: str) -> None:
        """A lease that ended still counts until somebody else claims the job: the work is done."""
        row = self._store.row("SELECT state, claimed_by FROM jobs WHERE id = ?", job)
        if row is None or (row["state"], row["claimed_by"]) != ("running", owner):
            raise LeaseLost(f"job {job} is not leased to {owner} any more")

    def _give_up(self, condition: str, *parameters: str) -> None:
        for row in self._store.rows(
            f"SELECT id FROM jobs WHERE {condition} AND starts >= {MAX_STARTS} "  # noqa: S608
            "AND registration = ?",
            *parameters,
            self._for,
        ):
            told = f"started {MAX_STARTS} times without an end"
            self._close_failed(row["id"], JobGivenUp.code, told, "ask again, or tell the operator")

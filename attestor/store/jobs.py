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
from attestor.store.journal import Clock, iso
from attestor.store.leases import Leases
from attestor.store.results import Results

OPEN_STATES = "('queued', 'running')"
WANTED = "(kept = 1 OR jobs.id IN (SELECT value FROM json_each(?)))"
"""The parameter is a JSON list of the jobs that are waited for."""
CLAIMABLE = (
    "(state = 'queued' OR (state = 'running' AND jobs.id NOT IN (SELECT value FROM json_each(?))))"
)
"""Jobs that nobody holds; the parameter is a JSON list of those that are held."""
NO_LEASE = {"claimed_by": None, "lease_ends_at": None}
NO_ERROR = {"error_code": None, "error_message": None, "error_hint": None, "finished_at": None}
MAX_STARTS = 3


class Jobs:
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
    ) -> None:
        self._store = store
        self._registration = registration
        self._clock = clock
        self._leases = Leases(monotonic)
        self.results = Results(store, clock)

    def adopt(self) -> None:
        """Jobs of a version that knew one registration alone were for this one."""
        with self._store.transaction():
            self._store.execute(
                "UPDATE jobs SET registration = ? WHERE registration = ''", self._registration
            )

    def recover(self) -> int:
        """Take over the open jobs of an earlier run, which nobody works on and nobody waits for;
        how many of them were asked for by their id."""
        with self._store.transaction():
            self._store.execute(
                "UPDATE jobs SET state = 'queued', claimed_by = NULL, lease_ends_at = NULL "
                "WHERE state = 'running' AND registration = ?",
                self._registration,
            )
            self._give_up("state = 'queued'")
            self._leases.clear()
        return self.open_count([])

    def ask(self, identity: Identity, request: Request) -> None:
        """Queue a job with all that it needs, also one that is over and is to be run again. One
        that is open already stays as it is."""
        with self._store.transaction():
            state = self.known(identity)
            if state is not None and state.is_open:
                return
            if state is None:
                self._forget(identity.job)
            self._keep_program(identity.program, request.program)
            if state is None:
                self._store.insert("jobs", self._row(identity, request.limits))
            else:
                fresh = {"state": "queued", "starts": 0, **NO_LEASE, **NO_ERROR}
                self._store.update("jobs", identity.job, **fresh)
            for position, data in enumerate(request.stdin):
                entry = {"job": identity.job, "position": position, "data": data}
                self._store.insert("stdin_entries", entry)

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
            self._registration,
        )
        assert row is not None
        return int(row["n"])

    def drop_parked(self, waited: Collection[str], most: int) -> int:
        """Forget the oldest jobs that wait and are not wanted, but for `most`; how many."""
        condition = f"state = 'queued' AND NOT {WANTED} AND registration = ?"
        rows = self._store.rows(
            f"SELECT id FROM jobs WHERE {condition} ORDER BY rowid DESC LIMIT -1 OFFSET ?",  # noqa: S608
            json.dumps(list(waited)),
            self._registration,
            most,
        )
        for row in rows:
            with self._store.transaction():
                self._drop_inputs(row["id"])
                if self.results.of(row["id"]) is not None:
                    # It was to be run once more; what it has stays its answer.
                    self._store.update("jobs", row["id"], state="done")
                    continue
                self._store.delete("jobs", [row["id"]])
        return len(rows)

    def claim(self, owner: str, seconds: float, waited: Collection[str]) -> Work | None:
        """The oldest wanted job that nobody holds, now leased to `owner` for `seconds`.

        One that was started MAX_STARTS times and never came to an end is failed: it may be what
        ended whoever ran it.
        """
        with self._store.transaction():
            held, wanted = self._leases.held(), json.dumps(list(waited))
            self._give_up(CLAIMABLE, held)
            row = self._store.row(
                "SELECT jobs.id, program, stdin_sha256, starts, cycle_limit, seconds_limit, elf "  # noqa: S608
                "FROM jobs JOIN programs ON programs.sha256 = jobs.program "
                f"WHERE {CLAIMABLE} AND {WANTED} AND registration = ? "
                "ORDER BY jobs.rowid LIMIT 1",
                held,
                wanted,
                self._registration,
            )
            if row is None:
                return None
            lease = {"claimed_by": owner, "lease_ends_at": self._now(seconds)}
            starts = row["starts"] + 1
            self._store.update("jobs", row["id"], state="running", starts=starts, **lease)
            entries = self._store.rows(
                "SELECT data FROM stdin_entries WHERE job = ? ORDER BY position", row["id"]
            )
            self._leases.hold(row["id"], seconds)
        stdin = tuple(entry["data"] for entry in entries)
        limits = JobLimits(row["cycle_limit"], row["seconds_limit"])
        run = f"{row['program']} {row['stdin_sha256']} {limits.cycles} {limits.seconds}"
        return Work(row["id"], row["elf"], stdin, limits, run)

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

    def finish(self, job: str, owner: str, proof: Proof) -> None:
        """Keep the proof of a job. Raises `LeaseLost`."""
        with self._store.transaction():
            self._require_lease(job, owner)
            self.results.keep(job, proof)
            closed = {"state": "done", "finished_at": self._now(), **NO_LEASE}
            self._store.update("jobs", job, **closed)
            self._drop_inputs(job)

    def fail(self, job: str, owner: str, code: str, message: str, hint: str | None = None) -> None:
        """Close a job that cannot be proven. Raises `LeaseLost`."""
        with self._store.transaction():
            self._require_lease(job, owner)
            self._close_failed(job, code, message, hint)

    def known(self, identity: Identity) -> JobState | None:
        """How the job of a request stands. Raises `RequestInvalid` when another request has its
        name, which nobody comes to by accident: the name has 122 bits of a hash."""
        row = self._store.row(
            "SELECT program, stdin_sha256 FROM jobs WHERE id = ? AND registration = ?",
            identity.job,
            self._registration,
        )
        if row is None:
            return None
        if (row["program"], row["stdin_sha256"]) != (identity.program, identity.stdin):
            raise RequestInvalid(f"another request has the id {identity.job}")
        return self.state(identity.job)

    def state(self, job: str) -> JobState | None:
        """How a job stands, or None when there is no such job for this registration."""
        row = self._store.row(
            "SELECT state, error_code, error_message, error_hint FROM jobs "
            "WHERE id = ? AND registration = ?",
            job,
            self._registration,
        )
        return JobState(**row) if row else None

    def registration_of(self, job: str) -> str | None:
        """The registration that any job is for, this one or another."""
        row = self._store.row("SELECT registration FROM jobs WHERE id = ?", job)
        return row["registration"] if row else None

    def _row(self, identity: Identity, limits: JobLimits) -> dict[str, Any]:
        return {
            "id": identity.job,
            "registration": self._registration,
            "kind": SP1,
            "program": identity.program,
            "stdin_sha256": identity.stdin,
            "cycle_limit": limits.cycles,
            "seconds_limit": limits.seconds,
            "state": "queued",
            "created_at": self._now(),
        }

    def _forget(self, job: str) -> None:
        """Make room for a job whose id one of another registration has: that one was the default
        in an earlier run."""
        for table, column in (("results", "job"), ("stdin_entries", "job"), ("jobs", "id")):
            self._store.execute(f"DELETE FROM {table} WHERE {column} = ?", job)  # noqa: S608

    def _keep_program(self, name: str, program: bytes) -> None:
        known = self._store.row(
            "SELECT elf IS NOT NULL AS whole FROM programs WHERE sha256 = ?", name
        )
        if known is None:
            row = {"sha256": name, "size": len(program), "elf": program}
            self._store.insert("programs", row)
        elif not known["whole"]:
            self._store.update("programs", name, elf=program)

    def _now(self, later: float = 0.0) -> str:
        return iso(self._clock() + later)

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
            self._registration,
        ):
            told = f"started {MAX_STARTS} times without an end"
            self._close_failed(row["id"], JobGivenUp.code, told, "ask again, or tell the operator")

    def _close_failed(self, job: str, code: str, message: str, hint: str | None) -> None:
        changes = {"error_code": code, "error_message": message, "error_hint": hint, **NO_LEASE}
        self._store.update("jobs", job, state="failed", finished_at=self._now(), **changes)
        self._drop_inputs(job)

    def _drop_inputs(self, job: str) -> None:
        """Clients' inputs are kept no longer than needed: for their sake and the disk's."""
        self._store.execute("DELETE FROM stdin_entries WHERE job = ?", job)
        self._store.execute(
            "UPDATE programs SET elf = NULL WHERE sha256 = (SELECT program FROM jobs WHERE id = ?) "  # noqa: S608
            "AND NOT EXISTS (SELECT 1 FROM jobs WHERE program = programs.sha256 "
            f"AND state IN {OPEN_STATES} AND id <> ?)",
            job,
            job,
        )

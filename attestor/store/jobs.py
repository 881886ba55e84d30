"""Jobs and proofs in SQLite: accepted before they are run, answered from here afterwards."""

import hashlib
import time
from collections.abc import Callable, Sequence
from typing import Any

from attestor.core.cross_check import CrossCheckVerdict, Finding, Timing
from attestor.core.execution import stdin_sha256
from attestor.core.job import JobState, Work
from attestor.core.proof import Proof
from attestor.core.statement import CIRCUIT_VERSION, SignedStatement, Statement
from attestor.core.text import from_hex, to_hex
from attestor.errors import JobGivenUp, LeaseLost
from attestor.store.database import Store
from attestor.store.journal import Journal
from attestor.store.leases import Leases
from attestor.store.proofs import CrossCheckCount, StoredProof, StoredStatement

OPEN_STATES = "('queued', 'running')"
CLAIMABLE = (
    "(state = 'queued' OR (state = 'running' AND jobs.id NOT IN (SELECT value FROM json_each(?))))"
)
"""Jobs that nobody holds; the parameter is a JSON list of those that are held."""
NO_LEASE = {"claimed_by": None, "lease_ends_at": None}
MAX_STARTS = 3
SP1 = "sp1"
"""The kind of job that runs an SP1 program."""
FIRST_FINDING = {Timing.BEFORE: Finding.AGREED, Timing.AFTER: Finding.PENDING}
"""What is known about a run when it is signed."""


class Jobs:
    """The tables programs, jobs, stdin_entries and proofs; leases as `jobs.job_store` has them.

    All owners are of this process. The column `lease_ends_at` is for people (`store.leases`).
    """

    def __init__(
        self, store: Store, journal: Journal, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._journal = journal
        self._leases = Leases(monotonic)

    def requeue_open(self) -> int:
        """Take over the open jobs of an earlier run, which nobody works on; how many there are."""
        with self._store.transaction():
            for row in self._store.rows("SELECT id FROM jobs WHERE state = 'running'"):
                self._store.update("jobs", row["id"], state="queued", **NO_LEASE)
            self._give_up("state = 'queued'")
            self._leases.clear()
        return self.open_count()

    def add(self, job: str, program: bytes, stdin: Sequence[bytes]) -> None:
        """Keep a new job with all that it needs."""
        name = hashlib.sha256(program).hexdigest()
        with self._store.transaction():
            self._store.tables.table("programs").upsert(
                {"sha256": name, "size": len(program), "elf": program}, pk="sha256"
            )
            self._store.insert(
                "jobs",
                {
                    "id": job,
                    "kind": SP1,
                    "program": name,
                    "stdin_sha256": stdin_sha256(stdin),
                    "state": "queued",
                    "created_at": self._journal.now(),
                },
            )
            for position, data in enumerate(stdin):
                entry = {"job": job, "position": position, "data": data}
                self._store.insert("stdin_entries", entry)

    def open_count(self) -> int:
        """How many jobs are queued or running."""
        row = self._store.row(f"SELECT count(*) AS n FROM jobs WHERE state IN {OPEN_STATES}")  # noqa: S608
        assert row is not None
        return int(row["n"])

    def claim(self, owner: str, seconds: float) -> Work | None:
        """The oldest job that waits, or whose lease ended, now leased to `owner` for `seconds`.

        One that was started MAX_STARTS times and never came to an end is failed: it may be what
        ended whoever ran it.
        """
        with self._store.transaction():
            held = self._leases.held()
            self._give_up(CLAIMABLE, held)
            row = self._store.row(
                "SELECT jobs.id, jobs.starts, programs.elf FROM jobs "  # noqa: S608
                "JOIN programs ON programs.sha256 = jobs.program "
                f"WHERE {CLAIMABLE} ORDER BY jobs.rowid LIMIT 1",
                held,
            )
            if row is None:
                return None
            lease = {"claimed_by": owner, "lease_ends_at": self._journal.now(seconds)}
            starts = row["starts"] + 1
            self._store.update("jobs", row["id"], state="running", starts=starts, **lease)
            entries = self._store.rows(
                "SELECT data FROM stdin_entries WHERE job = ? ORDER BY position", row["id"]
            )
            self._leases.hold(row["id"], seconds)
        return Work(row["id"], row["elf"], tuple(entry["data"] for entry in entries))

    def renew(self, job: str, owner: str, seconds: float) -> None:
        """Hold the lease for `seconds` from now. Raises `LeaseLost`."""
        with self._store.transaction():
            self._require_lease(job, owner)
            self._store.update("jobs", job, lease_ends_at=self._journal.now(seconds))
            self._leases.hold(job, seconds)

    def release(self, job: str, owner: str) -> None:
        """Queue a running job again. Raises `LeaseLost`."""
        with self._store.transaction():
            self._require_lease(job, owner)
            self._store.update("jobs", job, state="queued", **NO_LEASE)

    def finish(self, job: str, owner: str, proof: Proof) -> None:
        """Keep the proof of a job. Raises `LeaseLost`."""
        evidence = {
            "kind": SP1,
            "program_vkey": to_hex(proof.verifying_key.program_vkey),
            "vk_hash_bytes": to_hex(proof.verifying_key.vk_hash_bytes),
            "digest": to_hex(proof.digest),
            "signature": to_hex(proof.signature),
            "cycles": proof.cycles,
            "engine": proof.engine,
            "executor": proof.executor,
            "cross_check": proof.cross_check,
            **_statement_columns(proof.statement),
        }
        with self._store.transaction():
            self._require_lease(job, owner)
            now = self._journal.now()
            self._store.insert(
                "proofs",
                {
                    "job": job,
                    "signer": to_hex(proof.signer),
                    "created_at": now,
                    "public_values": proof.public_values,
                    "finding": FIRST_FINDING.get(proof.cross_check),
                    **evidence,
                },
            )
            self._store.update("jobs", job, state="done", finished_at=now, **NO_LEASE)
            self._drop_inputs(job)
            self._journal.append("proof_signed", proof.signer, job=job, **evidence)

    def fail(self, job: str, owner: str, code: str, message: str) -> None:
        """Close a job that cannot be proven. Raises `LeaseLost`."""
        with self._store.transaction():
            self._require_lease(job, owner)
            self._close_failed(job, code, message)

    def state(self, job: str) -> JobState | None:
        """How a job stands, or None when there is no such job."""
        row = self._store.row("SELECT state, error_code, error_message FROM jobs WHERE id = ?", job)
        return JobState(**row) if row else None

    def statement(self, job: str) -> StoredStatement | None:
        """The typed statement of a finished job, if one was signed."""
        row = self._store.row(
            "SELECT signer, program_vkey, public_values, stdin_sha256, statement_contract, "
            "statement_expires_at, statement_signature, executor "
            "FROM proofs JOIN jobs ON jobs.id = job "
            "WHERE job = ? AND statement_signature IS NOT NULL",
            job,
        )
        if row is None:
            return None
        return StoredStatement(
            signer=from_hex(row["signer"]),
            statement=Statement(
                program_vkey=from_hex(row["program_vkey"]),
                public_values_hash=hashlib.sha256(row["public_values"]).digest(),
                exit_code=0,
                stdin_hash=bytes.fromhex(row["stdin_sha256"]),
                circuit_version=CIRCUIT_VERSION,
                expires_at=row["statement_expires_at"],
            ),
            contract=from_hex(row["statement_contract"]),
            signature=from_hex(row["statement_signature"]),
            executor=row["executor"],
        )

    def proof(self, job: str) -> StoredProof | None:
        """The proof of a finished job."""
        row = self._store.row(
            "SELECT signature, vk_hash_bytes, public_values, engine, cycles, cross_check, finding, "
            "executor FROM proofs WHERE job = ?",
            job,
        )
        if row is None:
            return None
        return StoredProof(
            signature=from_hex(row.pop("signature")),
            vk_hash_bytes=from_hex(row.pop("vk_hash_bytes")),
            **row,
        )

    def confirm(self, job: str, verdict: CrossCheckVerdict) -> bool:
        """Note what was found about a pending proof; False when the job has none (yet)."""
        row = self._store.row("SELECT signer, finding FROM proofs WHERE job = ?", job)
        if row is None or row["finding"] != Finding.PENDING:
            return row is not None
        changes = {"finding": verdict.finding, "finding_reason": verdict.reason or None}
        with self._store.transaction():
            self._store.update("proofs", job, **changes)
            self._journal.append("proof_cross_checked", from_hex(row["signer"]), job=job, **changes)
        return True

    def close_pending(self, reason: str) -> int:
        """Give up all cross-checks that are pending; how many there were."""
        rows = self._store.rows("SELECT job FROM proofs WHERE finding = ?", Finding.PENDING)
        for row in rows:
            self.confirm(row["job"], CrossCheckVerdict(Finding.INCONCLUSIVE, reason))
        return len(rows)

    def cross_check_counts(self) -> list[CrossCheckCount]:
        """How many SP1 proofs there are by engine, cross-check and finding."""
        rows = self._store.rows(
            "SELECT engine, cross_check, finding, count(*) AS count FROM proofs "
            "WHERE kind = 'sp1' GROUP BY engine, cross_check, finding"
        )
        return [CrossCheckCount(**row) for row in rows]

    def _require_lease(self, job: str, owner: str) -> None:
        """A lease that ended still counts until somebody else claims the job: the work is done."""
        row = self._store.row("SELECT state, claimed_by FROM jobs WHERE id = ?", job)
        if row is None or (row["state"], row["claimed_by"]) != ("running", owner):
            raise LeaseLost(f"job {job} is not leased to {owner} any more")

    def _give_up(self, condition: str, *parameters: str) -> None:
        for row in self._store.rows(
            f"SELECT id FROM jobs WHERE {condition} AND starts >= {MAX_STARTS}",  # noqa: S608
            *parameters,
        ):
            told = f"started {MAX_STARTS} times without an end"
            self._close_failed(row["id"], JobGivenUp.code, told)

    def _close_failed(self, job: str, code: str, message: str) -> None:
        changes = {"state": "failed", "error_code": code, "error_message": message, **NO_LEASE}
        self._store.update("jobs", job, finished_at=self._journal.now(), **changes)
        self._drop_inputs(job)

    def _drop_inputs(self, job: str) -> None:
        """Clients' inputs are kept no longer than needed: for their sake and the disk's."""
        self._store.tables.table("stdin_entries").delete_where("job = ?", [job])
        self._store.tables.execute(
            "UPDATE programs SET elf = NULL WHERE sha256 = (SELECT program FROM jobs WHERE id = ?) "  # noqa: S608
            f"AND NOT EXISTS (SELECT 1 FROM jobs WHERE program = programs.sha256 "
            f"AND state IN {OPEN_STATES})",
            [job],
        )


def _statement_columns(signed: SignedStatement | None) -> dict[str, Any]:
    if signed is None:
        return {}
    return {
        "statement_contract": to_hex(signed.contract),
        "statement_expires_at": signed.expires_at,
        "statement_signature": to_hex(signed.signature),
    }

"""Jobs and proofs in SQLite: accepted before they are run, answered from here afterwards."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from attestor.core.cross_check import CrossCheckVerdict, Finding, Timing
from attestor.core.execution import stdin_sha256
from attestor.core.proof import Proof
from attestor.core.statement import CIRCUIT_VERSION, SignedStatement, Statement
from attestor.core.text import from_hex, to_hex
from attestor.errors import JobGivenUp
from attestor.store.database import Store
from attestor.store.journal import Journal

OPEN_STATES = "('queued', 'running')"
MAX_STARTS = 3
FIRST_FINDING = {Timing.BEFORE: Finding.AGREED, Timing.AFTER: Finding.PENDING}
"""What is known about a run when it is signed."""


@dataclass(frozen=True)
class Work:
    """What a queued job wants to have run."""

    job: str
    program: bytes
    stdin: tuple[bytes, ...]


@dataclass(frozen=True)
class JobState:
    """How a job stands; the error fields are set when it failed."""

    state: str
    error_code: str | None
    error_message: str | None


@dataclass(frozen=True)
class StoredProof:
    """What a finished job answers with; `finding` is None where nothing is confirmed."""

    signature: bytes
    vk_hash_bytes: bytes
    public_values: bytes
    engine: str
    cycles: int
    confirmation: str
    finding: str | None


@dataclass(frozen=True)
class StoredStatement:
    """A typed statement with its signature, its signer, and the MultiProof that it is for."""

    signer: bytes
    statement: Statement
    contract: bytes
    signature: bytes


class Jobs:
    """The tables programs, jobs, stdin_entries and proofs."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._journal = journal

    def requeue_open(self) -> int:
        """Take over the open jobs of an earlier run; how many there are.

        One that was started MAX_STARTS times and never came to an end is failed: it may be what
        ended those runs.
        """
        for row in self._store.rows(
            f"SELECT id FROM jobs WHERE state IN {OPEN_STATES} AND starts >= ?",  # noqa: S608
            MAX_STARTS,
        ):
            self.fail(row["id"], JobGivenUp.code, f"started {MAX_STARTS} times without an end")
        with self._store.transaction():
            for row in self._store.rows("SELECT id FROM jobs WHERE state = 'running'"):
                self._store.update("jobs", row["id"], state="queued")
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

    def take(self) -> Work | None:
        """The oldest queued job, now running."""
        with self._store.transaction():
            row = self._store.row(
                "SELECT jobs.id, jobs.starts, programs.elf FROM jobs "
                "JOIN programs ON programs.sha256 = jobs.program "
                "WHERE state = 'queued' ORDER BY jobs.created_at, jobs.rowid LIMIT 1"
            )
            if row is None:
                return None
            self._store.update("jobs", row["id"], state="running", starts=row["starts"] + 1)
            entries = self._store.rows(
                "SELECT data FROM stdin_entries WHERE job = ? ORDER BY position", row["id"]
            )
        return Work(row["id"], row["elf"], tuple(entry["data"] for entry in entries))

    def put_back(self, job: str) -> None:
        """Queue a running job again."""
        with self._store.transaction():
            self._store.update("jobs", job, state="queued")

    def finish(self, job: str, proof: Proof) -> None:
        """Keep the proof of a job."""
        evidence = {
            "program_vkey": to_hex(proof.verifying_key.program_vkey),
            "vk_hash_bytes": to_hex(proof.verifying_key.vk_hash_bytes),
            "digest": to_hex(proof.digest),
            "signature": to_hex(proof.signature),
            "cycles": proof.cycles,
            "engine": proof.engine,
            "confirmation": proof.confirmation,
            **_statement_columns(proof.statement),
        }
        with self._store.transaction():
            now = self._journal.now()
            self._store.insert(
                "proofs",
                {
                    "job": job,
                    "signer": to_hex(proof.signer),
                    "created_at": now,
                    "public_values": proof.public_values,
                    "finding": FIRST_FINDING.get(proof.confirmation),
                    **evidence,
                },
            )
            self._store.update("jobs", job, state="done", finished_at=now)
            self._drop_inputs(job)
            self._journal.append("proof_signed", proof.signer, job=job, **evidence)

    def fail(self, job: str, code: str, message: str) -> None:
        """Close a job that cannot be proven."""
        with self._store.transaction():
            now = self._journal.now()
            changes = {"state": "failed", "error_code": code, "error_message": message}
            self._store.update("jobs", job, finished_at=now, **changes)
            self._drop_inputs(job)

    def state(self, job: str) -> JobState | None:
        """How a job stands, or None when there is no such job."""
        row = self._store.row("SELECT state, error_code, error_message FROM jobs WHERE id = ?", job)
        return JobState(**row) if row else None

    def statement(self, job: str) -> StoredStatement | None:
        """The typed statement of a finished job, if one was signed."""
        row = self._store.row(
            "SELECT signer, program_vkey, public_values, stdin_sha256, statement_contract, "
            "statement_expires_at, statement_signature FROM proofs JOIN jobs ON jobs.id = job "
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
        )

    def proof(self, job: str) -> StoredProof | None:
        """The proof of a finished job."""
        row = self._store.row(
            "SELECT signature, vk_hash_bytes, public_values, engine, cycles, confirmation, finding "
            "FROM proofs WHERE job = ?",
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
            self._journal.append("proof_confirmed", from_hex(row["signer"]), job=job, **changes)
        return True

    def close_pending(self, reason: str) -> int:
        """Give up all confirmations that are pending; how many there were."""
        rows = self._store.rows("SELECT job FROM proofs WHERE finding = ?", Finding.PENDING)
        for row in rows:
            self.confirm(row["job"], CrossCheckVerdict(Finding.INCONCLUSIVE, reason))
        return len(rows)

    def confirmation_counts(self) -> list[dict[str, Any]]:
        """How many proofs (`n`) there are by engine, confirmation and finding."""
        return self._store.rows(
            "SELECT engine, confirmation, finding, count(*) AS n FROM proofs "
            "GROUP BY engine, confirmation, finding"
        )

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

"""What finished jobs answer with: the newest signature of each."""

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import Any

from attestor.core import circuits
from attestor.core.cross_check import Timing
from attestor.core.execution import Engine, ExecutorBuild
from attestor.core.outcome import Outcome
from attestor.core.proof import Proof, sp1_tee_column, statement_columns
from attestor.core.statement import Statement
from attestor.core.text import from_hex, to_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.store.database import Store
from attestor.store.journal import Clock, iso
from attestor.store.proofs import FIRST_FINDING
from attestor.store.remembered import Remembered


@dataclass(frozen=True)
class StoredStatement:
    """A typed statement with its signature, its signer, and the MultiProof that it is for."""

    signer: bytes
    statement: Statement
    contract: bytes
    signature: bytes
    executor: str | None = None


@dataclass(frozen=True)
class StoredResult:
    """What a finished job answers with. `finding` is None where nothing is repeated; `executor` for
    results of a version that did not note it. `outcome` is None where the signer process cannot
    know its run again."""

    signer: bytes
    valid_until: int
    signature: bytes
    vk_hash_bytes: bytes
    public_values: bytes
    engine: str
    cycles: int
    cross_check: str
    finding: str | None
    executor: str | None = None
    outcome: Outcome | None = None
    statement: StoredStatement | None = None
    sp1_tee_signature: bytes | None = None


class Results:
    """The table results."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._known = Remembered[StoredResult](store, lambda result: 3 * len(result.public_values))

    def keep(self, job: str, proof: Proof) -> None:
        """Keep a proof in place of an earlier one of that job; inside of a transaction."""
        first = FIRST_FINDING.get(proof.cross_check)
        row = {
            "job": job,
            "signer": to_hex(proof.signer),
            "valid_until": proof.valid_until,
            "created_at": iso(self._clock()),
            "program_vkey": to_hex(proof.verifying_key.program_vkey),
            "vk_hash_bytes": to_hex(proof.verifying_key.vk_hash_bytes),
            "public_values": proof.public_values,
            "digest": to_hex(proof.digest),
            "signature": to_hex(proof.signature),
            "cycles": proof.cycles,
            "engine": proof.engine,
            "executor": proof.executor,
            "cross_check": proof.cross_check,
            "finding": first,
            "outcome_mac": to_hex(proof.outcome_mac) if proof.outcome_mac else None,
            **statement_columns(proof.statement),
            **sp1_tee_column(proof.sp1_tee_signature),
        }
        self._store.execute("DELETE FROM results WHERE job = ?", job)
        self._store.insert("results", row)
        self._store.touch(job)

    def signed_again(self, job: str, proof: Proof) -> None:
        """Replace the signature of a result."""
        with self._store.transaction():
            before = self._store.row("SELECT finding FROM results WHERE job = ?", job)
            self.keep(job, proof)
            if before is not None:
                self._store.update("results", job, finding=before["finding"])

    def note_finding(self, job: str, finding: str) -> None:
        """What was found about a result since it was kept."""
        with self._store.transaction():
            self._store.update("results", job, finding=finding)
            self._store.touch(job)

    def outcome_of_same_run(self, job: str) -> Outcome | None:
        """What came of the same program, stdin and limits in a job for another registration, the
        newest one."""
        row = self._store.row(
            "SELECT results.*, other.stdin_sha256 FROM jobs AS this JOIN jobs AS other "
            "ON other.program = this.program AND other.stdin_sha256 = this.stdin_sha256 "
            "AND other.cycle_limit IS this.cycle_limit "
            "AND other.seconds_limit IS this.seconds_limit AND other.id <> this.id "
            "JOIN results ON results.job = other.id WHERE this.id = ? "
            "AND results.outcome_mac IS NOT NULL ORDER BY results.rowid DESC LIMIT 1",
            job,
        )
        return _outcome(row) if row is not None else None

    def recall(self, job: str) -> StoredResult | None:
        """The result of a job, if that is known without a look at the disk."""
        return self._known.recall(job)

    def of(self, job: str) -> StoredResult | None:
        """The result of a job."""
        return self._known.read(job, partial(self._read, job))

    def _read(self, job: str) -> StoredResult | None:
        row = self._store.row(
            "SELECT results.*, stdin_sha256 FROM results JOIN jobs ON jobs.id = job WHERE job = ?",
            job,
        )
        if row is None:
            return None
        return StoredResult(
            signer=from_hex(row["signer"]),
            valid_until=row["valid_until"],
            signature=from_hex(row["signature"]),
            vk_hash_bytes=from_hex(row["vk_hash_bytes"]),
            public_values=row["public_values"],
            engine=row["engine"],
            cycles=row["cycles"],
            cross_check=row["cross_check"],
            finding=row["finding"],
            executor=row["executor"],
            outcome=_outcome(row) if row["outcome_mac"] is not None else None,
            statement=_statement(row) if row["statement_signature"] is not None else None,
            sp1_tee_signature=from_hex(row["sp1_tee_signature"])
            if row["sp1_tee_signature"] is not None
            else None,
        )


def _outcome(row: dict[str, Any]) -> Outcome:
    key = VerifyingKey.from_vk_hash_bytes(from_hex(row["vk_hash_bytes"]))
    executor = row["executor"]
    return Outcome(
        words=key.words,
        stdin_sha256=row["stdin_sha256"],
        public_values=row["public_values"],
        cycles=row["cycles"],
        engine=Engine(row["engine"]),
        cross_check=Timing(row["cross_check"]),
        executor=ExecutorBuild(executor) if executor is not None else None,
        mac=from_hex(row["outcome_mac"]),
    )


def _statement(row: dict[str, Any]) -> StoredStatement:
    return StoredStatement(
        signer=from_hex(row["signer"]),
        statement=Statement(
            program_vkey=from_hex(row["program_vkey"]),
            public_values_hash=hashlib.sha256(row["public_values"]).digest(),
            exit_code=0,
            stdin_hash=bytes.fromhex(row["stdin_sha256"]),
            circuit_version=circuits.of_engine(Engine(row["engine"])),
            expires_at=row["statement_expires_at"],
        ),
        contract=from_hex(row["statement_contract"]),
        signature=from_hex(row["statement_signature"]),
        executor=row["executor"],
    )

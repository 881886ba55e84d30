"""Every signature that was handed out, in the history: what it covers, what was checked of it."""

from dataclasses import dataclass
from typing import Any

from attestor.core.cross_check import CrossCheckVerdict, Finding, Timing
from attestor.core.proof import SignedProof
from attestor.core.text import from_hex, to_hex
from attestor.store.database import Store
from attestor.store.journal import Journal

FIRST_FINDING = {Timing.BEFORE: Finding.AGREED, Timing.AFTER: Finding.PENDING}
"""What is known about a run when it is signed."""


@dataclass(frozen=True)
class CrossCheckCount:
    """How many proofs of an engine were checked alike; `finding` is None where nothing is
    repeated."""

    engine: str
    cross_check: str
    finding: str | None
    count: int


class Proofs:
    """The table proofs, which is journaled."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._journal = journal

    def signed(self, proof: SignedProof) -> None:
        """Keep a signature before it is handed out; a second time it changes nothing."""
        evidence = proof.evidence()
        with self._store.transaction():
            if self._known(evidence):
                return
            entry = self._journal.append("proof_signed", proof.signer, **evidence)
            row = {"entry": entry, "signer": to_hex(proof.signer), **evidence}
            first = {"finding": FIRST_FINDING.get(proof.cross_check)}
            self._store.insert("proofs", {**row, "created_at": self._journal.now(), **first})
            # A run that is signed anew keeps what was found about it.
            if (found := self._found(proof, entry)) is not None:
                self._note(entry, proof.signer, proof.job, found)

    def confirm(self, job: str, verdict: CrossCheckVerdict) -> bool:
        """Note what was found about the pending proofs of a job; False when it has none (yet)."""
        rows = self._store.rows("SELECT entry, signer, finding FROM proofs WHERE job = ?", job)
        changes = {"finding": verdict.finding, "finding_reason": verdict.reason or None}
        pending = [row for row in rows if row["finding"] == Finding.PENDING]
        with self._store.transaction():
            for row in pending:
                self._note(row["entry"], from_hex(row["signer"]), job, changes)
        return bool(rows)

    def finding(self, job: str) -> str | None:
        """What was found about the newest signed run of a job."""
        row = self._store.row(
            "SELECT finding FROM proofs WHERE job = ? ORDER BY entry DESC LIMIT 1", job
        )
        return row["finding"] if row is not None else None

    def close_pending(self, reason: str) -> int:
        """Give up all cross-checks that are pending; how many jobs had one."""
        rows = self._store.rows(
            "SELECT DISTINCT job FROM proofs WHERE finding = ?", Finding.PENDING
        )
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

    def _known(self, evidence: dict[str, Any]) -> bool:
        row = self._store.row(
            "SELECT 1 FROM proofs WHERE job = ? AND signature = ? AND statement_signature IS ?",
            evidence["job"],
            evidence["signature"],
            evidence.get("statement_signature"),
        )
        return row is not None

    def _note(self, entry: int, signer: bytes, job: str, found: dict[str, Any]) -> None:
        self._store.update("proofs", entry, **found)
        self._journal.append("proof_cross_checked", signer, job=job, proof=entry, **found)

    def _found(self, proof: SignedProof, entry: int) -> dict[str, Any] | None:
        """What was found about the run that `proof` is another signature of."""
        if not proof.again or proof.cross_check is not Timing.AFTER:
            return None
        return self._store.row(
            "SELECT finding, finding_reason FROM proofs WHERE job = ? AND cross_check = ? "
            "AND entry < ? AND finding <> ? ORDER BY entry DESC LIMIT 1",
            proof.job,
            proof.cross_check,
            entry,
            Finding.PENDING,
        )

"""Runs on which the engines disagree. One that nobody has answered for keeps signing halted,
across restarts."""

import hashlib
from dataclasses import dataclass

from attestor.core.cross_check import Disagreement
from attestor.core.execution import stdin_sha256
from attestor.store.database import Store
from attestor.store.journal import Journal


@dataclass(frozen=True)
class Open:
    """A disagreement that signing is halted for, by its journal entry. `at` is UTC, ISO 8601."""

    entry: int
    job: str
    at: str
    reason: str


class Disagreements:
    """The tables disagreements and disagreement_stdin."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._journal = journal

    def note(self, found: Disagreement) -> None:
        """Keep a disagreement with its program and stdin; while one of that job is open, another
        changes nothing."""
        evidence = {
            "job": found.job,
            "reason": found.reason,
            "program_sha256": hashlib.sha256(found.program).hexdigest(),
            "stdin_sha256": stdin_sha256(found.stdin),
        }
        with self._store.transaction():
            open_one = "SELECT 1 FROM disagreements WHERE job = ? AND resumed_at IS NULL"
            if self._store.row(open_one, found.job):
                return
            at = self._journal.now()
            entry = self._journal.append("engines_disagreed", None, **evidence)
            row = {"entry": entry, **evidence, "at": at, "program": found.program}
            self._store.insert("disagreements", row)
            for position, data in enumerate(found.stdin):
                kept = {"disagreement": entry, "position": position, "data": data}
                self._store.insert("disagreement_stdin", kept)

    def open(self) -> list[Open]:
        """What signing is halted for, oldest first."""
        rows = self._store.rows(
            "SELECT entry, job, at, reason FROM disagreements WHERE resumed_at IS NULL "
            "ORDER BY abs(entry)"
        )
        return [Open(**row) for row in rows]

    def resume(self, reason: str) -> list[Open]:
        """Close all that are open, with the operator's reason; which ones they were."""
        closed = self.open()
        with self._store.transaction():
            for one in closed:
                at = self._journal.now()
                closing = {"resumed_at": at, "resumed_reason": reason}
                self._store.update("disagreements", one.entry, **closing)
                told = {"job": one.job, "disagreement": one.entry, "reason": reason}
                self._journal.append("signing_resumed", None, **told)
        return closed

    def count(self) -> int:
        """How many there ever were."""
        row = self._store.row("SELECT count(*) AS n FROM disagreements")
        return int(row["n"]) if row else 0

"""What the signer process finds out about its engine, to each chain what is about its proofs."""

import threading
from collections import defaultdict

from attestor.core.cross_check import CrossChecked, Disagreement
from attestor.jobs.cross_checks import CheckingProcess


class Findings:
    """The process tells each finding once, whichever chain asks. Safe to use from several
    threads."""

    def __init__(self, process: CheckingProcess) -> None:
        self._process = process
        self._untold: defaultdict[str, list[CrossChecked]] = defaultdict(list)
        self._lock = threading.Lock()

    def of(self, slot: str) -> CheckingProcess:
        """As if the process had that slot alone."""
        return _OfSlot(self, slot)

    def cross_checks(self, slot: str) -> list[CrossChecked]:
        """What is new about the proofs of a slot's signers."""
        with self._lock:
            for found in self._process.cross_checks():
                self._untold[found.slot].append(found)
            return self._untold.pop(slot, [])

    def disagreement(self) -> Disagreement | None:
        """The one after which nothing is signed for any chain."""
        return self._process.disagreement()


class _OfSlot:
    def __init__(self, findings: Findings, slot: str) -> None:
        self._findings = findings
        self._slot = slot

    def cross_checks(self) -> list[CrossChecked]:
        return self._findings.cross_checks(self._slot)

    def disagreement(self) -> Disagreement | None:
        return self._findings.disagreement()

"""What the signer process finds out reaches the records, in whatever order things happen."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from attestor.core.cross_check import CrossChecked, CrossCheckVerdict, Disagreement, Finding, Timing
from attestor.core.execution import Engine
from attestor.core.proof import Proof
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import DatabaseFull, EnginesDisagree
from attestor.jobs.cross_checks import CrossChecks
from attestor.jobs.duty import CrossCheckDuty
from attestor.store.database import Store
from attestor.store.disagreements import Disagreements
from attestor.store.history import History
from attestor.store.jobs import Jobs
from attestor.store.journal import Journal

SIGNER = b"\x01" * 20
KEY = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))
PROOF = Proof(SIGNER, KEY, b"v", b"\xdd" * 32, b"\x55" * 65, 7, Engine.ATTESTOR, Timing.AFTER)
AGREED = CrossCheckVerdict(Finding.AGREED)


class ProverProcess:
    """Tells each finding once, and the disagreement always."""

    def __init__(self) -> None:
        self.finished: list[CrossChecked] = []
        self.found: Disagreement | None = None

    def prove(self, job: str, program: bytes, stdin: Sequence[bytes]) -> Proof:
        if self.found is not None:
            raise EnginesDisagree("not signed")
        return PROOF

    def cross_checks(self) -> list[CrossChecked]:
        told, self.finished = self.finished, []
        return told

    def disagreement(self) -> Disagreement | None:
        return self.found


class Parts:
    def __init__(self, path: Path) -> None:
        store = Store.open(path)
        journal = Journal(store, lambda: 0.0)
        History(store, journal).signer_created(SIGNER)
        self.jobs = Jobs(store, journal)
        self.disagreements = Disagreements(store, journal)
        self.prover = ProverProcess()
        self.confirmations = CrossChecks(self.prover, self.jobs, self.disagreements)

    def begin(self, job: str) -> None:
        self.jobs.add(job, b"elf", [])
        self.jobs.claim("worker", 60)

    def finding(self, job: str) -> str | None:
        proof = self.jobs.proof(job)
        assert proof is not None
        return proof.finding


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(tmp_path / "attestor.sqlite")


def test_follow__finding_about_a_stored_proof__is_noted(parts: Parts) -> None:
    parts.begin("a")
    parts.jobs.finish("a", "worker", PROOF)
    parts.prover.finished = [CrossChecked("a", AGREED)]
    assert parts.confirmations.follow() is None
    assert parts.finding("a") == "agreed"


def test_follow__finding_before_the_proof_is_stored__waits_for_it(parts: Parts) -> None:
    parts.begin("a")
    parts.prover.finished = [CrossChecked("a", AGREED)]
    parts.confirmations.follow()
    parts.jobs.finish("a", "worker", PROOF)
    assert parts.finding("a") == "pending"
    parts.confirmations.follow()
    assert parts.finding("a") == "agreed"


def test_follow__disagreement__is_noted_and_given(parts: Parts) -> None:
    parts.begin("a")
    parts.jobs.finish("a", "worker", PROOF)
    found = Disagreement("a", "cycles", b"elf", ())
    parts.prover.found = found
    parts.prover.finished = [CrossChecked("a", CrossCheckVerdict(Finding.DISAGREED, "cycles"))]
    assert parts.confirmations.follow() == found
    assert parts.confirmations.follow() == found
    assert [one.job for one in parts.disagreements.open()] == ["a"]
    assert parts.finding("a") == "disagreed"


def test_recover__pending_of_an_earlier_run__is_inconclusive(parts: Parts) -> None:
    parts.begin("a")
    parts.jobs.finish("a", "worker", PROOF)
    parts.confirmations.recover()
    assert parts.finding("a") == "inconclusive"


def test_prove__engines_agree__is_the_signer_processs_proof(parts: Parts) -> None:
    assert parts.confirmations.prove("a", b"elf", []) == PROOF


def test_prove__engines_disagree__is_noted_before_anyone_is_told(parts: Parts) -> None:
    """Whatever happens next, the daemon stays halted."""
    parts.begin("a")
    parts.prover.found = Disagreement("a", "cycles", b"elf", ())
    with pytest.raises(EnginesDisagree):
        parts.confirmations.prove("a", b"elf", [])
    assert [one.job for one in parts.disagreements.open()] == ["a"]


def test_duty__disagreement__is_told_with_its_job_and_the_findings_are_noted(parts: Parts) -> None:
    told: list[str] = []
    duty = CrossCheckDuty(parts.confirmations, told.append, 1.0)
    parts.begin("a")
    parts.jobs.finish("a", "worker", PROOF)
    duty.step()
    assert told == []
    parts.prover.found = Disagreement("a", "cycles", b"elf", ())
    parts.prover.finished = [CrossChecked("a", AGREED)]
    duty.step()
    assert told == ["job a: cycles"]
    assert parts.finding("a") == "agreed"


def full(*_: object) -> None:
    raise DatabaseFull("no space")


def test_follow__disk_is_full__finding_is_noted_by_a_later_call(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    for job in ("a", "b"):
        parts.begin(job)
        parts.jobs.finish(job, "worker", PROOF)
    parts.prover.finished = [CrossChecked("a", AGREED), CrossChecked("b", AGREED)]
    with monkeypatch.context() as patch:
        patch.setattr(parts.jobs, "confirm", full)
        assert parts.confirmations.follow() is None
    assert parts.finding("a") == "pending"
    parts.confirmations.follow()
    assert (parts.finding("a"), parts.finding("b")) == ("agreed", "agreed")


def test_follow__disk_is_full_as_the_engines_disagree__halts_and_notes_it_later(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts.begin("a")
    parts.prover.found = Disagreement("a", "cycles differ", b"elf", ())
    with monkeypatch.context() as patch:
        patch.setattr(parts.disagreements, "note", full)
        assert parts.confirmations.follow() == parts.prover.found
        with pytest.raises(EnginesDisagree):
            parts.confirmations.prove("a", b"elf", [])
    assert parts.disagreements.open() == []
    parts.confirmations.follow()
    assert [one.job for one in parts.disagreements.open()] == ["a"]

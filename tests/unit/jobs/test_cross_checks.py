"""What is signed and what the signer process finds out reaches the history, in whatever order
things happen."""

from dataclasses import replace
from pathlib import Path

import pytest

from attestor.core.cross_check import CrossChecked, CrossCheckVerdict, Disagreement, Finding, Timing
from attestor.core.execution import Engine
from attestor.core.proof import Proof
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import (
    AttestorError,
    DatabaseFull,
    RequestInvalid,
    SignerNotVouchedFor,
)
from attestor.hardening.secret_key import SecretKey
from attestor.jobs.cross_checks import CrossChecks
from attestor.jobs.duty import CrossCheckDuty
from attestor.store.database import Store
from attestor.store.disagreements import Disagreements
from attestor.store.history import History
from attestor.store.journal import Journal
from attestor.store.proofs import Proofs

KEYPAIR = SecretKey.random()
DIGEST = b"\xdd" * 32
KEY = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))
PROOF = Proof(
    KEYPAIR.address, KEY, b"v", DIGEST, KEYPAIR.sign(DIGEST), 7, Engine.ATTESTOR, Timing.AFTER
)
AGREED = CrossCheckVerdict(Finding.AGREED)


class CheckingProcess:
    """Tells each finding once, and the disagreement always."""

    def __init__(self) -> None:
        self.finished: list[CrossChecked] = []
        self.found: Disagreement | None = None

    def cross_checks(self) -> list[CrossChecked]:
        told, self.finished = self.finished, []
        return told

    def disagreement(self) -> Disagreement | None:
        return self.found


class Parts:
    def __init__(self, path: Path) -> None:
        store = Store.open(path)
        journal = Journal(store, lambda: 0.0)
        History(store, journal).signer_created(KEYPAIR.address)
        self.proofs = Proofs(store, journal)
        self.disagreements = Disagreements(store, journal)
        self.process = CheckingProcess()
        self.vouched: list[bytes] = []
        self.confirmations = CrossChecks(self.process, self.proofs, self.disagreements, self.vouch)
        self.refusal: AttestorError | None = None

    def vouch(self, signer: bytes) -> None:
        self.vouched.append(signer)
        if self.refusal is not None:
            raise self.refusal

    def sign(self, job: str) -> None:
        self.confirmations.signed(PROOF.of(job))

    def finding(self, job: str) -> str | None:
        return self.proofs.finding(job)


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(tmp_path / "attestor.sqlite")


def test_signed__by_its_signer__the_chain_vouches_before_the_history_has_it(parts: Parts) -> None:
    parts.sign("a")
    assert parts.vouched == [KEYPAIR.address]
    assert parts.finding("a") == "pending"


def test_signed__chain_does_not_vouch__is_not_in_the_history(parts: Parts) -> None:
    parts.refusal = SignerNotVouchedFor("no")
    with pytest.raises(SignerNotVouchedFor):
        parts.sign("a")
    assert parts.finding("a") is None


@pytest.mark.parametrize(
    "changes",
    [
        {"signer": b"\x02" * 20},
        {"digest": b"\xde" * 32},
        {"signature": b"\x55" * 65},
        {"signature": b""},
        {"signature": bytes(65)},
    ],
    ids=str,
)
def test_signed__no_signature_of_its_signer__is_refused_before_the_chain_is_asked(
    parts: Parts, changes: dict[str, bytes]
) -> None:
    """It comes from a process that serves strangers."""
    with pytest.raises(RequestInvalid):
        parts.confirmations.signed(replace(PROOF.of("a"), **changes))  # type: ignore[arg-type]
    assert parts.vouched == []
    assert parts.finding("a") is None


def test_follow__finding_about_a_stored_proof__is_noted(parts: Parts) -> None:
    parts.sign("a")
    parts.process.finished = [CrossChecked("a", AGREED)]
    assert parts.confirmations.follow() is None
    assert parts.finding("a") == "agreed"


def test_follow__finding_before_the_proof_is_stored__waits_for_it(parts: Parts) -> None:
    parts.process.finished = [CrossChecked("a", AGREED)]
    parts.confirmations.follow()
    parts.sign("a")
    assert parts.finding("a") == "pending"
    parts.confirmations.follow()
    assert parts.finding("a") == "agreed"


def test_follow__disagreement__is_noted_and_given(parts: Parts) -> None:
    parts.sign("a")
    found = Disagreement("a", "cycles", b"elf", ())
    parts.process.found = found
    parts.process.finished = [CrossChecked("a", CrossCheckVerdict(Finding.DISAGREED, "cycles"))]
    assert parts.confirmations.follow() == found
    assert parts.confirmations.follow() == found
    assert [one.job for one in parts.disagreements.open()] == ["a"]
    assert parts.finding("a") == "disagreed"


def test_recover__pending_of_an_earlier_run__is_inconclusive(parts: Parts) -> None:
    parts.sign("a")
    parts.confirmations.recover()
    assert parts.finding("a") == "inconclusive"


def test_duty__disagreement__is_told_with_its_job_and_the_findings_are_noted(parts: Parts) -> None:
    told: list[str] = []
    duty = CrossCheckDuty(parts.confirmations, told.append, 1.0)
    parts.sign("a")
    duty.step()
    assert told == []
    parts.process.found = Disagreement("a", "cycles", b"elf", ())
    parts.process.finished = [CrossChecked("a", AGREED)]
    duty.step()
    assert told == ["job a: cycles"]
    assert parts.finding("a") == "agreed"


def full(*_: object) -> None:
    raise DatabaseFull("no space")


def test_follow__disk_is_full__finding_is_noted_by_a_later_call(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    for job in ("a", "b"):
        parts.sign(job)
    parts.process.finished = [CrossChecked("a", AGREED), CrossChecked("b", AGREED)]
    with monkeypatch.context() as patch:
        patch.setattr(parts.proofs, "confirm", full)
        assert parts.confirmations.follow() is None
    assert parts.finding("a") == "pending"
    parts.confirmations.follow()
    assert (parts.finding("a"), parts.finding("b")) == ("agreed", "agreed")


def test_follow__disk_is_full_as_the_engines_disagree__halts_and_notes_it_later(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts.process.found = Disagreement("a", "cycles differ", b"elf", ())
    with monkeypatch.context() as patch:
        patch.setattr(parts.disagreements, "note", full)
        assert parts.confirmations.follow() == parts.process.found
    assert parts.disagreements.open() == []
    parts.confirmations.follow()
    assert [one.job for one in parts.disagreements.open()] == ["a"]

"""Signatures in the history: each once, with what was found about its run."""

from dataclasses import replace

import pytest

from attestor.audit.verify import journal_faults, table_faults
from attestor.core.cross_check import CrossCheckVerdict, Finding, Timing
from attestor.core.execution import Engine, ExecutorBuild
from attestor.core.proof import Proof, SignedProof
from attestor.core.statement import SignedStatement
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import DatabaseFailed
from attestor.store.database import Store
from attestor.store.history import History
from attestor.store.journal import Journal, entries
from attestor.store.proofs import Proofs

SIGNER, NEXT = b"\x01" * 20, b"\x02" * 20
AGREED = CrossCheckVerdict(Finding.AGREED)
PROOF = Proof(
    signer=SIGNER,
    verifying_key=VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8)),
    public_values=b"v",
    digest=b"\xdd" * 32,
    signature=b"\x55" * 64 + b"\x1b",
    cycles=123,
    engine=Engine.ATTESTOR,
    cross_check=Timing.NOT_NEEDED,
)
SIGNED = SignedStatement(contract=b"\x77" * 20, expires_at=2000, signature=b"\x66" * 65)


def proof(job: str, timing: Timing = Timing.NOT_NEEDED, again: bool = False) -> SignedProof:
    return replace(PROOF, cross_check=timing).of(job, again)


@pytest.fixture
def proofs(store: Store, journal: Journal, history: History) -> Proofs:
    history.signer_created(SIGNER)
    history.signer_created(NEXT)
    return Proofs(store, journal)


def events(store: Store) -> list[str]:
    return [entry.event for entry in entries(store)][2:]


def sound(store: Store) -> None:
    assert journal_faults(store) == []
    assert [fault for fault in table_faults(store) if "proofs" in fault] == []


def test_signed__proof__is_in_table_and_journal(proofs: Proofs, store: Store) -> None:
    proofs.signed(replace(proof("a"), executor=ExecutorBuild.RECORDED, statement=SIGNED))
    entry = list(entries(store))[-1]
    assert (entry.event, entry.evidence["job"]) == ("proof_signed", "a")
    assert entry.evidence["digest"] == "0x" + "dd" * 32
    assert entry.evidence["statement_expires_at"] == 2000
    (row,) = store.rows("SELECT * FROM proofs")
    assert (row["entry"], row["executor"]) == (entry.sequence, "recorded")
    sound(store)


def test_signed__a_second_time__changes_nothing(proofs: Proofs, store: Store) -> None:
    for _ in range(3):
        proofs.signed(proof("a"))
    assert events(store) == ["proof_signed"]


def test_signed__signer_that_was_never_noted__is_refused(proofs: Proofs, store: Store) -> None:
    with pytest.raises(DatabaseFailed, match="FOREIGN KEY"):
        proofs.signed(replace(proof("a"), signer=b"\x09" * 20))
    assert events(store) == []


def test_header__of_a_proof__holds_all_of_it() -> None:
    for told in (
        proof("a", Timing.AFTER, again=True),
        replace(proof("b"), executor=ExecutorBuild.UNRECORDED, statement=SIGNED),
    ):
        assert SignedProof.from_header(told.to_header()) == told


@pytest.mark.parametrize("found", [Finding.AGREED, Finding.INCONCLUSIVE, Finding.DISAGREED])
def test_confirm__pending_proof__takes_the_finding_and_its_reason(
    proofs: Proofs, store: Store, found: Finding
) -> None:
    proofs.signed(proof("a", Timing.AFTER))
    assert proofs.finding("a") == "pending"
    assert proofs.confirm("a", CrossCheckVerdict(found, "why"))
    assert proofs.finding("a") == found
    entry = list(entries(store))[-1]
    (row,) = store.rows("SELECT entry FROM proofs")
    assert entry.event == "proof_cross_checked"
    told = {"job": "a", "proof": row["entry"], "finding": found, "finding_reason": "why"}
    assert entry.evidence == told
    assert store.row("SELECT finding_reason FROM proof_history") == {"finding_reason": "why"}
    sound(store)


def test_confirm__proof_that_is_not_there_yet__says_so(proofs: Proofs) -> None:
    assert not proofs.confirm("a", AGREED)
    assert proofs.finding("a") is None


@pytest.mark.parametrize("timing", [Timing.BEFORE, Timing.NOT_CHECKED])
def test_confirm__proof_that_waits_for_nothing__is_left_alone(
    proofs: Proofs, store: Store, timing: Timing
) -> None:
    proofs.signed(proof("a", timing))
    before = proofs.finding("a")
    assert proofs.confirm("a", CrossCheckVerdict(Finding.INCONCLUSIVE, "x"))
    assert proofs.finding("a") == before
    assert events(store) == ["proof_signed"]


def test_confirm__twice__the_first_stays(proofs: Proofs) -> None:
    proofs.signed(proof("a", Timing.AFTER))
    proofs.confirm("a", CrossCheckVerdict(Finding.DISAGREED, "x"))
    proofs.confirm("a", AGREED)
    assert proofs.finding("a") == "disagreed"


def test_signed__again_by_the_next_signer__keeps_what_was_found(
    proofs: Proofs, store: Store
) -> None:
    proofs.signed(proof("a", Timing.AFTER))
    proofs.confirm("a", CrossCheckVerdict(Finding.INCONCLUSIVE, "slow"))
    signature = b"\x56" * 64 + b"\x1b"
    later = replace(proof("a", Timing.AFTER, again=True), signer=NEXT, signature=signature)
    proofs.signed(later)
    assert proofs.finding("a") == "inconclusive"
    assert len(store.rows("SELECT * FROM proofs WHERE job = 'a'")) == 2
    sound(store)


def test_signed__again_before_the_finding__both_take_it(proofs: Proofs, store: Store) -> None:
    proofs.signed(proof("a", Timing.AFTER))
    signature = b"\x56" * 64 + b"\x1b"
    later = replace(proof("a", Timing.AFTER, again=True), signer=NEXT, signature=signature)
    proofs.signed(later)
    proofs.confirm("a", AGREED)
    assert [row["finding"] for row in store.rows("SELECT finding FROM proofs")] == ["agreed"] * 2
    sound(store)


def test_signed__run_anew__is_judged_by_its_own_cross_check(proofs: Proofs, store: Store) -> None:
    proofs.signed(proof("a", Timing.AFTER))
    proofs.confirm("a", AGREED)
    fresh = replace(proof("a", Timing.NOT_CHECKED), signer=NEXT, signature=b"\x57" * 65)
    proofs.signed(fresh)
    assert proofs.finding("a") is None
    sound(store)


def test_close_pending__after_a_restart__inconclusive(proofs: Proofs) -> None:
    proofs.signed(proof("a", Timing.AFTER))
    proofs.signed(proof("b", Timing.BEFORE))
    assert proofs.close_pending("gone") == 1
    assert (proofs.finding("a"), proofs.finding("b")) == ("inconclusive", "agreed")
    assert proofs.close_pending("gone") == 0


def test_cross_check_counts__by_kind(proofs: Proofs) -> None:
    for job in ("a", "b"):
        proofs.signed(proof(job, Timing.AFTER))
    proofs.signed(proof("c", Timing.NOT_CHECKED))
    counts = {(one.cross_check, one.finding): one.count for one in proofs.cross_check_counts()}
    assert counts == {("after", "pending"): 2, ("not_checked", None): 1}

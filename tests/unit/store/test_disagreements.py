"""A disagreement is kept with its evidence and stands until the operator answers for it."""

import hashlib

import pytest

from attestor.audit import verify
from attestor.core.cross_check import Disagreement
from attestor.core.execution import stdin_sha256
from attestor.store.database import Store
from attestor.store.disagreements import Disagreements
from attestor.store.history import History
from attestor.store.journal import Journal, entries

FOUND = Disagreement("a", "cycles: ours 1, SP1's 2", b"elf", (b"one", b""))


@pytest.fixture
def disagreements(store: Store, journal: Journal, history: History) -> Disagreements:
    return Disagreements(store, journal)


def test_note__all_that_repeats_it__is_kept_and_journaled(
    disagreements: Disagreements, store: Store
) -> None:
    disagreements.note(FOUND)
    row = store.row("SELECT * FROM disagreements")
    assert row is not None
    assert row["program"] == b"elf"
    assert row["program_sha256"] == hashlib.sha256(b"elf").hexdigest()
    assert row["stdin_sha256"] == stdin_sha256([b"one", b""])
    stdin = store.rows("SELECT data FROM disagreement_stdin ORDER BY position")
    assert [entry["data"] for entry in stdin] == [b"one", b""]
    entry = list(entries(store))[-1]
    assert (entry.event, entry.evidence["job"]) == ("engines_disagreed", "a")
    assert entry.evidence["reason"] == FOUND.reason


def test_note__again__changes_nothing(disagreements: Disagreements, store: Store) -> None:
    disagreements.note(FOUND)
    count = len(list(entries(store)))
    disagreements.note(FOUND)
    assert len(list(entries(store))) == count
    assert disagreements.count() == 1


def test_open__nothing_happened__is_empty(disagreements: Disagreements) -> None:
    assert disagreements.open() == []
    assert disagreements.count() == 0


def test_resume__all_that_stand__are_closed_with_the_reason(
    disagreements: Disagreements, store: Store
) -> None:
    disagreements.note(FOUND)
    disagreements.note(Disagreement("b", "x", b"elf", ()))
    assert [one.job for one in disagreements.open()] == ["a", "b"]
    closed = disagreements.resume("our engine is mended")
    assert [(one.job, one.reason) for one in closed] == [("a", FOUND.reason), ("b", "x")]
    assert disagreements.open() == []
    assert disagreements.resume("again") == []
    assert disagreements.count() == 2
    last = list(entries(store))[-1]
    told = {"job": "b", "disagreement": closed[1].entry, "reason": "our engine is mended"}
    assert last.evidence == told
    assert store.row("SELECT program FROM disagreements WHERE job = 'a'") == {"program": b"elf"}


def test_note__same_job_after_it_was_resumed__stands_again(
    disagreements: Disagreements, store: Store
) -> None:
    """It has the name of its content: what was thought to be mended was not."""
    disagreements.note(FOUND)
    disagreements.resume("mended")
    disagreements.note(FOUND)
    assert [one.job for one in disagreements.open()] == ["a"]
    assert disagreements.count() == 2
    disagreements.resume("now it is")
    assert verify.table_faults(store) == []


def test_audit__disagreement_deleted_or_altered__is_found(
    disagreements: Disagreements, store: Store
) -> None:
    disagreements.note(FOUND)
    assert verify.table_faults(store) == []
    with store.transaction():
        store.execute("UPDATE disagreements SET reason = 'nothing'")
    assert any("reason is 'nothing'" in fault for fault in verify.table_faults(store))


@pytest.mark.parametrize("column", ["resumed_at", "resumed_reason"])
def test_audit__disagreement_closed_beside_the_journal__is_found(
    disagreements: Disagreements, store: Store, column: str
) -> None:
    disagreements.note(FOUND)
    changes = {"resumed_at": "x", "resumed_reason": "nobody said this"}
    with store.transaction():
        store.execute(f"UPDATE disagreements SET {column} = ?", changes[column])
    assert any("the journal says" in fault for fault in verify.table_faults(store))

"""A database that an earlier attestor wrote is taken over, with its journal unbroken."""

import hashlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from unit.store.old_databases import ACTIVE, GIVEN_UP, JOBS_APART, OUT, PAYER, VERSIONS, OldDaemon

from attestor.audit import policy, report, verify
from attestor.core.block_ranges import BlockRange
from attestor.core.cross_check import Timing
from attestor.core.execution import Engine
from attestor.core.proof import Proof
from attestor.core.registration import DatedPolicyEvent, PolicyEvent
from attestor.core.text import from_hex, to_hex
from attestor.core.transaction import Outcome
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import DatabaseFailed, DatabaseInvalid
from attestor.store.database import Store
from attestor.store.disagreements import Disagreements
from attestor.store.history import History
from attestor.store.jobs import Jobs
from attestor.store.journal import Journal, entries
from attestor.store.migrations import MIGRATIONS
from attestor.store.moving import jobs_path, move_jobs
from attestor.store.opening import JOBS
from attestor.store.policy_events import PolicyEvents
from attestor.store.proofs import Proofs
from attestor.store.transactions import Transactions

pytestmark = pytest.mark.slow

jobs_inside = pytest.mark.parametrize("version", range(1, JOBS_APART), indirect=True)

KEY = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))


@pytest.fixture(params=VERSIONS, ids=lambda version: f"version {version}")
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def old(tmp_path: Path, version: int) -> Path:
    path = tmp_path / "attestor.sqlite"
    OldDaemon(path, version).live()
    return path


def content(path: Path) -> list[str]:
    connection = sqlite3.connect(path)
    try:
        version = connection.execute("PRAGMA user_version").fetchone()
        return [str(version), *connection.iterdump()]
    finally:
        connection.close()


def test_open__old_database__has_todays_version(old: Path, version: int) -> None:
    assert content(old)[0] == f"({version},)"
    store = Store.open(old)
    assert store.rows("PRAGMA user_version") == [{"user_version": len(MIGRATIONS)}]
    assert store.rows("PRAGMA foreign_keys") == [{"foreign_keys": 1}]
    assert store.rows("PRAGMA foreign_key_check") == []


def test_open__old_database__journal_is_untouched_and_all_agrees(old: Path) -> None:
    connection = sqlite3.connect(old)
    before = connection.execute("SELECT * FROM journal ORDER BY sequence").fetchall()
    connection.close()
    store = Store.open(old)
    assert [tuple(row.values()) for row in store.rows("SELECT * FROM journal")] == before
    assert verify.journal_faults(store) == []
    assert verify.table_faults(store) == []


def test_open__old_database__signers_and_their_transactions_are_there(old: Path) -> None:
    store = Store.open(old)
    journal = Journal(store, lambda: 1_900_000_000.0)
    history, transactions = History(store, journal), Transactions(store, journal)
    active, candidate = history.active(), history.candidate()
    assert active is not None
    assert candidate is not None
    assert (active.address, candidate.address) == (ACTIVE, OUT)
    outcomes = {}
    for signer in (ACTIVE, GIVEN_UP, OUT):
        request = history.request(signer)
        assert request is not None
        (attempt,) = transactions.attempts(request.intent.name)
        assert to_hex(attempt.hash) == OldDaemon.transaction(signer)
        assert attempt.transaction.raw == b"raw" + signer
        outcomes[signer] = attempt.outcome
    assert outcomes == {
        ACTIVE: Outcome.SUCCEEDED,
        GIVEN_UP: Outcome.REPLACED,
        OUT: Outcome.PENDING,
    }


def test_open__old_database__views_show_it(old: Path, version: int) -> None:
    store = Store.open(old)
    shown = report.history(store)
    kind = "admission" if version >= 3 else "registration"
    assert [(row["signer"], row["kind"], row["attempts"], row["outcome"]) for row in shown] == [
        (to_hex(ACTIVE), kind, 1, "succeeded"),
        (to_hex(GIVEN_UP), kind, 1, "replaced"),
        (to_hex(OUT), kind, 1, "pending"),
    ]
    assert (shown[0]["gas_used"], shown[0]["valid_until"]) == (90, 4610)
    proofs = {row["job"]: row for row in store.rows("SELECT * FROM proof_history")}
    assert proofs["portable"]["cross_check"] == "not_needed"
    if version >= 2:
        found = [proofs["sampled"][name] for name in ("cross_check", "finding", "finding_reason")]
        assert found == ["after", "inconclusive", "slow"]


def test_open__old_uploads__are_attempts_with_their_outcomes(old: Path, version: int) -> None:
    store = Store.open(old)
    rows = store.rows("SELECT name, outcome, gas_used, attempt FROM upload_history")
    expected = [("succeeded", 90), ("reverted", 90), ("replaced", None), ("pending", None)]
    assert rows == [
        {"name": "TCB info", "outcome": outcome, "gas_used": gas, "attempt": 1}
        for outcome, gas in (expected if version >= 4 else [])
    ]
    pending = Transactions(store, Journal(store, lambda: 0.0)).pending(from_hex(PAYER))
    assert len(pending) == (2 if version >= 4 else 1)


def moved(old: Path) -> Jobs:
    """The jobs of an old database, where the daemon of today has them."""
    move_jobs(Store.open(old))
    return Jobs(Store.open(jobs_path(old), JOBS), lambda: 1_900_000_000.0)


@jobs_inside
def test_move_jobs__old_ones__keep_their_state_under_todays_names(old: Path) -> None:
    jobs = moved(old)
    state = jobs.state("limit")
    assert state is not None
    assert (state.state, state.error_code) == ("failed", "cross_check_limit")
    assert jobs.recover() == 0, "nobody knows their ids: they wait until somebody asks"
    assert jobs.claim("worker", 60, []) is None
    jobs.keep("queued")
    work = jobs.claim("worker", 60, [])
    assert work is not None
    assert (work.job, work.program, work.stdin) == ("queued", b"elf", (b"input",))


@jobs_inside
def test_move_jobs__old_ones__keep_how_often_they_were_started(old: Path) -> None:
    moved(old)
    store = Store.open(jobs_path(old), JOBS)
    rows = store.rows("SELECT id, state, starts FROM jobs WHERE starts > 0")
    assert rows == [{"id": "running", "state": "queued", "starts": 2}]


@jobs_inside
def test_move_jobs__old_proofs__are_still_handed_out(old: Path, version: int) -> None:
    result = moved(old).results.of("portable")
    assert result is not None
    assert (result.public_values, result.cycles, result.engine) == (b"v", 7, "sp1-portable")
    assert (result.signer, result.outcome) == (ACTIVE, None)
    assert result.valid_until == (4000 if version >= 5 else 4610)
    assert (result.statement is not None) is (version >= 5)


@jobs_inside
def test_move_jobs__nothing_is_left__and_a_second_time_changes_nothing(old: Path) -> None:
    moved(old)
    history = Store.open(old)
    left = {row["name"] for row in history.rows("SELECT name FROM sqlite_master")}
    assert not {name for name in left if name.startswith("old_")}
    before = content(jobs_path(old))
    moved(old)
    assert content(jobs_path(old)) == before
    assert verify.table_faults(history) == []


@pytest.mark.parametrize("ends_at", [0, 1])
@jobs_inside
def test_move_jobs__process_ends_in_the_middle__the_next_start_goes_on(
    old: Path, ends_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once before the copy is kept, once after it, before the old tables are dropped."""
    history = Store.open(old)

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if ends_at == 0:
            patch.setattr("attestor.store.moving.COPY", "SELECT 1 FROM nowhere")
            expected: type[BaseException] = DatabaseFailed
        else:
            patch.setattr(history, "execute", end)
            expected = KeyboardInterrupt
        with pytest.raises(expected):
            move_jobs(history)
    history.close()
    jobs = moved(old)
    assert jobs.results.of("portable") is not None
    assert jobs.state("queued") is not None


def test_open__version_1_from_before_starts_were_counted__counts_from_none(tmp_path: Path) -> None:
    path = tmp_path / "attestor.sqlite"
    OldDaemon(path, 1).live()
    connection = sqlite3.connect(path)
    connection.execute("ALTER TABLE jobs DROP COLUMN starts")
    connection.close()
    store = Store.open(path)
    assert store.rows("SELECT DISTINCT starts FROM old_jobs") == [{"starts": 0}]
    assert verify.table_faults(store) == []


def test_open__another_process_migrates_meanwhile__both_are_open(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others: list[Store] = []

    class Slow(sqlite3.Connection):
        def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
            if sql == "BEGIN IMMEDIATE" and not others:
                monkeypatch.undo()
                others.append(Store.open(old))
            return super().execute(sql, *parameters)

    slow = sqlite3.connect(old, factory=Slow)
    monkeypatch.setattr("sqlite3.connect", lambda *_, **__: slow)
    store = Store.open(old)
    assert others
    for opened in (store, *others):
        assert opened.rows("PRAGMA user_version") == [{"user_version": len(MIGRATIONS)}]
        assert opened.rows("PRAGMA foreign_keys") == [{"foreign_keys": 1}]
        assert verify.table_faults(opened) == []


def test_open__old_disagreement__stays_closed_with_its_reason(old: Path, version: int) -> None:
    store = Store.open(old)
    assert Disagreements(store, Journal(store, lambda: 0.0)).open() == []
    rows = store.rows("SELECT resumed_reason FROM disagreements")
    assert rows == ([{"resumed_reason": "mended"}] if version >= 2 else [])


def test_open__old_database__the_chain_goes_on(old: Path) -> None:
    store = Store.open(old)
    before = len(list(entries(store)))
    proofs = Proofs(store, Journal(store, lambda: 1_900_000_001.0))
    proof = Proof(ACTIVE, KEY, b"v", b"d", b"s", 9, Engine.ATTESTOR, Timing.AFTER)
    proofs.signed(proof.of("new"))
    proofs.close_pending("gone")
    added = [entry.event for entry in list(entries(store))[before:]]
    assert added == ["proof_signed", "proof_cross_checked"]
    assert verify.journal_faults(store) == []
    assert verify.table_faults(store) == []


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE transactions SET nonce = 77", "nonce is 77"),
        ("UPDATE transactions SET outcome = 'pending'", "outcome is 'pending'"),
        ("UPDATE transactions SET intent = 'x' || rowid", "intent is 'x"),
        ("UPDATE registration_requests SET sent_hash = 'x'", "sent_hash is 'x'"),
        ("DELETE FROM registration_requests", "registration_requests row .* is missing"),
        ("UPDATE proofs SET cross_check = 'before'", "cross_check is 'before'"),
        ("UPDATE proofs SET digest = 'x'", "digest is 'x'"),
    ],
)
def test_table_faults__migrated_row_changed_later__is_found(old: Path, sql: str, said: str) -> None:
    store = Store.open(old)
    store.tables.execute("PRAGMA foreign_keys = OFF")
    with store.transaction():
        store.tables.execute(sql)
    faults = verify.table_faults(store)
    if "cross_check" in sql and not store.row("SELECT 1 FROM proofs WHERE job = 'sampled'"):
        return  # Version 1 journaled nothing of it.
    assert any(said.split(" .* ")[-1] in fault for fault in faults), faults


@pytest.mark.parametrize("broken", ["SELECT nothing FROM nowhere;", "UPDATE proofs SET kind = '';"])
def test_open__migration_fails_at_its_end__file_is_as_it_was(
    old: Path, broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = content(old)
    monkeypatch.setattr("attestor.store.opening.MIGRATIONS", (*MIGRATIONS, broken))
    with pytest.raises(DatabaseInvalid, match="cannot use the database"):
        Store.open(old)
    assert content(old) == before
    monkeypatch.undo()
    assert verify.table_faults(Store.open(old)) == []


@jobs_inside
def test_open__row_refers_to_nothing__is_named_and_the_file_is_as_it_was(old: Path) -> None:
    connection = sqlite3.connect(old)
    connection.execute("DELETE FROM jobs WHERE id = 'portable'")
    connection.commit()
    connection.close()
    before = content(old)
    with pytest.raises(DatabaseInvalid, match="a row of old_proofs refers to a row of old_jobs"):
        Store.open(old)
    assert content(old) == before


def test_open__newer_database__not_a_byte_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "attestor.sqlite"
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()
    digest = hashlib.sha256(path.read_bytes()).digest()
    with pytest.raises(DatabaseInvalid, match="newer attestor"):
        Store.open(path)
    assert hashlib.sha256(path.read_bytes()).digest() == digest


def test_tables__scroll_job_and_proof__need_no_program(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "attestor.sqlite")
    jobs = Store.open(tmp_path / "jobs.sqlite", JOBS)
    journal = Journal(store, lambda: 0.0)
    History(store, journal).signer_created(ACTIVE)
    job = {"id": "batch", "state": "done", "created_at": "x"}
    proof = {"entry": 1, "job": "batch", "signer": to_hex(ACTIVE), "created_at": "x"}
    signed = {"digest": "0x", "signature": "0x"}
    with jobs.transaction():
        jobs.insert("jobs", {**job, "kind": "scroll"})
    with store.transaction():
        store.insert("proofs", {**proof, **signed, "kind": "scroll"})
    assert Proofs(store, journal).cross_check_counts() == []
    with pytest.raises(Exception, match="CHECK"), jobs.transaction():
        jobs.insert("jobs", {**job, "id": "b", "kind": "sp1"})
    with pytest.raises(Exception, match="CHECK"), store.transaction():
        store.insert("proofs", {**proof, **signed, "entry": 2, "kind": "sp1"})


def test_open__old_database__policy_events_begin_at_the_first_block(old: Path) -> None:
    store = Store.open(old)
    noted = PolicyEvents(store, Journal(store, lambda: 1_900_000_000.0), b"\x11" * 20)
    assert noted.read_to(3) is None
    event = PolicyEvent("Paused", {"reason": "a leak"}, 4, b"\x44" * 32, b"\x55" * 32, 6)
    noted.note(BlockRange(3, 9), [DatedPolicyEvent(event, b"\x22" * 20, 1000)])
    assert (noted.read_to(3), noted.read_to(2)) == (9, None)
    assert policy.rows(store)[0]["id"] == f"0x{'55' * 32}:6"
    assert verify.journal_faults(store) == []
    assert verify.table_faults(store) == []

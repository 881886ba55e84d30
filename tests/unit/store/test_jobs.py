"""Jobs and proofs in the tables."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from attestor.audit.verify import table_faults
from attestor.core.cross_check import CrossCheckVerdict, Finding, Timing
from attestor.core.execution import Engine, ExecutorBuild, stdin_sha256
from attestor.core.job import JobState, Work
from attestor.core.proof import Proof
from attestor.core.statement import SignedStatement, Statement
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import DatabaseFailed
from attestor.store.database import Store
from attestor.store.history import History
from attestor.store.jobs import MAX_STARTS, Jobs
from attestor.store.journal import Journal, entries
from attestor.store.proofs import StoredProof

SIGNER = b"\x01" * 20
WORKER = "worker"
LEASE = 60.0
PROOF = Proof(
    signer=SIGNER,
    verifying_key=VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8)),
    public_values=b"\x00\xff",
    digest=b"\xdd" * 32,
    signature=b"\x55" * 64 + b"\x1b",
    cycles=123,
    engine=Engine.SP1_PORTABLE,
    cross_check=Timing.NOT_NEEDED,
)


@pytest.fixture
def jobs(store: Store, journal: Journal, history: History) -> Jobs:
    history.signer_created(SIGNER)
    return Jobs(store, journal)


def test_claim__empty__is_none(jobs: Jobs) -> None:
    assert jobs.claim(WORKER, LEASE) is None


def test_claim__oldest_first_with_all_its_stdin(jobs: Jobs) -> None:
    jobs.add("b", b"elf", [b"one", b"", b"three"])
    jobs.add("a", b"elf", [])
    assert jobs.claim(WORKER, LEASE) == Work("b", b"elf", (b"one", b"", b"three"))
    assert jobs.claim(WORKER, LEASE) == Work("a", b"elf", ())
    assert jobs.claim(WORKER, LEASE) is None


def test_claim__taken_job__is_running(jobs: Jobs) -> None:
    jobs.add("a", b"elf", [])
    jobs.claim(WORKER, LEASE)
    assert jobs.state("a") == JobState("running", None, None)
    assert jobs.open_count() == 1


def test_requeue_open__after_a_crash__they_are_taken_again(jobs: Jobs) -> None:
    jobs.add("a", b"elf", [b"x"])
    jobs.add("b", b"elf", [])
    jobs.claim(WORKER, LEASE)
    assert jobs.requeue_open() == 2
    assert jobs.claim(WORKER, LEASE) == Work("a", b"elf", (b"x",))


def test_requeue_open__job_that_ended_every_run__is_given_up(jobs: Jobs) -> None:
    jobs.add("a", b"elf", [b"x"])
    for run in range(3):
        assert jobs.requeue_open() == 1, run
        assert jobs.claim(WORKER, LEASE) is not None
    assert jobs.requeue_open() == 0
    assert jobs.claim(WORKER, LEASE) is None
    state = jobs.state("a")
    assert state is not None
    assert (state.state, state.error_code) == ("failed", "job_given_up")


def test_finish__proof_is_answered_and_journaled(jobs: Jobs, store: Store) -> None:
    jobs.add("a", b"elf", [b"x"])
    jobs.claim(WORKER, LEASE)
    jobs.finish("a", WORKER, PROOF)
    assert jobs.state("a") == JobState("done", None, None)
    assert jobs.proof("a") == StoredProof(
        signature=PROOF.signature,
        vk_hash_bytes=PROOF.verifying_key.vk_hash_bytes,
        public_values=b"\x00\xff",
        engine="sp1-portable",
        cycles=123,
        cross_check="not_needed",
        finding=None,
    )
    entry = list(entries(store))[-1]
    assert (entry.event, entry.evidence["job"]) == ("proof_signed", "a")
    assert entry.evidence["digest"] == "0x" + "dd" * 32
    assert jobs.open_count() == 0


@pytest.mark.parametrize("executor", [None, *ExecutorBuild])
def test_finish__executor__is_kept_with_the_proof(
    jobs: Jobs, store: Store, executor: ExecutorBuild | None
) -> None:
    jobs.add("a", b"elf", [])
    jobs.claim(WORKER, LEASE)
    jobs.finish("a", WORKER, replace(PROOF, executor=executor))
    proof = jobs.proof("a")
    assert proof is not None
    assert proof.executor == executor
    assert list(entries(store))[-1].evidence["executor"] == executor
    assert store.row("SELECT executor FROM proof_history") == {"executor": executor}


def test_finish__inputs_are_forgotten_but_named(jobs: Jobs, store: Store) -> None:
    jobs.add("a", b"elf", [b"private"])
    jobs.claim(WORKER, LEASE)
    jobs.finish("a", WORKER, PROOF)
    assert store.rows("SELECT * FROM stdin_entries") == []
    row = store.row("SELECT * FROM programs")
    assert row == {"sha256": hashlib.sha256(b"elf").hexdigest(), "size": 3, "elf": None}
    job = store.row("SELECT stdin_sha256 FROM jobs")
    assert job == {"stdin_sha256": stdin_sha256([b"private"])}


def test_finish__program_of_another_open_job__is_kept(jobs: Jobs) -> None:
    jobs.add("a", b"elf", [])
    jobs.add("b", b"elf", [])
    jobs.claim(WORKER, LEASE)
    jobs.finish("a", WORKER, PROOF)
    assert jobs.claim(WORKER, LEASE) == Work("b", b"elf", ())


def test_add__program_again_after_it_was_forgotten__comes_back(jobs: Jobs) -> None:
    jobs.add("a", b"elf", [])
    jobs.claim(WORKER, LEASE)
    jobs.fail("a", WORKER, "exec_exit_code", "exit code 1")
    jobs.add("b", b"elf", [])
    assert jobs.claim(WORKER, LEASE) == Work("b", b"elf", ())


def test_fail__keeps_code_and_message(jobs: Jobs) -> None:
    jobs.add("a", b"elf", [])
    jobs.claim(WORKER, LEASE)
    jobs.fail("a", WORKER, "exec_exit_code", "the guest ended with exit code 1")
    expected = JobState("failed", "exec_exit_code", "the guest ended with exit code 1")
    assert jobs.state("a") == expected
    assert jobs.proof("a") is None


def test_release__is_queued_again(jobs: Jobs) -> None:
    jobs.add("a", b"elf", [])
    jobs.claim(WORKER, LEASE)
    jobs.release("a", WORKER)
    assert jobs.claim(WORKER, LEASE) is not None


def test_state__unknown__is_none(jobs: Jobs) -> None:
    assert jobs.state("nobody") is None
    assert jobs.proof("nobody") is None


def test_finish__signer_that_was_never_noted__is_refused(store: Store, journal: Journal) -> None:
    lonely = Jobs(store, journal)
    lonely.add("a", b"elf", [])
    lonely.claim(WORKER, LEASE)
    with pytest.raises(DatabaseFailed, match="FOREIGN KEY"):
        lonely.finish("a", WORKER, PROOF)
    assert lonely.state("a") == JobState("running", None, None)


@pytest.mark.parametrize(
    ("one", "other"),
    [([b"ab"], [b"a", b"b"]), ([b"", b"a"], [b"a", b""]), ([], [b""]), ([b"a"], [b"a", b""])],
)
def test_stdin_sha256__other_boundaries__other_name(one: list[bytes], other: list[bytes]) -> None:
    assert stdin_sha256(one) != stdin_sha256(other)


AGREED = CrossCheckVerdict(Finding.AGREED)


def prove(jobs: Jobs, job: str, cross_check: Timing) -> None:
    jobs.add(job, b"elf", [])
    jobs.claim(WORKER, LEASE)
    jobs.finish(job, WORKER, replace(PROOF, engine=Engine.ATTESTOR, cross_check=cross_check))


def finding(jobs: Jobs, job: str) -> str | None:
    found = jobs.proof(job)
    assert found is not None
    return found.finding


@pytest.mark.parametrize(
    ("cross_check", "first"),
    [
        (Timing.BEFORE, "agreed"),
        (Timing.AFTER, "pending"),
        (Timing.NOT_CHECKED, None),
        (Timing.NOT_NEEDED, None),
    ],
)
def test_finish__what_was_checked__is_in_the_record_and_the_journal(
    jobs: Jobs, store: Store, cross_check: Timing, first: str | None
) -> None:
    prove(jobs, "a", cross_check)
    assert finding(jobs, "a") == first
    evidence = list(entries(store))[-1].evidence
    assert (evidence["cross_check"], evidence["engine"]) == (cross_check, "attestor")
    assert evidence["cycles"] == 123


@pytest.mark.parametrize("found", [Finding.AGREED, Finding.INCONCLUSIVE, Finding.DISAGREED])
def test_confirm__pending_proof__takes_the_finding_and_its_reason(
    jobs: Jobs, store: Store, found: Finding
) -> None:
    prove(jobs, "a", Timing.AFTER)
    assert jobs.confirm("a", CrossCheckVerdict(found, "why"))
    assert finding(jobs, "a") == found
    entry = list(entries(store))[-1]
    assert entry.event == "proof_cross_checked"
    assert entry.evidence == {"job": "a", "finding": found, "finding_reason": "why"}
    assert store.row("SELECT finding_reason FROM proof_history") == {"finding_reason": "why"}


def test_confirm__proof_that_is_not_there_yet__says_so(jobs: Jobs) -> None:
    jobs.add("a", b"elf", [])
    assert not jobs.confirm("a", AGREED)


@pytest.mark.parametrize("cross_check", [Timing.BEFORE, Timing.NOT_CHECKED])
def test_confirm__proof_that_waits_for_nothing__is_left_alone(
    jobs: Jobs, store: Store, cross_check: Timing
) -> None:
    prove(jobs, "a", cross_check)
    before, rows = finding(jobs, "a"), len(list(entries(store)))
    assert jobs.confirm("a", CrossCheckVerdict(Finding.INCONCLUSIVE, "x"))
    assert (finding(jobs, "a"), len(list(entries(store)))) == (before, rows)


def test_confirm__twice__the_first_stays(jobs: Jobs) -> None:
    prove(jobs, "a", Timing.AFTER)
    jobs.confirm("a", CrossCheckVerdict(Finding.DISAGREED, "x"))
    jobs.confirm("a", AGREED)
    assert finding(jobs, "a") == "disagreed"


def test_close_pending__after_a_restart__inconclusive(jobs: Jobs) -> None:
    prove(jobs, "a", Timing.AFTER)
    prove(jobs, "b", Timing.BEFORE)
    assert jobs.close_pending("gone") == 1
    assert (finding(jobs, "a"), finding(jobs, "b")) == ("inconclusive", "agreed")
    assert jobs.close_pending("gone") == 0


def test_confirmation_counts__by_kind(jobs: Jobs) -> None:
    for job in ("a", "b"):
        prove(jobs, job, Timing.AFTER)
    prove(jobs, "c", Timing.NOT_CHECKED)
    counts = {(one.cross_check, one.finding): one.count for one in jobs.cross_check_counts()}
    assert counts == {("after", "pending"): 2, ("not_checked", None): 1}


SIGNED = SignedStatement(contract=b"\x77" * 20, expires_at=2000, signature=b"\x66" * 65)


def test_statement__signed_one__is_whole_with_what_the_job_was(jobs: Jobs) -> None:
    jobs.add("a", b"elf", [b"in"])
    jobs.claim(WORKER, LEASE)
    jobs.finish("a", WORKER, replace(PROOF, statement=SIGNED))
    found = jobs.statement("a")
    assert found is not None
    assert (found.signer, found.contract, found.signature) == (SIGNER, b"\x77" * 20, b"\x66" * 65)
    assert found.statement == Statement(
        program_vkey=PROOF.verifying_key.program_vkey,
        public_values_hash=hashlib.sha256(PROOF.public_values).digest(),
        exit_code=0,
        stdin_hash=bytes.fromhex(stdin_sha256([b"in"])),
        circuit_version="v6.1.0",
        expires_at=2000,
    )


def test_statement__none_signed_or_no_job__is_none(jobs: Jobs) -> None:
    jobs.add("a", b"elf", [])
    jobs.claim(WORKER, LEASE)
    jobs.finish("a", WORKER, PROOF)
    assert jobs.statement("a") is None
    assert jobs.statement("b") is None


def test_finish__with_a_statement__journal_and_row_agree(jobs: Jobs, store: Store) -> None:
    jobs.add("a", b"elf", [])
    jobs.claim(WORKER, LEASE)
    jobs.finish("a", WORKER, replace(PROOF, statement=SIGNED))
    assert [fault for fault in table_faults(store) if "proofs" in fault] == []
    signed = next(entry for entry in entries(store) if entry.event == "proof_signed")
    assert signed.evidence["statement_expires_at"] == 2000


def test_claim__leases_that_ended_too_often__fail_the_job(tmp_path: Path) -> None:
    now = [0.0]
    store = Store.open(tmp_path / "a.sqlite")
    jobs = Jobs(store, Journal(store, lambda: 1_800_000_000.0), lambda: now[0])
    jobs.add("deadly", b"elf", [])
    for number in range(MAX_STARTS):
        assert jobs.claim(f"owner {number}", 60) is not None
        now[0] += 61
    assert jobs.claim("another", 60) is None
    state = jobs.state("deadly")
    assert state is not None
    assert (state.state, state.error_code) == ("failed", "job_given_up")


@pytest.mark.parametrize("step", [-3600.0, 3600.0])
def test_claim__wall_clock_is_set__leases_hold_and_end_all_the_same(
    tmp_path: Path, step: float
) -> None:
    wall, now = [1_800_000_000.0], [0.0]
    store = Store.open(tmp_path / "a.sqlite")
    jobs = Jobs(store, Journal(store, lambda: wall[0]), lambda: now[0])
    jobs.add("a", b"elf", [])
    assert jobs.claim(WORKER, LEASE) is not None
    wall[0] += step
    now[0] += LEASE - 1
    assert jobs.claim("another", LEASE) is None
    now[0] += 1
    assert jobs.claim("another", LEASE) is not None


def test_claim__wall_clock_was_set_back__jobs_keep_their_order(tmp_path: Path) -> None:
    wall = [1_800_000_000.0]
    store = Store.open(tmp_path / "a.sqlite")
    jobs = Jobs(store, Journal(store, lambda: wall[0]))
    for job in ("first", "second", "third"):
        jobs.add(job, b"elf", [])
        wall[0] -= 3600
    claimed = [jobs.claim(WORKER, LEASE) for _ in range(3)]
    assert [work.job for work in claimed if work is not None] == ["first", "second", "third"]

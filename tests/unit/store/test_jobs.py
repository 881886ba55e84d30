"""Jobs in their tables: wanted and parked, leased, closed, run once more."""

import hashlib
import json
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
from cases import rv32

from attestor.core.cross_check import Timing
from attestor.core.execution import Engine, ExecutorBuild, stdin_sha256
from attestor.core.job import Identity, JobLimits, JobState, Request, Work
from attestor.core.proof import Proof
from attestor.core.statement import SignedStatement, Statement
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import GuestFailed, RequestInvalid
from attestor.store.database import Store
from attestor.store.jobs import MAX_STARTS, Jobs
from attestor.store.opening import JOBS

SIGNER = b"\x01" * 20
WORKER = "worker"
LEASE = 60.0
DONE = JobState("done", None, None)
MASK = bytes([255] * 6 + [15, 255, 63] + [255] * 7)
"""Of a UUID, what its version and variant leave."""
PROOF = Proof(
    signer=SIGNER,
    verifying_key=VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8)),
    public_values=b"\x00\xff",
    digest=b"\xdd" * 32,
    signature=b"\x55" * 64 + b"\x1b",
    cycles=123,
    engine=Engine.SP1_PORTABLE,
    cross_check=Timing.NOT_NEEDED,
    valid_until=5000,
    outcome_mac=b"\x0a" * 32,
)


@pytest.fixture
def jobs(jobs_store: Store) -> Jobs:
    return Jobs(jobs_store, lambda: 1_800_000_000.0)


def ask(jobs: Jobs, *stdin: bytes, program: bytes = b"elf") -> str:
    request = Request(program, stdin)
    identity = request.identify()
    jobs.ask(identity, request)
    return identity.job


def claim(jobs: Jobs, *waited: str) -> Work | None:
    return jobs.claim(WORKER, LEASE, waited)


def finished(jobs: Jobs, *stdin: bytes, proof: Proof = PROOF) -> str:
    job = ask(jobs, *stdin)
    assert claim(jobs, job) is not None
    jobs.finish(job, WORKER, proof)
    return job


def test_identity__same_request__same_name_and_no_other_has_it() -> None:
    names = {
        Identity.of(program, stdin, limits).job
        for program in (b"elf", b"elg")
        for stdin in ([], [b""], [b"ab"], [b"a", b"b"], [b"", b"a"], [b"a", b""])
        for limits in (JobLimits(), JobLimits(7), JobLimits(None, 7.0))
    }
    assert len(names) == 2 * 6 * 3
    assert Request(b"elf", (b"a",)).identify() == Identity.of(b"elf", [b"a"], JobLimits())


def test_identity__of_a_known_request__is_what_the_documentation_says() -> None:
    program, stdin = hashlib.sha256(b"elf").hexdigest(), stdin_sha256([b"in"])
    whole = b"attestor job v1\n" + bytes.fromhex(program) + bytes.fromhex(stdin)
    found = Identity.of(b"elf", [b"in"], JobLimits())
    assert (found.program, found.stdin) == (program, stdin)
    name = uuid.UUID(found.job)
    assert (name.version, name.variant) == (8, uuid.RFC_4122)
    kept = [bits & mask for bits, mask in zip(name.bytes, MASK, strict=True)]
    digest = hashlib.sha256(whole).digest()[:16]
    assert kept == [bits & mask for bits, mask in zip(digest, MASK, strict=True)]


def test_known__another_request_of_that_name__is_refused(jobs: Jobs) -> None:
    """Two that collide cost 2^61 hashes: whoever makes them gains no answer to the other's."""
    job = ask(jobs, b"x")
    identity = Request(b"elf", (b"x",)).identify()
    assert jobs.known(identity) == JobState("queued", None, None)
    for other in (replace(identity, program="00"), replace(identity, stdin="00")):
        with pytest.raises(RequestInvalid, match=job):
            jobs.known(other)
        with pytest.raises(RequestInvalid, match=job):
            jobs.ask(other, Request(b"y", ()))
    assert jobs.known(Request(b"elf", ()).identify()) is None


def test_claim__nobody_wants_it__is_left_alone(jobs: Jobs) -> None:
    job = ask(jobs)
    assert claim(jobs) is None
    assert jobs.open_count([]) == 0
    assert jobs.open_count([job]) == 1
    assert claim(jobs, job) == Work(job, b"elf", ())


def test_claim__asked_for_by_id__is_run_without_anyone_who_waits(jobs: Jobs) -> None:
    job = ask(jobs)
    jobs.keep(job)
    assert jobs.is_kept(job)
    assert jobs.open_count([]) == 1
    assert claim(jobs) == Work(job, b"elf", ())


def test_claim__oldest_first_with_all_its_stdin(jobs: Jobs) -> None:
    first, second = ask(jobs, b"one", b"", b"three"), ask(jobs)
    waited = (second, first)
    assert claim(jobs, *waited) == Work(first, b"elf", (b"one", b"", b"three"))
    assert claim(jobs, *waited) == Work(second, b"elf", ())
    assert claim(jobs, *waited) is None


def test_claim__limits_of_the_client__are_with_the_work(jobs: Jobs) -> None:
    request = Request(b"elf", (), JobLimits(1000, 2.5))
    jobs.ask(request.identify(), request)
    work = claim(jobs, request.identify().job)
    assert work is not None
    assert work.limits == JobLimits(1000, 2.5)


def test_ask__open_already__nothing_is_added(jobs: Jobs, jobs_store: Store) -> None:
    job = ask(jobs, b"x")
    assert ask(jobs, b"x") == job
    claim(jobs, job)
    assert ask(jobs, b"x") == job
    assert jobs.state(job) == JobState("running", None, None)
    assert len(jobs_store.rows("SELECT * FROM stdin_entries")) == 1


def test_ask__failed_before__is_queued_with_its_inputs_again(jobs: Jobs) -> None:
    job = ask(jobs, b"x")
    claim(jobs, job)
    jobs.fail(job, WORKER, "exec_time_limit", "slow", "hint")
    assert ask(jobs, b"x") == job
    assert jobs.state(job) == JobState("queued", None, None)
    assert claim(jobs, job) == Work(job, b"elf", (b"x",))


def test_recover__after_a_crash__only_what_was_asked_for_by_id_is_run(jobs: Jobs) -> None:
    kept, other = ask(jobs, b"kept"), ask(jobs, b"other")
    jobs.keep(kept)
    claim(jobs, kept, other)
    claim(jobs, kept, other)
    assert jobs.recover() == 1
    assert claim(jobs) == Work(kept, b"elf", (b"kept",))
    assert claim(jobs) is None
    assert jobs.state(other) == JobState("queued", None, None)
    assert claim(jobs, other) == Work(other, b"elf", (b"other",))


def test_recover__job_that_ended_every_run__is_given_up(jobs: Jobs) -> None:
    job = ask(jobs)
    jobs.keep(job)
    for run in range(MAX_STARTS):
        assert jobs.recover() == 1, run
        assert claim(jobs) is not None
    assert jobs.recover() == 0
    assert claim(jobs) is None
    state = jobs.state(job)
    assert state is not None
    assert (state.state, state.error_code) == ("failed", "job_given_up")
    assert state.error_hint


def test_release__however_often__does_not_count_as_a_start(jobs: Jobs) -> None:
    job = ask(jobs)
    for _ in range(2 * MAX_STARTS):
        assert claim(jobs, job) is not None
        jobs.release(job, WORKER)
    assert jobs.state(job) == JobState("queued", None, None)


def test_finish__proof_is_answered(jobs: Jobs) -> None:
    job = finished(jobs, b"x")
    assert jobs.state(job) == DONE
    result = jobs.results.of(job)
    assert result is not None
    assert (result.signature, result.public_values) == (PROOF.signature, b"\x00\xff")
    assert result.vk_hash_bytes == PROOF.verifying_key.vk_hash_bytes
    assert (result.signer, result.valid_until) == (SIGNER, 5000)
    assert (result.engine, result.cycles, result.cross_check) == ("sp1-portable", 123, "not_needed")
    assert (result.finding, result.executor, result.statement) == (None, None, None)
    assert jobs.open_count([job]) == 0


@pytest.mark.parametrize("executor", [None, *ExecutorBuild])
def test_finish__outcome__is_what_the_signer_process_marked(
    jobs: Jobs, executor: ExecutorBuild | None
) -> None:
    job = finished(jobs, b"x", proof=replace(PROOF, executor=executor))
    result = jobs.results.of(job)
    assert result is not None
    assert result.outcome is not None
    assert (result.outcome.words, result.outcome.mac) == (PROOF.verifying_key.words, b"\x0a" * 32)
    assert result.outcome.stdin_sha256 == stdin_sha256([b"x"])
    assert (result.outcome.executor, result.executor) == (executor, executor)


def test_lease__job_is_closed_or_given_back__is_held_no_longer(jobs: Jobs) -> None:
    """Each claim looks at all that are held: those of an hour's jobs would be many."""
    finished(jobs, b"one")
    job = ask(jobs, b"two")
    assert claim(jobs, job) is not None
    jobs.release(job, WORKER)
    assert claim(jobs, job) is not None
    assert json.loads(jobs._leases.held()) == [job]
    jobs.fail(job, WORKER, "code", "message")
    assert json.loads(jobs._leases.held()) == []


def test_finish__inputs_are_forgotten_but_named(jobs: Jobs, jobs_store: Store) -> None:
    finished(jobs, b"private")
    assert jobs_store.rows("SELECT * FROM stdin_entries") == []
    row = jobs_store.row("SELECT * FROM programs")
    assert row is not None
    assert (row["sha256"], row["size"]) == (hashlib.sha256(b"elf").hexdigest(), 3)
    assert jobs_store.rows("SELECT * FROM program_bytes") == []
    job = jobs_store.row("SELECT stdin_sha256 FROM jobs")
    assert job == {"stdin_sha256": stdin_sha256([b"private"])}


def test_finish__program_of_another_open_job__is_kept(jobs: Jobs) -> None:
    second = ask(jobs, b"second")
    finished(jobs, b"first")
    assert claim(jobs, second) == Work(second, b"elf", (b"second",))


def test_ask__done_before__is_run_again_and_its_result_stays_meanwhile(jobs: Jobs) -> None:
    job = finished(jobs, b"x")
    ask(jobs, b"x")
    assert jobs.state(job) == JobState("queued", None, None)
    assert jobs.results.of(job) is not None
    claim(jobs, job)
    jobs.finish(job, WORKER, replace(PROOF, valid_until=9000))
    result = jobs.results.of(job)
    assert result is not None
    assert result.valid_until == 9000


def test_fail__keeps_code_message_and_hint(jobs: Jobs) -> None:
    job = ask(jobs)
    claim(jobs, job)
    jobs.fail(job, WORKER, "exec_exit_code", "exit code 1", "look")
    state = jobs.state(job)
    assert state == JobState("failed", "exec_exit_code", "exit code 1", "look")
    assert isinstance(state.error(), GuestFailed)
    assert (state.error().message, state.error().hint) == ("exit code 1", "look")
    assert jobs.results.of(job) is None


@pytest.mark.parametrize(
    ("code", "final"),
    [
        ("exec_exit_code", True),
        ("exec_guest_fault", True),
        ("program_invalid", True),
        ("program_unsupported", True),
        ("exec_unprovable_wide_word", True),
        ("exec_public_values_mismatch", True),
        ("exec_time_limit", False),
        ("exec_cycle_limit", False),
        ("exec_crashed", False),
        ("internal_error", False),
        ("no_active_signer", False),
        ("job_given_up", False),
        ("of_the_future", False),
    ],
)
def test_is_final__failure__only_what_the_program_would_repeat(code: str, final: bool) -> None:
    assert JobState("failed", code, "x").is_final is final


def test_drop_parked__oldest_first__wanted_ones_and_results_stay(
    jobs: Jobs, jobs_store: Store
) -> None:
    done = finished(jobs, b"done")
    ask(jobs, b"done")
    parked = [ask(jobs, bytes([number])) for number in range(5)]
    kept, waited = ask(jobs, b"kept"), ask(jobs, b"waited")
    jobs.keep(kept)
    assert jobs.drop_parked([waited], 2) == 4
    assert [jobs.state(job) is not None for job in parked] == [False, False, False, True, True]
    assert jobs.state(done) == DONE
    assert jobs.results.of(done) is not None
    assert claim(jobs, waited) is not None
    assert claim(jobs, waited) is not None
    assert len(jobs_store.rows("SELECT * FROM stdin_entries")) == 4


def test_state__unknown__is_none(jobs: Jobs) -> None:
    assert jobs.state("nobody") is None
    assert jobs.results.of("nobody") is None
    assert not jobs.is_kept("nobody")


def test_signed_again__another_signer__replaces_the_signature_alone(jobs: Jobs) -> None:
    job = finished(jobs, b"x", proof=replace(PROOF, cross_check=Timing.AFTER))
    jobs.results.note_finding(job, "agreed")
    signer = b"\x02" * 20
    again = replace(PROOF, signer=signer, valid_until=9999, cross_check=Timing.AFTER)
    jobs.results.signed_again(job, again)
    result = jobs.results.of(job)
    assert result is not None
    assert (result.signer, result.valid_until, result.finding) == (signer, 9999, "agreed")
    assert result.public_values == PROOF.public_values


@pytest.mark.parametrize(
    ("cross_check", "first"),
    [
        (Timing.BEFORE, "agreed"),
        (Timing.AFTER, "pending"),
        (Timing.NOT_CHECKED, None),
        (Timing.NOT_NEEDED, None),
    ],
)
def test_finish__what_was_checked__is_in_the_result(
    jobs: Jobs, cross_check: Timing, first: str | None
) -> None:
    result = jobs.results.of(finished(jobs, proof=replace(PROOF, cross_check=cross_check)))
    assert result is not None
    assert (result.cross_check, result.finding) == (cross_check, first)


@pytest.mark.parametrize(
    ("one", "other"),
    [([b"ab"], [b"a", b"b"]), ([b"", b"a"], [b"a", b""]), ([], [b""]), ([b"a"], [b"a", b""])],
)
def test_stdin_sha256__other_boundaries__other_name(one: list[bytes], other: list[bytes]) -> None:
    assert stdin_sha256(one) != stdin_sha256(other)


SIGNED = SignedStatement(contract=b"\x77" * 20, expires_at=2000, signature=b"\x66" * 65)


def test_statement__signed_one__is_whole_with_what_the_job_was(jobs: Jobs) -> None:
    result = jobs.results.of(finished(jobs, b"in", proof=replace(PROOF, statement=SIGNED)))
    assert result is not None
    found = result.statement
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


def test_statement__of_a_run_for_sp1_v3__names_its_circuits(jobs: Jobs) -> None:
    proof = replace(PROOF, statement=SIGNED, engine=Engine.SP1_V3)
    result = jobs.results.of(finished(jobs, b"in", proof=proof))
    assert result is not None
    assert result.statement is not None
    assert result.statement.statement.circuit_version == "v3.0.0"


def test_programs__for_either_sp1__stored_with_their_circuits(jobs: Jobs) -> None:
    older = rv32.program(rv32.ending())
    for program, circuit in ((b"\x7fELF\x02", "v6.1.0"), (older, "v3.0.0")):
        sha256 = hashlib.sha256(program).hexdigest()
        jobs.programs.upload(sha256, program, b"\x01" * 32)
        assert jobs.programs.find(sha256=sha256).circuit == circuit


def clocked(tmp_path: Path, wall: list[float], now: list[float]) -> Jobs:
    store = Store.open(tmp_path / "a.sqlite", JOBS)
    return Jobs(store, lambda: wall[0], lambda: now[0])


def test_claim__leases_that_ended_too_often__fail_the_job(tmp_path: Path) -> None:
    now = [0.0]
    jobs = clocked(tmp_path, [1_800_000_000.0], now)
    job = ask(jobs)
    for number in range(MAX_STARTS):
        assert jobs.claim(f"owner {number}", 60, [job]) is not None
        now[0] += 61
    assert jobs.claim("another", 60, [job]) is None
    state = jobs.state(job)
    assert state is not None
    assert (state.state, state.error_code) == ("failed", "job_given_up")


@pytest.mark.parametrize("step", [-3600.0, 3600.0])
def test_claim__wall_clock_is_set__leases_hold_and_end_all_the_same(
    tmp_path: Path, step: float
) -> None:
    wall, now = [1_800_000_000.0], [0.0]
    jobs = clocked(tmp_path, wall, now)
    job = ask(jobs)
    assert claim(jobs, job) is not None
    wall[0] += step
    now[0] += LEASE - 1
    assert jobs.claim("another", LEASE, [job]) is None
    now[0] += 1
    assert jobs.claim("another", LEASE, [job]) is not None


def test_claim__wall_clock_was_set_back__jobs_keep_their_order(tmp_path: Path) -> None:
    wall = [1_800_000_000.0]
    jobs, asked = clocked(tmp_path, wall, [0.0]), []
    for number in range(3):
        asked.append(ask(jobs, bytes([number])))
        wall[0] -= 3600
    claimed = [claim(jobs, *asked) for _ in range(3)]
    assert [work.job for work in claimed if work is not None] == asked

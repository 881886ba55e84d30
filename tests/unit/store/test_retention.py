"""Finished jobs are forgotten by age and count, but none that somebody waits for."""

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from unit.store.test_jobs import PROOF, WORKER, ask, claim, finished

from attestor.core.job import Withdrawn
from attestor.errors import ProgramUnknown
from attestor.errors.jobs import JobNotRetriable, JobUnknown, NotJobOwner
from attestor.store import programs
from attestor.store.database import Store
from attestor.store.job_ends import MAX_EVIDENCE
from attestor.store.jobs import Jobs
from attestor.store.orders import DONE, Orders
from attestor.store.retention import Kept, Retention

ALL = Kept(seconds=1e9, jobs=1000, program_bytes=1000)


class Clock:
    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(jobs_store: Store, clock: Clock) -> Jobs:
    return Jobs(jobs_store, clock)


def forget(store: Store, jobs: Jobs, clock: Clock, *waited: str, kept: Kept = ALL) -> int:
    return Retention(store, jobs, kept, clock).forget(waited)


def test_forget__old_jobs__are_gone_with_their_results(
    jobs_store: Store, jobs: Jobs, clock: Clock
) -> None:
    old, waited = finished(jobs, b"old"), finished(jobs, b"waited")
    clock.now += 100
    new, runs = finished(jobs, b"new"), ask(jobs, b"open")
    assert forget(jobs_store, jobs, clock, waited, kept=replace(ALL, seconds=50)) == 1
    assert jobs.state(old) is None
    assert jobs.results.of(old) is None
    assert all(jobs.state(job) is not None for job in (waited, new, runs))


def test_forget__too_many__the_newest_stay(jobs_store: Store, jobs: Jobs, clock: Clock) -> None:
    names = []
    for number in range(6):
        names.append(finished(jobs, bytes([number])))
        clock.now += 1
    assert forget(jobs_store, jobs, clock, names[0], kept=replace(ALL, jobs=2)) == 3
    assert [jobs.state(name) is not None for name in names] == [
        True,
        False,
        False,
        False,
        True,
        True,
    ]


def test_forget__programs_that_were_sent__the_last_used_stay(
    jobs_store: Store, jobs: Jobs, clock: Clock
) -> None:
    for number in range(3):
        jobs.programs.upload(str(number) * 64, bytes(400), bytes([0]) + bytes([number]) * 31)
        clock.now += 1000
    jobs.programs.upload("0" * 64, bytes(400), bytes(32))
    forget(jobs_store, jobs, clock)
    assert jobs.programs.of("0" * 64) == bytes(400)
    assert jobs.programs.of("2" * 64) == bytes(400)
    with pytest.raises(ProgramUnknown):
        jobs.programs.of("1" * 64)


def test_program__was_sent__stays_when_its_jobs_are_over(jobs: Jobs) -> None:
    name = hashlib.sha256(b"elf").hexdigest()
    jobs.programs.upload(name, b"elf", bytes(32))
    jobs.forget(finished(jobs, b"x"))
    assert jobs.programs.of(name) == b"elf"


def fail(jobs: Jobs, code: str, *stdin: bytes) -> str:
    job = ask(jobs, *stdin)
    assert claim(jobs, job) is not None
    jobs.fail(job, WORKER, code, "so it is")
    return job


@pytest.mark.parametrize("code", ["internal_error", "exec_crashed", "job_given_up"])
def test_fail__may_be_our_fault__inputs_are_kept_and_it_can_be_run_again(
    jobs: Jobs, code: str
) -> None:
    job = fail(jobs, code, b"x")
    jobs.retry(job)
    work = claim(jobs)
    assert work is not None
    assert (work.job, work.program, work.stdin) == (job, b"elf", (b"x",))
    jobs.finish(job, WORKER, PROOF)
    with pytest.raises(JobNotRetriable):
        jobs.retry(job)


def test_fail__is_the_programs_fault__inputs_are_gone(jobs: Jobs) -> None:
    with pytest.raises(JobNotRetriable):
        jobs.retry(fail(jobs, "exec_exit_code"))


def test_fail__many_times__the_newest_inputs_are_kept(jobs_store: Store, jobs: Jobs) -> None:
    for number in range(MAX_EVIDENCE + 3):
        fail(jobs, "internal_error", bytes([number]))
    assert len(jobs_store.rows("SELECT * FROM stdin_entries")) == MAX_EVIDENCE


def test_ask__evidence_is_there__begins_anew(jobs_store: Store, jobs: Jobs) -> None:
    job = fail(jobs, "internal_error", b"x")
    assert ask(jobs, b"x") == job
    assert claim(jobs, job) is not None
    assert len(jobs_store.rows("SELECT * FROM stdin_entries")) == 1


def test_withdraw__clients__the_last_one_ends_it(jobs: Jobs) -> None:
    job = ask(jobs, b"x")
    jobs.note_client(job, "one")
    jobs.note_client(job, "two")
    with pytest.raises(NotJobOwner):
        jobs.withdraw(job, "three", others_wait=False)
    assert jobs.withdraw(job, "one", others_wait=False) is Withdrawn.LEFT
    assert jobs.withdraw(job, "two", others_wait=False) is Withdrawn.CANCELLED
    with pytest.raises(JobUnknown):
        jobs.withdraw("nothing", "one", others_wait=False)


def test_claim__several_clients__take_turns(jobs: Jobs) -> None:
    for client, stdin in (("a", b"1"), ("a", b"2"), ("a", b"3"), ("b", b"4"), ("b", b"5")):
        job = ask(jobs, stdin)
        jobs.note_client(job, client)
        jobs.keep(job)
    order = []
    while (work := claim(jobs)) is not None:
        order.append(work.stdin[0])
    assert order == [b"1", b"4", b"2", b"5", b"3"]


def test_orders__given__are_carried_out_once_and_refusals_told(
    jobs_store: Store, jobs: Jobs
) -> None:
    orders = Orders(jobs_store)
    failed, done, runs = fail(jobs, "internal_error"), finished(jobs, b"d"), ask(jobs, b"open")
    orders.give(failed, "retry")
    orders.give(done, "retry")
    orders.give(runs, "cancel")
    assert orders.outcome(failed) is None
    assert set(orders.carry_out(jobs)) == {failed, runs}
    assert orders.carry_out(jobs) == []
    assert (orders.outcome(failed), orders.outcome(runs)) == (DONE, DONE)
    assert "did not fail" in str(orders.outcome(done))
    told = {row["id"]: row["state"] for row in orders.shown()}
    assert told == {failed: "queued", done: "done", runs: "failed"}
    assert [row["id"] for row in orders.shown("done")] == [done]
    assert orders.one(runs)["error_code"] == "job_cancelled"


def test_of__program_read_before__is_kept_in_memory_within_bounds(
    jobs_store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(programs, "MAX_READ_BYTES", 10)
    for name, program in (("a" * 64, b"aaaa"), ("b" * 64, b"bbbb"), ("c" * 64, bytes(11))):
        jobs.programs.upload(name, program, bytes(32))
    monkeypatch.setattr(jobs_store, "row", counted := Counted(jobs_store.row))
    assert [jobs.programs.of("a" * 64) for _ in range(2)] == [b"aaaa"] * 2
    assert counted.calls == 1
    jobs.programs.of("b" * 64)
    assert jobs.programs.of("c" * 64) == bytes(11)
    assert list(jobs.programs._read) == []
    jobs.programs.of("a" * 64)
    assert counted.calls == 4


class Counted:
    def __init__(self, call: Any) -> None:
        self.calls, self._call = 0, call

    def __call__(self, *given: Any) -> Any:
        self.calls += 1
        return self._call(*given)

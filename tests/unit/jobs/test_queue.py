"""The queue of jobs, with a prover that does what it is told."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from unit.jobs.asking import Asking

from attestor.core.cross_check import Timing
from attestor.core.execution import Engine
from attestor.core.job import JobState, Request, Work
from attestor.core.proof import Proof
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import (
    AttestorError,
    EnginesDisagree,
    Fatal,
    NoActiveSigner,
    QueueFull,
    RequestInvalid,
    SignerGone,
    SigningHalted,
)
from attestor.jobs import worker as module
from attestor.jobs.queue import ProofQueue
from attestor.jobs.worker import Prove, Workers
from attestor.store.database import Store
from attestor.store.jobs import Jobs
from attestor.store.opening import JOBS

SIGNER = b"\x01" * 20


class Prover:
    """Gives a proof that echoes the program, or raises what is queued in `faults`."""

    def __init__(self) -> None:
        self.faults: list[AttestorError] = []
        self.ran: list[bytes] = []
        self.gate = threading.Event()
        self.gate.set()
        self.together = 0
        self.most_together = 0
        self._lock = threading.Lock()

    def __call__(self, work: Work) -> Proof:
        with self._lock:
            self.together += 1
            self.most_together = max(self.most_together, self.together)
        try:
            assert self.gate.wait(10)
            self.ran.append(work.program)
            if self.faults:
                raise self.faults.pop(0)
        finally:
            with self._lock:
                self.together -= 1
        key = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))
        return Proof(
            SIGNER,
            key,
            work.program,
            b"\xdd" * 32,
            b"\x55" * 65,
            7,
            Engine.SP1_PORTABLE,
            Timing.NOT_NEEDED,
        )


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)


@pytest.fixture
def prover() -> Prover:
    return Prover()


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(Store.open(tmp_path / "jobs.sqlite", JOBS))


Body = Callable[[Asking], Coroutine[Any, Any, None]]


def unexpected(error: Fatal) -> None:
    raise AssertionError(error)


def run(
    jobs: Jobs,
    prover: Prove,
    body: Body,
    workers: int = 1,
    max_open: int = 8,
    on_fatal: Callable[[Fatal], None] = unexpected,
) -> None:
    async def whole() -> None:
        queue = Asking(jobs, max_open)
        working = Workers(jobs, queue, prover, workers, on_fatal)
        working.start()
        try:
            await asyncio.wait_for(body(queue), 20)
        finally:
            if isinstance(prover, Prover):
                prover.gate.set()
            await working.stop()

    asyncio.run(whole())


def test_add__job__is_proven_and_waited_for(jobs: Jobs, prover: Prover) -> None:
    async def body(queue: Asking) -> None:
        job = await queue.add(b"elf", [b"in"])
        assert await queue.wait(job, 10) == JobState("done", None, None)
        found = jobs.results.of(job)
        assert found is not None
        assert found.public_values == b"elf"

    run(jobs, prover, body)


def test_wait__several_at_once__all_are_woken(jobs: Jobs, prover: Prover) -> None:
    async def body(queue: Asking) -> None:
        prover.gate.clear()
        job = await queue.add(b"elf", [])
        waits = [asyncio.create_task(queue.wait(job, 10)) for _ in range(5)]
        await asyncio.sleep(0)
        prover.gate.set()
        states = await asyncio.gather(*waits)
        assert [state.state for state in states if state] == ["done"] * 5

    run(jobs, prover, body)


def test_wait__unknown_job__is_none_and_leaves_nothing(jobs: Jobs, prover: Prover) -> None:
    async def body(queue: Asking) -> None:
        for number in range(100):
            assert await queue.wait(f"job-{number}", 10) is None
        assert queue._waiting == {}

    run(jobs, prover, body)


def test_wait__finished_long_ago__answers_at_once(jobs: Jobs, prover: Prover) -> None:
    async def body(queue: Asking) -> None:
        job = await queue.add(b"elf", [])
        await queue.wait(job, 10)
        assert await queue.wait(job, 0) == JobState("done", None, None)
        assert queue._waiting == {}

    run(jobs, prover, body)


def test_wait__too_long__tells_how_it_stands(jobs: Jobs, prover: Prover) -> None:
    async def body(queue: Asking) -> None:
        prover.gate.clear()
        job = await queue.add(b"elf", [])
        state = await queue.wait(job, 0.05)
        assert state is not None
        assert state.state in ("queued", "running")

    run(jobs, prover, body)


def test_add__program_fails__job_fails_with_its_code(jobs: Jobs, prover: Prover) -> None:
    async def body(queue: Asking) -> None:
        prover.faults = [RequestInvalid("no good", hint="do better")]
        job = await queue.add(b"elf", [])
        expected = JobState("failed", "request_invalid", "no good", "do better")
        assert await queue.wait(job, 10) == expected

    run(jobs, prover, body)


def test_add__no_active_signer__waits_for_the_next(jobs: Jobs, prover: Prover) -> None:
    async def body(queue: Asking) -> None:
        prover.faults = [NoActiveSigner("none"), NoActiveSigner("none")]
        job = await queue.add(b"elf", [])
        assert await queue.wait(job, 10) == JobState("done", None, None)
        assert len(prover.ran) == 3

    run(jobs, prover, body)


def test_add__no_active_signer_for_long__fails(
    jobs: Jobs, prover: Prover, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_ATTEMPTS", 3)

    async def body(queue: Asking) -> None:
        prover.faults = [NoActiveSigner("none") for _ in range(9)]
        state = await queue.wait(await queue.add(b"elf", []), 10)
        assert state is not None
        assert (state.state, state.error_code) == ("failed", "no_active_signer")
        assert len(prover.ran) == 3

    run(jobs, prover, body)


def test_add__signer_process_gone__job_stays_queued_and_the_daemon_is_told(
    jobs: Jobs, prover: Prover
) -> None:
    told: list[Fatal] = []

    async def body(queue: Asking) -> None:
        prover.faults = [SignerGone("gone")]
        job = await queue.add(b"elf", [])
        while not told:
            await asyncio.sleep(0.01)
        assert jobs.state(job) == JobState("queued", None, None)
        assert len(prover.ran) == 1

    run(jobs, prover, body, on_fatal=told.append)
    assert [error.code for error in told] == ["signer_gone"]


def test_add__beyond_the_bound__is_refused(jobs: Jobs, prover: Prover) -> None:
    async def body(queue: Asking) -> None:
        prover.gate.clear()
        added = await asyncio.gather(
            *(queue.add(b"elf", []) for _ in range(6)), return_exceptions=True
        )
        assert sum(isinstance(result, QueueFull) for result in added) == 3
        assert jobs.open_count([]) == 3

    run(jobs, prover, body, max_open=3)


@pytest.mark.parametrize("workers", [1, 3])
def test_start__workers__bound_how_many_run_together(
    jobs: Jobs, prover: Prover, workers: int
) -> None:
    async def body(queue: Asking) -> None:
        prover.gate.clear()
        added = [await queue.add(b"elf", []) for _ in range(6)]
        while prover.together < workers:
            await asyncio.sleep(0.01)
        prover.gate.set()
        for job in added:
            assert await queue.wait(job, 10) == JobState("done", None, None)
        assert prover.most_together == workers

    run(jobs, prover, body, workers=workers)


def test_stop__cancellation_lost_in_a_timeout__ends_all_the_same(
    jobs: Jobs, prover: Prover, monkeypatch: pytest.MonkeyPatch
) -> None:
    """wait_for of Python 3.11 swallows a cancellation that comes with its timeout."""

    calls: list[ProofQueue] = []

    async def deaf(queue: Asking, timeout: float) -> None:
        calls.append(queue)
        assert len(calls) < 500, "the worker goes on"
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0.01)

    monkeypatch.setattr(ProofQueue, "until_added", deaf)

    async def whole() -> None:
        working = Workers(jobs, Asking(jobs, 8), prover, 3, unexpected)
        working.start()
        await asyncio.sleep(0.05)
        await asyncio.wait_for(working.stop(), 5)

    asyncio.run(whole())
    assert len(calls) < 500


def test_start__jobs_of_an_earlier_run__only_those_asked_for_by_id_are_run(
    jobs: Jobs, prover: Prover
) -> None:
    requests = [Request(name, ()) for name in (b"left-running", b"left-queued", b"of-nobody")]
    running, queued, nobodys = (request.identify() for request in requests)
    for identity, request in zip((running, queued, nobodys), requests, strict=True):
        jobs.ask(identity, request)
    jobs.keep(running.job)
    jobs.keep(queued.job)
    jobs.claim("of an earlier run", 60, [])

    async def body(queue: Asking) -> None:
        for identity in (running, queued):
            assert await queue.wait(identity.job, 10) == JobState("done", None, None)
        await asyncio.sleep(0.05)
        assert jobs.state(nobodys.job) == JobState("queued", None, None)
        assert prover.ran == [b"left-running", b"left-queued"]
        assert await queue.wait(nobodys.job, 10) == JobState("done", None, None)

    run(jobs, prover, body)


HALTED = SigningHalted("the engines disagree", hint="act")


def test_add__engines_disagree__job_fails_for_good_and_the_daemon_is_told(
    jobs: Jobs, prover: Prover
) -> None:
    told: list[Fatal] = []

    async def body(queue: Asking) -> None:
        prover.faults = [EnginesDisagree("exit code: ours 0, SP1's 1")]
        job = await queue.add(b"elf", [])
        while not told:
            await asyncio.sleep(0.01)
        state = jobs.state(job)
        assert state is not None
        assert (state.state, state.error_code) == ("failed", "engines_disagree")

    run(jobs, prover, body, on_fatal=told.append)
    assert [error.code for error in told] == ["engines_disagree"]
    assert jobs.recover() == 0


def test_add__signing_halted_by_another_job__this_one_stays_queued(
    jobs: Jobs, prover: Prover
) -> None:
    told: list[Fatal] = []

    async def body(queue: Asking) -> None:
        prover.faults = [HALTED]
        job = await queue.add(b"elf", [])
        while not told:
            await asyncio.sleep(0.01)
        assert jobs.state(job) == JobState("queued", None, None)

    run(jobs, prover, body, on_fatal=told.append)


def test_halt__every_call__is_refused_with_the_reason(jobs: Jobs, prover: Prover) -> None:
    async def body(queue: Asking) -> None:
        done = await queue.add(b"elf", [])
        await queue.wait(done, 10)
        assert queue.halted is None
        queue.halt(HALTED)
        queue.halt(SigningHalted("a later reason"))
        assert queue.halted is HALTED
        for call in (queue.add(b"elf", []), queue.wait(done, 10), queue.wait("nobody", 10)):
            with pytest.raises(SigningHalted, match="the engines disagree"):
                await call

    run(jobs, prover, body)


def test_halt__callers_that_wait__are_told_at_once(jobs: Jobs, prover: Prover) -> None:
    async def body(queue: Asking) -> None:
        prover.gate.clear()
        job = await queue.add(b"elf", [])
        waits = [asyncio.create_task(queue.wait(job, 60)) for _ in range(3)]
        while not prover.together:
            await asyncio.sleep(0.01)
        queue.halt(HALTED)
        ends = await asyncio.wait_for(asyncio.gather(*waits, return_exceptions=True), 5)
        assert [type(end) for end in ends] == [SigningHalted] * 3

    run(jobs, prover, body)


def test_halt__jobs_that_are_queued__are_not_begun(jobs: Jobs, prover: Prover) -> None:
    async def body(queue: Asking) -> None:
        prover.gate.clear()
        first, second = await queue.add(b"one", []), await queue.add(b"two", [])
        while not prover.together:
            await asyncio.sleep(0.01)
        queue.halt(HALTED)
        prover.gate.set()
        while jobs.state(first) != JobState("done", None, None):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        assert jobs.state(second) == JobState("queued", None, None)

    run(jobs, prover, body)


@pytest.mark.parametrize("is_stale", [True, False])
def test_ask__result_is_of_no_use_any_more__is_run_again(
    jobs: Jobs, prover: Prover, is_stale: bool
) -> None:
    request = Request(b"one", ())
    identity = request.identify()

    async def stale(job: str) -> bool:
        return is_stale

    async def body(queue: Asking) -> None:
        for _ in range(2):
            with queue.waiting(identity.job):
                await queue.ask(identity, request, stale, kept=True)
                await queue.until_over(identity.job)
            # Not from memory, which has a look of its own.
            jobs._done._forget(identity.job)
        assert prover.ran == [b"one"] * (2 if is_stale else 1)

    run(jobs, prover, body)

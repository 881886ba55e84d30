"""Jobs that are joined, left and come back to."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from attestor.core.cross_check import Timing
from attestor.core.execution import Engine
from attestor.core.job import JobState, Request, Work
from attestor.core.proof import Proof
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import (
    AttestorError,
    ExecutionStopped,
    ExecutionTimeLimit,
    ExecutorCrashed,
    Fatal,
    ForbiddenCall,
    GuestFailed,
    SignerFailed,
    Stopping,
)
from attestor.jobs import queue as queue_module
from attestor.jobs import worker as module
from attestor.jobs.queue import ProofQueue
from attestor.jobs.worker import Workers
from attestor.store.database import Store
from attestor.store.jobs import Jobs
from attestor.store.opening import JOBS

KEY = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))
DONE = JobState("done", None, None)
QUEUED = JobState("queued", None, None)
PROOF = Proof(b"\x01" * 20, KEY, b"v", b"d" * 32, b"s" * 65, 7, Engine.ATTESTOR, Timing.NOT_NEEDED)
ONE, TWO = Request(b"one", ()), Request(b"two", ())


class Prover:
    """Runs until its gate is open, or it is cancelled; raises what is in `faults`."""

    def __init__(self) -> None:
        self.faults: list[AttestorError] = []
        self.ran: list[bytes] = []
        self.cancelled: list[str] = []
        self.gate = threading.Event()
        self._stop = threading.Event()

    def prove(self, work: Work) -> Proof:
        self.ran.append(work.program)
        while not self.gate.wait(0.002):
            if self._stop.is_set():
                self._stop.clear()
                raise ExecutionStopped("stopped")
        if self.faults:
            raise self.faults.pop(0)
        return PROOF

    def cancel(self, job: str) -> None:
        self.cancelled.append(job)
        self._stop.set()


class Parts:
    def __init__(self, path: Path) -> None:
        self.jobs = Jobs(Store.open(path, JOBS))
        self.prover = Prover()

    def run(self, body: Callable[[ProofQueue, Workers], Coroutine[Any, Any, None]]) -> None:
        async def whole() -> None:
            queue = ProofQueue(self.jobs, 8)
            told: list[Fatal] = []
            prove, cancel = self.prover.prove, self.prover.cancel
            workers = Workers(self.jobs, queue, prove, 1, told.append, cancel)
            workers.start()
            try:
                await asyncio.wait_for(body(queue, workers), 20)
            finally:
                self.prover.gate.set()
                await workers.stop()
            assert told == []

        asyncio.run(whole())


@pytest.fixture
def parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Parts:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.005)
    monkeypatch.setattr(module, "STOP_AGAIN_SECONDS", 0.005)
    monkeypatch.setattr(queue_module, "LEFT_SECONDS", 0.02)
    return Parts(tmp_path / "jobs.sqlite")


async def request(queue: ProofQueue, asked: Request) -> JobState | None:
    """As the handler of /request_proof does it."""
    identity = asked.identify()
    with queue.waiting(identity.job):
        await queue.ask(identity, asked)
    return await queue.until_over(identity.job)


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.002)


async def leave(task: "asyncio.Task[Any]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def test_ask__same_job_by_many__runs_once(parts: Parts) -> None:
    async def body(queue: ProofQueue, workers: Workers) -> None:
        asking = [asyncio.create_task(request(queue, ONE)) for _ in range(8)]
        await until(lambda: parts.prover.ran != [])
        asking.append(asyncio.create_task(request(queue, ONE)))
        parts.prover.gate.set()
        assert await asyncio.gather(*asking) == [DONE] * 9
        assert await request(queue, ONE) == DONE
        assert parts.prover.ran == [b"one"]

    parts.run(body)


def test_ask__failed_as_it_would_again__is_not_run_again(parts: Parts) -> None:
    parts.prover.gate.set()
    parts.prover.faults = [GuestFailed("exit code 1", hint="look")]

    async def body(queue: ProofQueue, workers: Workers) -> None:
        for _ in range(3):
            state = await request(queue, ONE)
            assert state == JobState("failed", "exec_exit_code", "exit code 1", "look")
        assert parts.prover.ran == [b"one"]

    parts.run(body)


def test_ask__failed_by_what_may_pass__is_run_again(parts: Parts) -> None:
    parts.prover.gate.set()
    parts.prover.faults = [ExecutionTimeLimit("slow")]

    async def body(queue: ProofQueue, workers: Workers) -> None:
        state = await request(queue, ONE)
        assert state is not None
        assert state.error_code == "exec_time_limit"
        assert await request(queue, ONE) == DONE

    parts.run(body)


def test_leave__only_waiter_of_a_running_job__it_is_stopped_and_the_next_is_run(
    parts: Parts,
) -> None:
    async def body(queue: ProofQueue, workers: Workers) -> None:
        first = asyncio.create_task(request(queue, ONE))
        await until(lambda: parts.prover.ran == [b"one"])
        second = asyncio.create_task(request(queue, TWO))
        await leave(first)
        await until(lambda: parts.prover.ran == [b"one", b"two"])
        assert parts.prover.cancelled[0] == ONE.identify().job
        assert parts.jobs.state(ONE.identify().job) == QUEUED
        parts.prover.gate.set()
        assert await second == DONE
        assert parts.prover.ran == [b"one", b"two"], "what nobody wants is not run"

    parts.run(body)


def test_leave__others_wait_too__it_goes_on(parts: Parts) -> None:
    async def body(queue: ProofQueue, workers: Workers) -> None:
        first, other = (asyncio.create_task(request(queue, ONE)) for _ in range(2))
        await until(lambda: parts.prover.ran == [b"one"])
        await leave(first)
        await asyncio.sleep(0.1)
        assert parts.prover.cancelled == []
        parts.prover.gate.set()
        assert await other == DONE

    parts.run(body)


def test_leave__and_come_back_in_time__it_goes_on(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue_module, "LEFT_SECONDS", 0.1)

    async def body(queue: ProofQueue, workers: Workers) -> None:
        first = asyncio.create_task(request(queue, ONE))
        await until(lambda: parts.prover.ran == [b"one"])
        await leave(first)
        again = asyncio.create_task(request(queue, ONE))
        await asyncio.sleep(0.3)
        parts.prover.gate.set()
        assert await again == DONE
        assert (parts.prover.ran, parts.prover.cancelled) == ([b"one"], [])

    parts.run(body)


def test_leave__job_was_asked_for_by_id__it_goes_on(parts: Parts) -> None:
    async def body(queue: ProofQueue, workers: Workers) -> None:
        job = ONE.identify().job
        first = asyncio.create_task(request(queue, ONE))
        await until(lambda: parts.prover.ran == [b"one"])
        state = await queue.wait(job, 0.01)
        assert state is not None
        assert state.is_open
        await leave(first)
        await asyncio.sleep(0.1)
        assert parts.prover.cancelled == []
        parts.prover.gate.set()
        await until(lambda: parts.jobs.state(job) == DONE)

    parts.run(body)


def test_leave__job_was_not_begun__is_not_run_until_it_is_asked_for_again(parts: Parts) -> None:
    async def body(queue: ProofQueue, workers: Workers) -> None:
        first = asyncio.create_task(request(queue, ONE))
        await until(lambda: parts.prover.ran == [b"one"])
        second = asyncio.create_task(request(queue, TWO))
        await until(lambda: parts.jobs.state(TWO.identify().job) == QUEUED)
        await leave(second)
        await until(lambda: queue.wanted() == [ONE.identify().job])
        parts.prover.gate.set()
        assert await first == DONE
        await asyncio.sleep(0.05)
        assert parts.prover.ran == [b"one"]
        assert await queue.wait(TWO.identify().job, 10) == DONE

    parts.run(body)


@pytest.mark.parametrize("error", [ExecutorCrashed("killed by signal 9"), SignerFailed("hiccup")])
def test_prove__executor_or_signer_fails_now_and_then__is_run_again(
    parts: Parts, error: AttestorError
) -> None:
    parts.prover.gate.set()
    parts.prover.faults = [error] * (module.MAX_CRASHES - 1)

    async def body(queue: ProofQueue, workers: Workers) -> None:
        assert await request(queue, ONE) == DONE
        assert len(parts.prover.ran) == module.MAX_CRASHES

    parts.run(body)


@pytest.mark.parametrize("error", [ExecutorCrashed("killed by signal 9"), SignerFailed("hiccup")])
def test_prove__fails_each_time__is_bounded_and_no_final_answer(
    parts: Parts, error: AttestorError
) -> None:
    parts.prover.gate.set()
    parts.prover.faults = [error] * module.MAX_CRASHES

    async def body(queue: ProofQueue, workers: Workers) -> None:
        state = await request(queue, ONE)
        assert state is not None
        assert (state.state, state.error_code) == ("failed", "exec_crashed")
        assert f"{module.MAX_CRASHES} times in a row" in str(state.error_message)
        assert await request(queue, ONE) == DONE

    parts.run(body)


def test_prove__forbidden_call__is_the_programs_fault_at_once(parts: Parts) -> None:
    parts.prover.gate.set()
    parts.prover.faults = [ForbiddenCall("a call")]

    async def body(queue: ProofQueue, workers: Workers) -> None:
        state = await request(queue, ONE)
        assert state is not None
        assert state.error_code == "exec_forbidden_call"
        assert len(parts.prover.ran) == 1

    parts.run(body)


def test_drain__running_job__is_finished_and_answered_and_the_others_are_told(
    parts: Parts,
) -> None:
    async def body(queue: ProofQueue, workers: Workers) -> None:
        first = asyncio.create_task(request(queue, ONE))
        await until(lambda: parts.prover.ran == [b"one"])
        second = asyncio.create_task(request(queue, TWO))
        await until(lambda: parts.jobs.state(TWO.identify().job) == QUEUED)
        queue.stop()
        draining = asyncio.create_task(workers.drain(10))
        with pytest.raises(Stopping):
            await request(queue, Request(b"three", ()))
        parts.prover.gate.set()
        await draining
        queue.close()
        assert await first == DONE
        with pytest.raises(Stopping):
            await second
        assert parts.prover.ran == [b"one"]
        assert parts.jobs.state(TWO.identify().job) == QUEUED

    parts.run(body)


def test_drain__job_takes_longer__is_parked_and_its_client_told(parts: Parts) -> None:
    async def body(queue: ProofQueue, workers: Workers) -> None:
        first = asyncio.create_task(request(queue, ONE))
        await until(lambda: parts.prover.ran == [b"one"])
        queue.stop()
        await workers.drain(0.05)
        queue.close()
        with pytest.raises(Stopping):
            await first

    parts.run(body)
    assert parts.jobs.state(ONE.identify().job) == QUEUED
    row = parts.jobs._store.row("SELECT starts, claimed_by FROM jobs")
    assert row == {"starts": 0, "claimed_by": None}, "a stop is no fault of the job's"

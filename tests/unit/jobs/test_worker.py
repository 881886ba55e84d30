"""Workers survive whatever proving raises, and keep the lease of what they work on."""

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from loguru import logger
from unit.jobs.asking import Asking

from attestor.core.cross_check import Timing
from attestor.core.execution import Engine
from attestor.core.job import JobState, Work
from attestor.core.proof import Proof
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import (
    DatabaseFull,
    EnginesDisagree,
    Fatal,
    LeaseLost,
    NoActiveSigner,
    RequestInvalid,
    SignerGone,
)
from attestor.jobs import worker as module
from attestor.jobs.worker import Workers
from attestor.store.database import Store
from attestor.store.jobs import Jobs
from attestor.store.opening import JOBS

SIGNER = b"\x01" * 20
KEY = VerifyingKey((1, 2, 3, 4, 5, 6, 7, 8))
DONE = JobState("done", None, None)


class Prover:
    """Raises what is queued in `faults`, one per job; else gives a proof."""

    def __init__(self) -> None:
        self.faults: list[BaseException | None] = []
        self.proven: list[str] = []
        self.reached = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, work: Work) -> Proof:
        self.proven.append(work.job)
        self.reached.set()
        assert self.gate.wait(10)
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        timing = Timing.NOT_NEEDED
        return Proof(
            SIGNER, KEY, work.program, b"d" * 32, b"s" * 65, 7, Engine.SP1_PORTABLE, timing
        )


class Parts:
    def __init__(self, path: Path) -> None:
        self.now = 1_800_000_000.0
        self.jobs = Jobs(Store.open(path, JOBS), lambda: self.now, lambda: self.now)
        self.prover = Prover()
        self.told: list[Fatal] = []

    def run(self, body: Callable[[Asking, Workers], Coroutine[Any, Any, None]]) -> None:
        async def whole() -> None:
            queue = Asking(self.jobs, 64)
            workers = Workers(self.jobs, queue, self.prover, 1, self.told.append)
            workers.start()
            try:
                await asyncio.wait_for(body(queue, workers), 20)
            finally:
                self.prover.gate.set()
                await workers.stop()

        asyncio.run(whole())


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(module, "RENEW_SECONDS", 0.01)
    monkeypatch.setattr(module, "STOP_AGAIN_SECONDS", 0.01)


@pytest.fixture
def parts(tmp_path: Path) -> Parts:
    return Parts(tmp_path / "attestor.sqlite")


@pytest.fixture
def logged() -> Iterator[list[str]]:
    lines: list[str] = []
    sink = logger.add(lines.append, format="{level} {message}")
    yield lines
    logger.remove(sink)


class Unheard(BaseException):
    pass


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


@pytest.mark.parametrize(
    "error",
    [
        KeyError("inside"),
        RecursionError("deep"),
        MemoryError(),
        StopIteration("inside"),
        SystemExit(0),
        KeyboardInterrupt(),
        GeneratorExit(),
        asyncio.CancelledError(),
        concurrent.futures.CancelledError(),
        Unheard("inside"),
        Unspeakable(),
    ],
    ids=lambda error: f"{type(error).__module__}.{type(error).__name__}",
)
def test_prove__exception_that_is_not_ours__fails_the_job_and_the_only_worker_goes_on(
    parts: Parts, logged: list[str], error: BaseException
) -> None:
    parts.prover.faults = [error, None]

    async def body(queue: Asking, workers: Workers) -> None:
        bad, good = await queue.add(b"one", []), await queue.add(b"two", [])
        state = await queue.wait(bad, 10)
        assert state is not None
        assert (state.state, state.error_code) == ("failed", "internal_error")
        assert state.error_message is not None
        assert bad in state.error_message
        assert "inside" not in state.error_message
        assert await queue.wait(good, 10) == DONE
        assert workers.internal_errors == 1

    parts.run(body)
    text = "".join(logged)
    assert "met an unexpected error" in text
    assert "Traceback" in text
    assert type(error).__name__ in text
    assert parts.told == []


def test_fault__internal_errors_in_a_row__is_told_until_a_job_ends_well(parts: Parts) -> None:
    parts.prover.faults = [KeyError(), KeyError(), KeyError(), None]

    async def body(queue: Asking, workers: Workers) -> None:
        for number in range(3):
            assert workers.fault() is None, number
            await queue.wait(await queue.add(b"bad", []), 10)
        found = workers.fault()
        assert found is not None
        assert found.code == "workers_failing"
        assert await queue.wait(await queue.add(b"good", []), 10) == DONE
        # Who waits hears of the end a moment before the worker has counted it.
        async with asyncio.timeout(10):
            while workers.fault() is not None:
                await asyncio.sleep(0)

    parts.run(body)


def test_fault__a_clients_own_fault__shows_that_the_workers_work(parts: Parts) -> None:
    parts.prover.faults = [KeyError(), KeyError(), RequestInvalid("no"), KeyError(), KeyError()]

    async def body(queue: Asking, workers: Workers) -> None:
        for _ in range(5):
            await queue.wait(await queue.add(b"x", []), 10)
        assert workers.fault() is None
        assert workers.internal_errors == 4

    parts.run(body)


def test_finish__unexpected_exception__fails_the_job(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(job: str, owner: str, proof: Proof) -> None:
        raise TypeError("a defect of the store")

    monkeypatch.setattr(parts.jobs, "finish", broken)

    async def body(queue: Asking, workers: Workers) -> None:
        state = await queue.wait(await queue.add(b"x", []), 10)
        assert state is not None
        assert state.error_code == "internal_error"

    parts.run(body)


def test_claim__unexpected_exception_now_and_then__worker_goes_on(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, logged: list[str]
) -> None:
    claim, faults = parts.jobs.claim, [TypeError("x") for _ in range(5)]

    def sometimes(owner: str, seconds: float, waited: Any) -> Work | None:
        if faults:
            raise faults.pop()
        return claim(owner, seconds, waited)

    monkeypatch.setattr(parts.jobs, "claim", sometimes)

    async def body(queue: Asking, workers: Workers) -> None:
        assert await queue.wait(await queue.add(b"x", []), 10) == DONE

    parts.run(body)
    assert parts.told == []
    assert "a worker met an unexpected error" in "".join(logged)


def test_claim__unexpected_exception_for_ever__ends_the_daemon(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(owner: str, seconds: float, waited: Any) -> Work | None:
        raise TypeError("a defect of the store")

    monkeypatch.setattr(parts.jobs, "claim", broken)

    async def body(queue: Asking, workers: Workers) -> None:
        while not parts.told:
            await asyncio.sleep(0.01)
        assert workers.fault() is not None

    parts.run(body)
    assert [error.code for error in parts.told] == ["workers_failing"]


@pytest.mark.parametrize("method", ["claim", "renew", "finish", "fail"])
@pytest.mark.parametrize("error", [StopIteration(), SystemExit(0), asyncio.CancelledError()])
def test_store__raises_what_a_future_does_not_pass_on__worker_goes_on(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, method: str, error: BaseException
) -> None:
    work, faults = getattr(parts.jobs, method), [error]

    def once(*arguments: Any) -> Any:
        if faults:
            raise faults.pop()
        return work(*arguments)

    monkeypatch.setattr(parts.jobs, method, once)
    first: dict[str, list[BaseException | None]] = {
        "fail": [KeyError()],
        "renew": [NoActiveSigner("no")],
    }
    parts.prover.faults = first.get(method, [])

    async def body(queue: Asking, workers: Workers) -> None:
        await queue.add(b"x", [])
        while faults:
            await asyncio.sleep(0.01)
        assert await queue.wait(await queue.add(b"next", []), 10) == DONE

    parts.run(body)
    assert parts.told == []


def test_work__ends_for_a_reason_nobody_thought_of__ends_the_daemon(parts: Parts) -> None:
    async def body(queue: Asking, workers: Workers) -> None:
        workers._tasks[0].cancel()
        while not parts.told:
            await asyncio.sleep(0.01)

    parts.run(body)
    assert [error.code for error in parts.told] == ["workers_failing"]


def test_prove__longer_than_the_lease__is_renewed_while_it_runs(parts: Parts) -> None:
    parts.prover.gate.clear()

    async def body(queue: Asking, workers: Workers) -> None:
        job = await queue.add(b"x", [])
        await asyncio.to_thread(parts.prover.reached.wait, 10)
        for _ in range(5):
            renewed = parts.now
            parts.now += module.LEASE_SECONDS * 0.9
            while not _holds(parts, job, renewed):
                await asyncio.sleep(0.005)
            assert parts.jobs.claim("another", 60, []) is None
        parts.prover.gate.set()
        assert await queue.wait(job, 10) == DONE

    parts.run(body)


def _holds(parts: Parts, job: str, since: float) -> bool:
    """Whether the lease was renewed after `since`."""
    found = parts.jobs._store.row("SELECT lease_ends_at FROM jobs WHERE id = ?", job)
    assert found is not None
    ends = parts.jobs._now(since + module.LEASE_SECONDS - parts.now)
    return bool(found["lease_ends_at"] > ends)


def test_prove__lease_lost_meanwhile__leaves_the_job_to_the_other(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, logged: list[str]
) -> None:
    monkeypatch.setattr(module, "RENEW_SECONDS", 60.0)
    parts.prover.gate.clear()

    async def body(queue: Asking, workers: Workers) -> None:
        job = await queue.add(b"x", [])
        await asyncio.to_thread(parts.prover.reached.wait, 10)
        parts.now += module.LEASE_SECONDS
        taken = parts.jobs.claim("another", 600, [])
        assert taken is not None
        assert taken.job == job
        parts.prover.gate.set()
        while not any("was left to another worker" in line for line in logged):
            await asyncio.sleep(0.01)
        assert parts.jobs.state(job) == JobState("running", None, None)
        parts.jobs.fail(job, "another", "x", "closed by its owner")

    parts.run(body)
    assert parts.told == []


def test_prove__signer_gone_and_lease_lost__the_daemon_is_told_all_the_same(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(job: str, owner: str) -> None:
        raise LeaseLost("not yours")

    monkeypatch.setattr(parts.jobs, "release", lost)
    parts.prover.faults = [SignerGone("gone")]

    async def body(queue: Asking, workers: Workers) -> None:
        await queue.add(b"x", [])
        while not parts.told:
            await asyncio.sleep(0.01)

    parts.run(body)
    assert [error.code for error in parts.told] == ["signer_gone"]


class Unavailable:
    """A method of the store that fails so many times before it works again."""

    def __init__(self, call: Callable[..., Any], times: int) -> None:
        self.call = call
        self.left = times

    def __call__(self, *given: Any) -> Any:
        if self.left > 0:
            self.left -= 1
            raise DatabaseFull("no space")
        return self.call(*given)


@pytest.mark.parametrize("method", ["claim", "renew", "finish"])
def test_store__full_for_long__the_only_worker_waits_and_proves_once(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.001)
    times = module.MAX_BROKEN_TURNS * 5 if method != "renew" else 1
    full = Unavailable(getattr(parts.jobs, method), times)
    # A lease is renewed before a job is tried again.
    parts.prover.faults = [NoActiveSigner("no")] if method == "renew" else []
    monkeypatch.setattr(parts.jobs, method, full)

    async def body(queue: Asking, workers: Workers) -> None:
        job = await queue.add(b"x", [])
        assert await queue.wait(job, 10) == DONE
        assert parts.prover.proven == [job] * (2 if method == "renew" else 1)
        assert workers.fault() is None
        assert workers.internal_errors == 0

    parts.run(body)
    assert full.left == 0
    assert parts.told == []


def test_store__full_when_a_job_failed__it_is_closed_once_there_is_space(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Unavailable(parts.jobs.fail, 40)
    monkeypatch.setattr(parts.jobs, "fail", full)
    monkeypatch.setattr(module, "RETRY_SECONDS", 0.001)
    parts.prover.faults = [RequestInvalid("refused")]

    async def body(queue: Asking, workers: Workers) -> None:
        state = await queue.wait(await queue.add(b"x", []), 10)
        assert state is not None
        assert (state.state, state.error_code) == ("failed", "request_invalid")

    parts.run(body)
    assert full.left == 0


@pytest.mark.parametrize("error", [SignerGone("gone"), EnginesDisagree("differ")])
def test_store__full_as_a_fatal_error_comes__the_daemon_is_told_of_that(
    parts: Parts, monkeypatch: pytest.MonkeyPatch, error: Fatal
) -> None:
    for method in ("fail", "release"):
        monkeypatch.setattr(parts.jobs, method, Unavailable(getattr(parts.jobs, method), 1000))
    parts.prover.faults = [error]

    async def body(queue: Asking, workers: Workers) -> None:
        await queue.add(b"x", [])
        while not parts.told:
            await asyncio.sleep(0.01)

    parts.run(body)
    assert parts.told == [error]


def test_stop__while_a_job_waits_for_space__ends(
    parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = Unavailable(parts.jobs.finish, 1_000_000)
    monkeypatch.setattr(parts.jobs, "finish", full)

    async def body(queue: Asking, workers: Workers) -> None:
        await queue.add(b"x", [])
        while full.left > 999_990:
            await asyncio.sleep(0.005)
        await asyncio.wait_for(workers.stop(), 5)

    parts.run(body)

"""Workers: claim a job, have it proven, close it; again for the next."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import ParamSpec, TypeVar

from loguru import logger

from attestor.core.job import Work
from attestor.core.proof import Proof
from attestor.errors import (
    AttestorError,
    DatabaseUnavailable,
    EnginesDisagree,
    Fatal,
    InternalError,
    LeaseLost,
    Transient,
    WorkersFailing,
)
from attestor.jobs.job_store import JobStore
from attestor.jobs.queue import ProofQueue

RETRY_SECONDS = 2.0
MAX_ATTEMPTS = 30
"""How often a job waits for a signer, RETRY_SECONDS apart, before it fails."""
LEASE_SECONDS = 60.0
RENEW_SECONDS = 15.0
UNHEALTHY_AFTER = 3
"""Internal errors in a row after which the daemon is not healthy."""
MAX_BROKEN_TURNS = 10
"""Turns in a row that a worker could not even claim or close a job, before the daemon ends."""

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

Prove = Callable[[str, bytes, Sequence[bytes]], Proof]
"""(job, program, stdin) → proof"""
OnFatal = Callable[[Fatal], None]


class Workers:
    """`count` workers of one event loop, each proving in a thread.

    A fatal error (no signer process, no database) is not a job's fault: the job is released for
    the next run, the worker ends, and `on_fatal` is told. Any other exception that is not ours is
    a defect: its trace is logged, the job fails with `InternalError`, and the worker goes on.
    While the database cannot be used, workers wait: what was proven is kept, and noted once it can.
    """

    def __init__(
        self, jobs: JobStore, queue: ProofQueue, prove: Prove, count: int, on_fatal: OnFatal
    ) -> None:
        self._jobs = jobs
        self._queue = queue
        self._prove = prove
        self._owners = [f"{uuid.uuid4()}/{number}" for number in range(count)]
        self._on_fatal = on_fatal
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="prove")
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        self._in_a_row = 0
        self.internal_errors = 0
        """How many there were since the start."""

    def start(self) -> None:
        """Begin to work, with the jobs of an earlier run first."""
        left = self._jobs.requeue_open()
        if left:
            logger.info("{} jobs of an earlier run are taken over", left)
        self._tasks = [asyncio.create_task(self._work(owner)) for owner in self._owners]
        for task in self._tasks:
            task.add_done_callback(self._ended)

    async def stop(self) -> None:
        """End the workers. Jobs that run are taken up again at the next start."""
        # Python 3.11 can lose a cancellation that meets the timeout of wait_for.
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def fault(self) -> WorkersFailing | None:
        """What is wrong with the workers, for the health of the daemon."""
        if self._in_a_row < UNHEALTHY_AFTER:
            return None
        return WorkersFailing(
            f"the last {self._in_a_row} jobs met internal errors", hint="the log has their traces"
        )

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Whatever broke a worker off, the daemon does not stay without it."""
        broke_off = task.cancelled() or task.exception() is not None
        if broke_off and not self._stopping:
            self._on_fatal(WorkersFailing("a worker ended unasked"))

    async def _work(self, owner: str) -> None:
        broken = 0
        while self._queue.halted is None and not self._stopping:
            try:
                await self._turn(owner)
                broken = 0
            except Fatal as error:
                self._on_fatal(error)
                return
            except DatabaseUnavailable:
                # It is the store's fault, which says so itself; it may last for hours.
                await asyncio.sleep(RETRY_SECONDS)
            except Exception as error:
                broken += 1
                self._note_internal(error, "a worker")
                if broken >= MAX_BROKEN_TURNS:
                    self._on_fatal(WorkersFailing(f"a worker failed {broken} times in a row"))
                    return
                await asyncio.sleep(RETRY_SECONDS)

    async def _turn(self, owner: str) -> None:
        work = await asyncio.to_thread(contained, self._jobs.claim, owner, LEASE_SECONDS)
        if work is None:
            await self._queue.until_added(RETRY_SECONDS)
            return
        try:
            await self._finish(work, owner)
        except LeaseLost as error:
            logger.warning("job {} was left to another worker: {}", work.job, error)
        self._queue.closed(work.job)

    async def _finish(self, work: Work, owner: str) -> None:
        try:
            proof = await self._prove_with_retry(work, owner)
            await self._until_noted(work, partial(self._jobs.finish, work.job, owner, proof))
        except EnginesDisagree as error:
            # Not to be run again: its program and stdin are kept with the disagreement.
            with suppress(LeaseLost, DatabaseUnavailable):
                await asyncio.to_thread(contained, self._failing(work, owner, error))
            raise
        except Fatal:
            with suppress(LeaseLost, DatabaseUnavailable):
                await asyncio.to_thread(contained, self._jobs.release, work.job, owner)
            raise
        except LeaseLost:
            raise
        except AttestorError as error:
            await self._fail(work, owner, error)
            logger.info("job {} failed: {} [{}]", work.job, error, error.code)
            self._in_a_row = 0
        except Exception as error:
            self._note_internal(error, f"job {work.job}")
            await self._fail(work, owner, _internal(work.job))
        else:
            logger.info("job {} proven in {} cycles", work.job, proof.cycles)
            self._in_a_row = 0

    async def _fail(self, work: Work, owner: str, error: AttestorError) -> None:
        await self._until_noted(work, self._failing(work, owner, error))

    def _failing(self, work: Work, owner: str, error: AttestorError) -> Callable[[], None]:
        return partial(self._jobs.fail, work.job, owner, error.code, str(error))

    async def _until_noted(self, work: Work, note: Callable[[], None]) -> None:
        """Close a job, however long the database takes to be well again."""
        told = False
        while True:
            try:
                await asyncio.to_thread(contained, note)
                return
            except DatabaseUnavailable as error:
                if not told:
                    logger.warning("job {} cannot be closed yet: {}", work.job, error)
                told = True
            await asyncio.sleep(RETRY_SECONDS)

    async def _prove_with_retry(self, work: Work, owner: str) -> Proof:
        """A job that outlives its signer is signed by the next."""
        attempt = 1
        while True:
            try:
                return await self._prove_under_lease(work, owner)
            except Transient:
                if attempt >= MAX_ATTEMPTS:
                    raise
                attempt += 1
                await asyncio.sleep(RETRY_SECONDS)

    async def _prove_under_lease(self, work: Work, owner: str) -> Proof:
        await self._renew(work, owner)
        run = asyncio.get_running_loop().run_in_executor(
            self._threads, contained, self._prove, work.job, work.program, work.stdin
        )
        try:
            while not (await asyncio.wait({run}, timeout=RENEW_SECONDS))[0]:
                await self._renew(work, owner)
            return run.result()
        finally:
            run.cancel()

    async def _renew(self, work: Work, owner: str) -> None:
        """A lease that could not be renewed holds until another claims the job."""
        with suppress(DatabaseUnavailable):
            await asyncio.to_thread(contained, self._jobs.renew, work.job, owner, LEASE_SECONDS)

    def _note_internal(self, error: Exception, where: str) -> None:
        self.internal_errors += 1
        self._in_a_row += 1
        logger.opt(exception=error).error("{} met an unexpected error", where)


def contained(
    call: Callable[Arguments, Result], *given: Arguments.args, **named: Arguments.kwargs
) -> Result:
    """What a thread calls. An exception that its future would lose (StopIteration), or take for
    the end of the worker or of the process, becomes one like others."""
    try:
        return call(*given, **named)
    except (StopIteration, CancelledError) as error:
        raise RuntimeError(f"a call raised {type(error).__name__}") from error
    except Exception:
        raise
    except BaseException as error:
        raise RuntimeError(f"a call raised {type(error).__name__}") from error


def _internal(job: str) -> InternalError:
    """What the client is told: nothing of what is inside."""
    return InternalError(
        f"an internal error ended job {job}", hint="tell the operator, whose log has more of it"
    )

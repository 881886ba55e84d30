"""The queue of jobs: bounded, kept in SQLite, worked off by a few workers."""

import asyncio
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from loguru import logger

from attestor.core.proof import Proof
from attestor.errors import (
    AttestorError,
    EnginesDisagree,
    Fatal,
    QueueFull,
    SigningHalted,
    Transient,
)
from attestor.store.jobs import Jobs, JobState, Work

RETRY_SECONDS = 2.0
MAX_ATTEMPTS = 30
"""How often a job waits for a signer, RETRY_SECONDS apart, before it fails."""

Prove = Callable[[str, bytes, Sequence[bytes]], Proof]
"""(job, program, stdin) → proof"""
OnFatal = Callable[[Fatal], None]


class ProofQueue:
    """Accepts jobs and proves them, `workers` at a time. Lives in one event loop.

    A fatal error (no signer process, no database) is not a job's fault: the job stays queued for
    the next run, the worker ends, and `on_fatal` is told.
    """

    def __init__(
        self, jobs: Jobs, prove: Prove, workers: int, max_open: int, on_fatal: OnFatal
    ) -> None:
        self._jobs = jobs
        self._prove = prove
        self._max_open = max_open
        self._workers = workers
        self._on_fatal = on_fatal
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="prove")
        self._finished: dict[str, asyncio.Event] = {}
        self._added = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []
        self._accepting = asyncio.Lock()
        self._halted: SigningHalted | None = None
        self._stopping = False

    def start(self) -> None:
        """Begin to work, with the jobs of an earlier run first."""
        left = self._jobs.requeue_open()
        if left:
            logger.info("{} jobs of an earlier run are taken over", left)
        self._tasks = [asyncio.create_task(self._work()) for _ in range(self._workers)]

    async def stop(self) -> None:
        """End the workers. Jobs that run are taken up again at the next start."""
        # Python 3.11 can lose a cancellation that meets the timeout of wait_for.
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)

    @property
    def halted(self) -> SigningHalted | None:
        """Why nothing is proven any more."""
        return self._halted

    def halt(self, error: SigningHalted) -> None:
        """Begin no further job, and answer every call with `error`. Open jobs stay as they are,
        for the run after the operator acted."""
        self._halted = self._halted or error
        for event in self._finished.values():
            event.set()

    async def add(self, program: bytes, stdin: Sequence[bytes]) -> str:
        """Accept a job; its id. Raises `QueueFull` and `SigningHalted`."""
        self.require_not_halted()
        async with self._accepting:
            if await asyncio.to_thread(self._jobs.open_count) >= self._max_open:
                raise QueueFull(
                    f"{self._max_open} jobs are waiting already", hint="try again later"
                )
            job = str(uuid.uuid4())
            await asyncio.to_thread(self._jobs.add, job, program, stdin)
        async with self._added:
            self._added.notify()
        return job

    async def wait(self, job: str, timeout: float) -> JobState | None:
        """The job's state once it is finished, or as it stands after `timeout` seconds.

        Raises `SigningHalted`, also for finished jobs: their proofs are in doubt too.
        """
        self.require_not_halted()
        event = self._finished.setdefault(job, asyncio.Event())
        state = await asyncio.to_thread(self._jobs.state, job)
        if state is not None and state.state in ("queued", "running"):
            try:
                await asyncio.wait_for(event.wait(), timeout)
            except TimeoutError:
                return await asyncio.to_thread(self._jobs.state, job)
            self.require_not_halted()
            return await asyncio.to_thread(self._jobs.state, job)
        self._finished.pop(job, None)
        return state

    def require_not_halted(self) -> None:
        """Raise `SigningHalted` once signing is halted."""
        if self._halted is not None:
            raise SigningHalted(self._halted.message, hint=self._halted.hint)

    async def _work(self) -> None:
        while self._halted is None and not self._stopping:
            try:
                work = await asyncio.to_thread(self._jobs.take)
                if work is None:
                    await self._idle()
                else:
                    await self._finish(work)
            except Fatal as error:
                self._on_fatal(error)
                return

    async def _idle(self) -> None:
        """Until a job is added; now and then to look anyway."""
        async with self._added:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._added.wait(), RETRY_SECONDS)

    async def _finish(self, work: Work) -> None:
        try:
            proof = await self._prove_with_retry(work)
        except EnginesDisagree as error:
            # Not to be run again: its program and stdin are kept with the disagreement.
            await asyncio.to_thread(self._jobs.fail, work.job, error.code, str(error))
            raise
        except Fatal:
            await asyncio.to_thread(self._jobs.put_back, work.job)
            raise
        except AttestorError as error:
            await asyncio.to_thread(self._jobs.fail, work.job, error.code, str(error))
            logger.info("job {} failed: {} [{}]", work.job, error, error.code)
        else:
            await asyncio.to_thread(self._jobs.finish, work.job, proof)
            logger.info("job {} proven in {} cycles", work.job, proof.cycles)
        event = self._finished.pop(work.job, None)
        if event is not None:
            event.set()

    async def _prove_with_retry(self, work: Work) -> Proof:
        """A job that outlives its signer is signed by the next."""
        loop = asyncio.get_running_loop()
        attempt = 1
        while True:
            try:
                return await loop.run_in_executor(
                    self._threads, self._prove, work.job, work.program, work.stdin
                )
            except Transient:
                if attempt >= MAX_ATTEMPTS:
                    raise
                attempt += 1
                await asyncio.sleep(RETRY_SECONDS)

"""Workers: claim a job, have it proven, close it; again for the next."""

import asyncio
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial

from attestor.core.job import Work
from attestor.core.proof import Proof
from attestor.errors import (
    AttestorError,
    DatabaseUnavailable,
    EnginesDisagree,
    ExecutionStopped,
    ExecutorCrashed,
    Fatal,
    ForbiddenCall,
    LeaseLost,
    SignerFailed,
    Transient,
    WorkersFailing,
)
from attestor.jobs import telling
from attestor.jobs.attempt import prove_and_note
from attestor.jobs.contained import contained
from attestor.jobs.counting import Counting
from attestor.jobs.failing import crashed, internal
from attestor.jobs.job_store import JobStore
from attestor.jobs.queue import ProofQueue

RETRY_SECONDS = 2.0
MAX_ATTEMPTS = 30
"""How often a job waits for a signer, RETRY_SECONDS apart, before it fails."""
MAX_CRASHES = 3
"""How often a job may meet an executor or a signer process that fails: no fault of the program's,
unless it repeats."""
DRAIN_PAUSE_SECONDS = 0.05
STOP_AGAIN_SECONDS = 1.0
"""After which a run that nobody wants is asked to end once more."""
LEASE_SECONDS = 60.0
RENEW_SECONDS = 15.0
UNHEALTHY_AFTER = 3
"""Internal errors in a row after which the daemon is not healthy."""
MAX_BROKEN_TURNS = 10
"""Turns in a row that a worker could not even claim or close a job, before the daemon ends."""

Prove = Callable[[Work], Proof]
Cancel = Callable[[str], None]
"""Ends the run of a job of that name, if there is one."""
OnFatal = Callable[[Fatal], None]


class Workers:
    """`count` workers of one event loop, each proving in a thread.

    A fatal error (no signer process, no database) is not a job's fault: the job is released for
    the next run, the worker ends, and `on_fatal` is told. Any other exception that is not ours is
    a defect: its trace is logged, the job fails with `InternalError`, and the worker goes on.
    While the database cannot be used, workers wait: what was proven is kept, and noted once it can.
    """

    def __init__(
        self,
        jobs: JobStore,
        queue: ProofQueue,
        prove: Prove,
        count: int,
        on_fatal: OnFatal,
        cancel: Cancel = lambda job: None,
    ) -> None:
        self._jobs = jobs
        self._queue = queue
        self._prove = prove
        self._cancel = cancel
        self._running: set[str] = set()
        self._broken_off: dict[str, str] = {}
        self._unwanted: set[str] = set()
        self._over: set[str] = set()
        self._owners = [f"{uuid.uuid4()}/{number}" for number in range(count)]
        self._on_fatal = on_fatal
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="prove")
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False
        self._in_a_row = 0
        self.internal_errors = 0
        """How many there were since the start."""
        self.counting = Counting()

    def start(self) -> None:
        """Begin to work, with the jobs of an earlier run first that were asked for by their id.
        The others wait until they are asked for again."""
        self._queue.on_abandoned = self._abandoned
        self._queue.on_ended = self._ended_otherwise
        left = self._jobs.recover()
        if left:
            telling.taken_over(left)
        for job, seconds in self._jobs.timed().items():
            self._queue.deadlines.begin(job, seconds)
        self._tasks = [asyncio.create_task(self._work(owner)) for owner in self._owners]
        for task in self._tasks:
            task.add_done_callback(self._ended)

    async def drain(self, seconds: float) -> None:
        """Begin no job any more, and let those that run end within that time."""
        self._stopping = True
        deadline = asyncio.get_running_loop().time() + seconds
        while self._running and asyncio.get_running_loop().time() < deadline:
            await asyncio.sleep(DRAIN_PAUSE_SECONDS)

    async def stop(self) -> None:
        """End the workers. Jobs that run are given back, and taken up again at the next start."""
        # Python 3.11 can lose a cancellation that meets the timeout of wait_for.
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for job, owner in self._broken_off.items():
            with suppress(AttestorError):
                await asyncio.to_thread(contained, self._jobs.release, job, owner)
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
        wanted = self._queue.wanted()
        claim = partial(self._jobs.claim, owner, LEASE_SECONDS, wanted)
        work = await asyncio.to_thread(contained, claim)
        if work is None:
            await self._queue.until_added(RETRY_SECONDS)
            return
        self._running.add(work.job)
        self._queue.changed(work.job)
        try:
            await self._finish(work, owner)
        except LeaseLost as error:
            if work.job not in self._over:
                telling.left(work.job, error)
        except asyncio.CancelledError:
            self._broken_off[work.job] = owner
            raise
        finally:
            self._running.discard(work.job)
            self._unwanted.discard(work.job)
            self._over.discard(work.job)
            self._queue.closed(work.job)
        # Who waits for the answer goes first, then the next job.
        await asyncio.sleep(0)

    async def _finish(self, work: Work, owner: str) -> None:
        try:
            proof, is_noted = await self._prove_with_retry(work, owner)
            if not is_noted:
                await self._until_noted(work, partial(self._jobs.finish, work.job, owner, proof))
            self.counting.ended()
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
        except ExecutionStopped:
            await asyncio.to_thread(contained, self._jobs.release, work.job, owner)
            telling.parked(work.job)
        except AttestorError as error:
            await self._fail(work, owner, error)
            telling.failed(work.job, error)
            self._in_a_row = 0
        except Exception as error:
            self._note_internal(error, f"job {work.job}")
            await self._fail(work, owner, internal(work.job))
        else:
            telling.proven(work.job, proof)
            self._in_a_row = 0

    async def _fail(self, work: Work, owner: str, error: AttestorError) -> None:
        await self._until_noted(work, self._failing(work, owner, error))
        self.counting.ended(error)

    def _failing(self, work: Work, owner: str, error: AttestorError) -> Callable[[], None]:
        return partial(self._jobs.fail, work.job, owner, error.code, error.message, error.hint)

    async def _until_noted(self, work: Work, note: Callable[[], None]) -> None:
        """Close a job, however long the database takes to be well again."""
        told = False
        while True:
            try:
                await asyncio.to_thread(contained, note)
                return
            except DatabaseUnavailable as error:
                if not told:
                    telling.not_closed(work.job, error)
                told = True
            await asyncio.sleep(RETRY_SECONDS)

    async def _prove_with_retry(self, work: Work, owner: str) -> tuple[Proof, bool]:
        """The proof, and whether it is noted already. A job that outlives its signer is signed by
        the next. Raises `ExecutionStopped` once nobody wants it."""
        attempt = crashes = 1
        while True:
            try:
                with self.counting.run():
                    return await self._prove_under_lease(work, owner)
            except ExecutionStopped:
                if self._is_unwanted(work.job):
                    raise
            except (ExecutorCrashed, SignerFailed) as error:
                if crashes >= MAX_CRASHES or isinstance(error, ForbiddenCall):
                    raise crashed(error, crashes) from error
                telling.repeated(work.job, error)
                crashes += 1
            except Transient:
                if attempt >= MAX_ATTEMPTS:
                    raise
                attempt += 1
            if self._is_unwanted(work.job):
                raise ExecutionStopped("nobody waits for it")
            await asyncio.sleep(RETRY_SECONDS)
            await self._renew(work, owner)

    async def _prove_under_lease(self, work: Work, owner: str) -> tuple[Proof, bool]:
        note = partial(self._jobs.finish, work.job, owner)
        attempt = partial(prove_and_note, self._prove, note, work, lambda: self._stopping)
        run = asyncio.get_running_loop().run_in_executor(self._threads, contained, attempt)
        renewed = asyncio.get_running_loop().time()
        try:
            while not (await asyncio.wait({run}, timeout=STOP_AGAIN_SECONDS))[0]:
                if self._is_unwanted(work.job):
                    await asyncio.to_thread(contained, self._cancel, work.job)
                if asyncio.get_running_loop().time() - renewed >= RENEW_SECONDS:
                    renewed = asyncio.get_running_loop().time()
                    await self._renew(work, owner)
            return run.result()
        finally:
            run.cancel()

    def _abandoned(self, job: str) -> None:
        if job in self._running:
            self._unwanted.add(job)

    def _ended_otherwise(self, job: str) -> None:
        if job in self._running:
            self._over.add(job)

    def _is_unwanted(self, job: str) -> bool:
        """Whether it ended otherwise, or everybody left; somebody may have come back since."""
        if job in self._over:
            return True
        if job in self._unwanted and job in self._queue.wanted():
            self._unwanted.discard(job)
        return job in self._unwanted

    async def _renew(self, work: Work, owner: str) -> None:
        """A lease that could not be renewed holds until another claims the job."""
        with suppress(DatabaseUnavailable):
            await asyncio.to_thread(contained, self._jobs.renew, work.job, owner, LEASE_SECONDS)

    def _note_internal(self, error: Exception, where: str) -> None:
        self.internal_errors += 1
        self._in_a_row += 1
        telling.defect(where, error)

"""The queue of jobs: takes them in, bounded, wakes whoever waits, and notices when nobody does."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress

from attestor.core.job import DONE, Identity, JobState, Request, Withdrawn
from attestor.errors import AttestorError, SigningHalted, Stopping
from attestor.errors.jobs import JobUnknown
from attestor.jobs.accepting import Accepting, Asked
from attestor.jobs.bell import Bell
from attestor.jobs.deadlines import Deadlines
from attestor.jobs.job_store import JobStore
from attestor.jobs.waiting import Waiting

LEFT_SECONDS = 5.0
"""What a client that lost its connection gets to come back before its job is stopped."""
FOREVER = 1e9
IsStale = Callable[[str], Awaitable[bool]]
"""Whether what a finished job has is of no use any more, so that it is to be run again."""


async def _never(job: str) -> bool:
    return False


class ProofQueue:
    """Accepts jobs and answers how they stand. Lives in one event loop.

    `on_abandoned` is told the jobs that nobody waits for any more and nobody asked for by id,
    `on_ended` those that ended while they may still run. Of one client at most
    `max_open_per_client` jobs are open.
    """

    def __init__(
        self,
        jobs: JobStore,
        max_open: int,
        on_abandoned: Callable[[str], None] = lambda job: None,
        max_open_per_client: int | None = None,
    ) -> None:
        self._jobs = jobs
        self.accepting = Accepting(jobs, max_open, max_open_per_client or max_open)
        self.on_abandoned = on_abandoned
        self.on_ended: Callable[[str], None] = lambda job: None
        self.deadlines = Deadlines(self._expire)
        self._waiting: dict[str, Waiting] = {}
        self._left: dict[str, asyncio.TimerHandle] = {}
        self._open: set[str] = set()
        """Jobs that were queued here and of which nothing was heard since: they are open."""
        self._added = Bell()
        self._turn = asyncio.Lock()
        self._halted: SigningHalted | None = None
        self._is_closed = False
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def halted(self) -> SigningHalted | None:
        """Why nothing is proven any more."""
        return self._halted

    @property
    def bounds(self) -> tuple[int, int]:
        """How many jobs may be open, and how many of one client."""
        return self.accepting.bounds

    async def open_count(self) -> int:
        """How many jobs are wanted, and not finished."""
        return await asyncio.to_thread(self._jobs.open_count, self.wanted())

    def halt(self, error: SigningHalted) -> None:
        """Answer every call with `error`. Open jobs stay as they are, for the run after the
        operator acted."""
        self._halted = self._halted or error
        self._wake_all()

    def stop(self) -> None:
        """Accept no job any more; those who wait go on waiting."""
        told = "the service is being stopped"
        self.accepting.stopping = Stopping(
            told, hint="ask again in a moment: what runs is not lost"
        )

    def close(self) -> None:
        """Tell all who still wait to come again."""
        self.stop()
        self._is_closed = True
        self._wake_all()

    def is_open(self, job: str) -> bool:
        """Whether a job is still to be finished, and wanted; for any thread."""
        state = self._jobs.state(job)
        if state is None or not state.is_open:
            return False
        return job in self._waiting or job in self._left or self._jobs.is_kept(job)

    def is_known(self, job: str) -> bool:
        """Whether it is certain, without a look at the disk, that this is the job's queue."""
        return job in self._open or self._jobs.recall(job) is not None

    def wanted(self) -> list[str]:
        """The jobs that somebody waits for, or did a moment ago."""
        return [*self._waiting, *self._left]

    @contextmanager
    def waiting(self, job: str, client: str = "") -> Iterator[Waiting]:
        """Wait for a job: it is wanted meanwhile, and for LEFT_SECONDS after the last one."""
        waiting = self._waiting.setdefault(job, Waiting())
        waiting.clients[client] += 1
        self._forget_left(job)
        try:
            yield waiting
        finally:
            waiting.clients[client] -= 1
            if waiting.clients.total() == 0:
                del self._waiting[job]
                # One that is done has nothing left to be stopped.
                if self._jobs.recall(job) is None:
                    later = asyncio.get_running_loop().call_later
                    self._left[job] = later(LEFT_SECONDS, self._check_left, job)

    async def ask(
        self,
        identity: Identity,
        request: Request,
        is_stale: IsStale = _never,
        client: str = "",
        kept: bool = False,
    ) -> JobState:
        """Accept a job of a client, or join the one of that name, and tell how it stands: one that
        is over in a way that would repeat itself stays so, unless what it has `is_stale`. Raises
        `QueueFull`, `QuotaExceeded`, `SigningHalted`, `Stopping`, `ProgramUnknown`, and as
        `JobStore.known`. Call it while waiting for the job, unless it is to be `kept`: run whether
        or not anyone waits."""
        self.require_not_halted()
        done = self._jobs.recall(identity.job)
        is_known = done is not None and done.identity == identity and client in done.clients
        if is_known and not await is_stale(identity.job):
            return DONE
        asked = Asked(identity, request, client, kept)
        async with self._turn:
            # From before it is queued: it may end before this goes on.
            self._open.add(identity.job)
            try:
                state = await self._joined(asked, is_stale)
            except BaseException:
                self._open.discard(identity.job)
                raise
            if state.is_final:
                self._open.discard(identity.job)
                return state
            self.deadlines.begin(identity.job, request.limits.seconds)
        self.notify()
        return state

    async def _joined(self, asked: Asked, is_stale: IsStale) -> JobState:
        state = await asyncio.to_thread(self.accepting.join, asked, self.wanted())
        if state.is_final and await is_stale(asked.identity.job):
            return await asyncio.to_thread(self.accepting.run_again, asked, self.wanted())
        return state

    async def withdraw(self, job: str, client: str) -> Withdrawn:
        """A client does not want a job any more, or its result. Raises `JobUnknown`,
        `NotJobOwner`."""
        waiting = self._waiting.get(job)
        others = waiting is not None and waiting.clients.total() > waiting.clients[client]
        outcome = await asyncio.to_thread(self._jobs.withdraw, job, client, others)
        if outcome is not Withdrawn.LEFT:
            self.ended(job)
        return outcome

    def ended(self, job: str) -> None:
        """A job ended by something else than its run, which goes on perhaps."""
        self.on_ended(job)
        self.closed(job)

    async def until_over(self, job: str, client: str = "") -> JobState | None:
        """The job's state once it is finished. Raises `SigningHalted`, and `Stopping` at the
        end."""
        with self.waiting(job, client) as waiting:
            return await self._until(waiting, job, FOREVER)

    async def wait(
        self, job: str, timeout: float, client: str = "", keep: bool = True
    ) -> JobState | None:
        """The job's state once it is finished, or as it stands after `timeout` seconds. With `keep`
        the job is wanted also when nobody waits any more.

        Raises `SigningHalted`, also for finished jobs: their proofs are in doubt too.
        """
        self.require_not_halted()
        if self._jobs.recall(job) is not None:
            return DONE
        # Who asked for it a moment ago is known to want it: one look less.
        if keep or job not in self.wanted():
            state = await asyncio.to_thread(self._jobs.state, job)
            if state is None or not state.is_open:
                return state
        if keep:
            await asyncio.to_thread(self._jobs.keep, job)
        with self.waiting(job, client) as waiting:
            if job not in self._open:
                self.notify()
            return await self._until(waiting, job, timeout)

    async def state(self, job: str) -> JobState:
        """How a job stands. Raises `JobUnknown`, and `SigningHalted`."""
        self.require_not_halted()
        if self._jobs.recall(job) is not None:
            return DONE
        state = await asyncio.to_thread(self._jobs.state, job)
        if state is None:
            raise JobUnknown(f"there is no job {job}", hint="results are kept for some time only")
        return state

    def require_not_halted(self) -> None:
        """Raise `SigningHalted` once signing is halted."""
        if self._halted is not None:
            raise SigningHalted(self._halted.message, hint=self._halted.hint)

    async def until_added(self, timeout: float) -> None:
        """Until a job is added, also one that nobody was woken for, or that many seconds."""
        await self._added.heard(timeout)

    def closed(self, job: str) -> None:
        """A job is over, or given back."""
        self._open.discard(job)
        self.deadlines.forget(job)
        self.changed(job)

    def changed(self, job: str) -> None:
        """Wake whoever waits for that job."""
        if job in self._waiting:
            self._waiting[job].wake()

    async def _until(self, waiting: Waiting, job: str, timeout: float) -> JobState | None:
        deadline = time.monotonic() + timeout
        while True:
            self.require_not_halted()
            event = waiting.event
            left = deadline - time.monotonic()
            if self._jobs.recall(job) is not None:
                return DONE
            if job not in self._open or left <= 0:
                state = await asyncio.to_thread(self._jobs.state, job)
                left = deadline - time.monotonic()
                if state is None or not state.is_open or left <= 0:
                    return state
            self.require_open()
            # Not wait_for, which can lose the cancellation of a client that left.
            with suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await event.wait()

    def require_open(self) -> None:
        """Raise `Stopping` at the end."""
        if self._is_closed:
            stopping = self.accepting.stopping
            assert stopping is not None
            raise Stopping(stopping.message, hint=stopping.hint)

    async def _expire(self, job: str) -> None:
        with suppress(JobUnknown):
            await asyncio.to_thread(self._jobs.expire, job)
        self.ended(job)

    def notify(self) -> None:
        """There is a job to be run."""
        self._added.ring()

    def _check_left(self, job: str) -> None:
        task = asyncio.get_running_loop().create_task(self._abandon(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _abandon(self, job: str) -> None:
        self._left.pop(job, None)
        with suppress(AttestorError):
            kept = await asyncio.to_thread(self._jobs.is_kept, job)
            if not kept and job not in self.wanted():
                self._open.discard(job)
                self.on_abandoned(job)

    def _forget_left(self, job: str) -> None:
        timer = self._left.pop(job, None)
        if timer is not None:
            timer.cancel()

    def _wake_all(self) -> None:
        for waiting in self._waiting.values():
            waiting.wake()

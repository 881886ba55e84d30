"""The queue of jobs: takes them in, bounded, and wakes whoever waits for one."""

import asyncio
import uuid
from collections.abc import Sequence
from contextlib import suppress

from attestor.core.job import JobState
from attestor.errors import QueueFull, SigningHalted
from attestor.jobs.job_store import JobStore


class ProofQueue:
    """Accepts jobs and answers how they stand. Lives in one event loop."""

    def __init__(self, jobs: JobStore, max_open: int) -> None:
        self._jobs = jobs
        self._max_open = max_open
        self._loop: asyncio.AbstractEventLoop | None = None
        self._finished: dict[str, asyncio.Event] = {}
        self._added = asyncio.Condition()
        self._accepting = asyncio.Lock()
        self._halted: SigningHalted | None = None

    @property
    def halted(self) -> SigningHalted | None:
        """Why nothing is proven any more."""
        return self._halted

    def halt(self, error: SigningHalted) -> None:
        """Answer every call with `error`. Open jobs stay as they are, for the run after the
        operator acted. May be called from any thread."""
        self._halted = self._halted or error
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._wake_all)

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
        self._loop = asyncio.get_running_loop()
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

    async def until_added(self, timeout: float) -> None:
        """Until a job is added, or that many seconds."""
        async with self._added:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._added.wait(), timeout)

    def closed(self, job: str) -> None:
        """Wake whoever waits for that job."""
        event = self._finished.pop(job, None)
        if event is not None:
            event.set()

    def _wake_all(self) -> None:
        for event in self._finished.values():
            event.set()

"""Jobs that have to be finished in time, by the monotonic clock: nobody can set it."""

import asyncio
from collections.abc import Awaitable, Callable

from attestor.errors import DatabaseUnavailable

AGAIN_SECONDS = 2.0


class Deadlines:
    """Lives in one event loop. `expire` is called for each job whose time is over."""

    def __init__(self, expire: Callable[[str], Awaitable[None]]) -> None:
        self._expire = expire
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, job: str, seconds: float | None) -> None:
        """The job's time begins, unless it has begun or there is none."""
        if seconds is not None and job not in self._timers:
            later = asyncio.get_running_loop().call_later
            self._timers[job] = later(seconds, self._over, job)

    def forget(self, job: str) -> None:
        """The job is over."""
        timer = self._timers.pop(job, None)
        if timer is not None:
            timer.cancel()

    def _over(self, job: str) -> None:
        self._timers.pop(job, None)
        task = asyncio.get_running_loop().create_task(self._call(job))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _call(self, job: str) -> None:
        try:
            await self._expire(job)
        except DatabaseUnavailable:
            self.begin(job, AGAIN_SECONDS)

"""A job, as whoever follows it sees it."""

import asyncio
import time
from collections.abc import AsyncGenerator

from attestor.core.job import JobState
from attestor.jobs.queue import ProofQueue


async def changes(
    queue: ProofQueue, job: str, client: str, seconds: float, beat: float
) -> AsyncGenerator[JobState | None]:
    """The job's state, and again each time that it is another, until it is over or `seconds` are;
    None where it was the same for `beat` seconds. The job is wanted meanwhile. Raises `JobUnknown`,
    also when it is deleted meanwhile, `SigningHalted` and `Stopping`."""
    told: JobState | None = None
    deadline = time.monotonic() + seconds
    with queue.waiting(job, client) as waiting:
        queue.notify()
        while True:
            event = waiting.event
            state = await queue.state(job)
            if state != told:
                told = state
                yield state
            if not state.is_open or time.monotonic() >= deadline:
                return
            queue.require_open()
            try:
                async with asyncio.timeout(min(beat, max(0.0, deadline - time.monotonic()))):
                    await event.wait()
            except TimeoutError:
                yield None

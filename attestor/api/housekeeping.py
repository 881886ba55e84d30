"""What is done with jobs beside running them: orders of the operator, and forgetting."""

import asyncio
import time
from collections.abc import Mapping

from loguru import logger

from attestor.core.events import Event
from attestor.errors import AttestorError
from attestor.jobs.queue import ProofQueue
from attestor.store.job_ends import JobEnds
from attestor.store.orders import Orders
from attestor.store.retention import Retention

ORDER_SECONDS = 1.0
FORGET_SECONDS = 30.0


class Housekeeping:
    """Lives in one event loop. `queues` are by their registrations, `jobs` those of all."""

    def __init__(
        self,
        queues: Mapping[str, ProofQueue],
        jobs: JobEnds,
        orders: Orders,
        retention: Retention,
    ) -> None:
        self._queues = queues
        self._jobs = jobs
        self._orders = orders
        self._retention = retention

    async def run(self) -> None:
        """Until it is cancelled. What cannot be done at the moment is done later."""
        forgotten = -FORGET_SECONDS
        while True:
            try:
                await self.carry_out()
                if time.monotonic() - forgotten >= FORGET_SECONDS:
                    forgotten = time.monotonic()
                    waited = [job for queue in self._queues.values() for job in queue.wanted()]
                    await asyncio.to_thread(self._retention.forget, waited)
            except AttestorError as error:
                logger.debug("the jobs are not looked after yet: {} [{}]", error, error.code)
            except Exception as error:
                logger.bind(event=Event.UNEXPECTED_ERROR).opt(exception=error).error(
                    "looking after the jobs met an unexpected error"
                )
            await asyncio.sleep(ORDER_SECONDS)

    async def carry_out(self) -> None:
        """Do what the operator ordered."""
        for job in await asyncio.to_thread(self._orders.carry_out, self._jobs):
            registration = await asyncio.to_thread(self._jobs.registration_of, job)
            queue = self._queues.get(registration or "")
            if queue is None:
                continue  # Its registration is not served now: nobody here waits for it.
            state = await asyncio.to_thread(self._jobs.state, job)
            if state is not None and state.is_open:
                queue.notify()
            else:
                queue.ended(job)

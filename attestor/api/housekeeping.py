"""What is done with jobs beside running them: orders of the operator, and forgetting."""

import asyncio
import time

from loguru import logger

from attestor.errors import AttestorError
from attestor.jobs.queue import ProofQueue
from attestor.store.jobs import Jobs
from attestor.store.orders import Orders
from attestor.store.retention import Retention

ORDER_SECONDS = 1.0
FORGET_SECONDS = 30.0


class Housekeeping:
    """Lives in one event loop."""

    def __init__(self, queue: ProofQueue, jobs: Jobs, orders: Orders, retention: Retention) -> None:
        self._queue = queue
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
                    waited = self._queue.wanted()
                    await asyncio.to_thread(self._retention.forget, waited)
            except AttestorError as error:
                logger.debug("the jobs are not looked after yet: {} [{}]", error, error.code)
            except Exception as error:
                logger.opt(exception=error).error("looking after the jobs met an unexpected error")
            await asyncio.sleep(ORDER_SECONDS)

    async def carry_out(self) -> None:
        """Do what the operator ordered."""
        for job in await asyncio.to_thread(self._orders.carry_out, self._jobs):
            state = await asyncio.to_thread(self._jobs.state, job)
            if state is not None and state.is_open:
                self._queue.notify()
            else:
                self._queue.ended(job)

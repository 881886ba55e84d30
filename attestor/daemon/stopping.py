"""The end of the process comes in time, whatever hangs."""

import asyncio
import os
import threading
from collections.abc import Callable
from typing import TypeVar

from loguru import logger

from attestor.core.events import Event

Result = TypeVar("Result")


async def aside(work: Callable[[], Result], seconds: float) -> Result | None:
    """The result of `work`, done in a thread of its own; None when it takes longer, or raises.

    The thread is left behind then: unlike those of a pool, it does not keep the process alive.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Result | None] = loop.create_future()

    def tell(result: Result | None) -> None:
        if not done.done():
            done.set_result(result)

    def run() -> None:
        result = None
        try:
            result = work()
        except BaseException as error:
            logger.bind(event=Event.UNEXPECTED_ERROR).opt(exception=error).error(
                "stopping met an unexpected error"
            )
        if not loop.is_closed():
            loop.call_soon_threadsafe(tell, result)

    threading.Thread(target=run, name="stopping", daemon=True).start()
    finished, _ = await asyncio.wait({done}, timeout=seconds)
    return done.result() if finished else None


def exit_within(seconds: float, exit_code: Callable[[], int]) -> None:
    """End the process after that time if it has not ended by then, without waiting for anything.

    Nothing is lost by it: the database takes back what was half-written, and the keys are gone.
    """

    def end() -> None:
        logger.bind(event=Event.STOP_OVERDUE).critical(
            "stopping took longer than {:g} s: the process ends now", seconds
        )
        os._exit(exit_code())

    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()

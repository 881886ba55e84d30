"""The end of the process comes in time, whatever hangs."""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import TypeVar

from loguru import logger

from attestor.core.events import Event

TELL_SECONDS = 0.2
"""What saying so gets, where the process has to end by force."""

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


class Backstop:
    """Ends the process some time after `begin`, if it has not ended by then, without waiting for
    anything: not for threads that hang, nor for whoever takes the log.

    Nothing is lost by it: the database takes back what was half-written, and the keys are gone.
    """

    def __init__(self, seconds: float, exit_code: Callable[[], int]) -> None:
        self._seconds = seconds
        self._exit_code = exit_code
        # Its thread is there before: in a signal handler, which may have interrupted whatever
        # holds a lock, nothing is safe but to write to a pipe.
        self._begun, self._begin = os.pipe()
        os.set_blocking(self._begin, False)
        threading.Thread(target=self._wait, name="backstop", daemon=True).start()

    def begin(self) -> None:
        """Count from now on; a second time changes nothing. May be called by a signal handler."""
        with suppress(BlockingIOError):  # So many signals that they fill the pipe.
            os.write(self._begin, b".")

    def _wait(self) -> None:
        os.read(self._begun, 1)
        time.sleep(self._seconds)
        telling = threading.Thread(target=self._tell, name="telling", daemon=True)
        telling.start()
        telling.join(TELL_SECONDS)
        os._exit(self._exit_code())

    def _tell(self) -> None:
        logger.bind(event=Event.STOP_OVERDUE).critical(
            "stopping took longer than {:g} s: the process ends now", self._seconds
        )


def at_signals(numbers: Iterable[int], act: Callable[[], None]) -> None:
    """Call `act` at these signals until the process ends, also while the event loop hangs, as in a
    write to a log that nobody takes. For the main thread."""
    for number in numbers:
        signal.signal(number, lambda *_: act())

"""Timers that wake duties, and nothing more: what is called must not wait."""

from collections.abc import Callable
from datetime import UTC
from typing import Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler


class Timers(Protocol):
    """Calls functions at intervals, from threads of its own."""

    def every(self, seconds: float, call: Callable[[], None]) -> None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


class SchedulerTimers:
    """APScheduler's interval timers, in a thread beside the event loop.

    They go by the wall clock: one that is set back holds them up for as long.
    """

    def __init__(self) -> None:
        # Its defaults drop a call that is a second late; a late one must come, once.
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(1)}, job_defaults=defaults, timezone=UTC
        )

    def every(self, seconds: float, call: Callable[[], None]) -> None:
        """Call that function, first after `seconds`."""
        self._scheduler.add_job(call, "interval", seconds=seconds)

    def start(self) -> None:
        """Begin to call."""
        self._scheduler.start()

    def stop(self) -> None:
        """Call nothing any more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

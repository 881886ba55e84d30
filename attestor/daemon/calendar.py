"""What is done at a time of day. What is called must not wait."""

from collections.abc import Callable
from datetime import UTC
from typing import Protocol

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler


class Calendar(Protocol):
    """Calls functions at times of day, from threads of its own."""

    def daily(self, hour: int, minute: int, call: Callable[[], None]) -> None: ...

    def start(self) -> None: ...

    def stop(self) -> None: ...


class SchedulerCalendar:
    """APScheduler's cron triggers, in UTC, in a thread beside the event loop.

    It goes by the wall clock, which may be set: only work for which any time of day would do may
    depend on it. Duties do not.
    """

    def __init__(self) -> None:
        # Its defaults drop a call that is a second late; a late one must come, once.
        defaults = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        self._scheduler = BackgroundScheduler(
            executors={"default": ThreadPoolExecutor(1)}, job_defaults=defaults, timezone=UTC
        )

    def daily(self, hour: int, minute: int, call: Callable[[], None]) -> None:
        """Call that function every day at that time."""
        self._scheduler.add_job(call, "cron", hour=hour, minute=minute)

    def start(self) -> None:
        """Begin to call."""
        self._scheduler.start()

    def stop(self) -> None:
        """Call nothing any more."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

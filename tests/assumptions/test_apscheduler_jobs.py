"""Facts about APScheduler's jobs that our calendar is built around: when one changes, this fails
first."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, EVENT_JOB_MISSED
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

SECONDS = 10.0
"""For what takes no time."""


@contextmanager
def scheduled(call: Any, late: timedelta, **options: Any) -> Iterator[tuple[Any, Any]]:
    """A job that should have been done so long ago, and the first that is told of it."""
    scheduler = BackgroundScheduler(executors={"default": ThreadPoolExecutor(1)}, timezone=UTC)
    told, heard = threading.Event(), []

    def listen(event: Any) -> None:
        heard.append(event.code)
        told.set()

    scheduler.add_listener(listen, EVENT_JOB_ERROR | EVENT_JOB_EXECUTED | EVENT_JOB_MISSED)
    due = datetime.now(UTC) - late
    job = scheduler.add_job(
        call, "interval", seconds=3600, start_date=due, next_run_time=due, **options
    )
    scheduler.start()
    try:
        assert told.wait(SECONDS)
        yield job, heard
    finally:
        scheduler.shutdown(wait=True)


def fail() -> None:
    raise ValueError("it failed")


def test_apscheduler__job_that_raises__nobody_is_told_unless_he_listens() -> None:
    """Why the calendar does nothing but wake a duty, whose failures are on record."""
    with scheduled(fail, timedelta(0), misfire_grace_time=None) as (job, heard):
        assert heard == [EVENT_JOB_ERROR]
        assert job.next_run_time > datetime.now(UTC), "it is planned again as if nothing happened"


def test_apscheduler__job_that_is_late__is_left_out_by_default() -> None:
    """Why the calendar gives it no time within which it has to be done."""
    calls: list[int] = []
    with scheduled(lambda: calls.append(1), timedelta(seconds=5)) as (_, heard):
        assert heard == [EVENT_JOB_MISSED]
    assert calls == []


def test_apscheduler__job_that_is_hours_late__is_done_once_with_the_calendars_options() -> None:
    calls: list[int] = []
    options = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
    with scheduled(lambda: calls.append(1), timedelta(hours=5), **options) as (_, heard):
        assert heard == [EVENT_JOB_EXECUTED]
    assert calls == [1]

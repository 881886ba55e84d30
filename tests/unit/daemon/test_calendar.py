"""What is done at a time of day."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from attestor.daemon.calendar import SchedulerCalendar


@pytest.fixture
def calendar() -> Iterator[SchedulerCalendar]:
    made = SchedulerCalendar()
    yield made
    made.stop()


def test_daily__is_called_at_that_time_of_day_in_utc(calendar: SchedulerCalendar) -> None:
    calendar.daily(3, 17, lambda: None)
    calendar.start()
    (job,) = calendar._scheduler.get_jobs()
    assert job.next_run_time.astimezone(UTC).strftime("%H:%M:%S") == "03:17:00"
    assert 0 < (job.next_run_time - datetime.now(UTC)).total_seconds() <= 86_400


def test_daily__machine_was_paused__it_is_called_late_rather_than_not_at_all(
    calendar: SchedulerCalendar,
) -> None:
    """APScheduler's defaults drop a call that is a second late."""
    calendar.daily(3, 17, lambda: None)
    calendar.start()
    (job,) = calendar._scheduler.get_jobs()
    assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)


def test_stop__twice_or_never_started__is_nothing(calendar: SchedulerCalendar) -> None:
    calendar.stop()
    calendar.start()
    calendar.stop()
    calendar.stop()

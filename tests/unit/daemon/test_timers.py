"""The timers that wake duties."""

import threading
from collections.abc import Iterator

import pytest

from attestor.daemon.timers import SchedulerTimers

WAIT = 10.0


@pytest.fixture
def timers() -> Iterator[SchedulerTimers]:
    made = SchedulerTimers()
    yield made
    made.stop()


def test_every__each_function__is_called_again_and_again(timers: SchedulerTimers) -> None:
    calls = [threading.Semaphore(0), threading.Semaphore(0)]
    for call in calls:
        timers.every(0.01, call.release)
    timers.start()
    for _ in range(3):
        for call in calls:
            assert call.acquire(timeout=WAIT)


def test_every__function_that_raises__is_called_again(timers: SchedulerTimers) -> None:
    called = threading.Semaphore(0)

    def fail() -> None:
        called.release()
        raise KeyError

    timers.every(0.01, fail)
    timers.start()
    for _ in range(3):
        assert called.acquire(timeout=WAIT)


def test_every__job__runs_late_rather_than_not_at_all(timers: SchedulerTimers) -> None:
    """APScheduler's defaults drop a call that is a second late, as after a machine was paused."""
    timers.every(3600, lambda: None)
    timers.start()
    (job,) = timers._scheduler.get_jobs()
    assert (job.misfire_grace_time, job.coalesce, job.max_instances) == (None, True, 1)


def test_stop__twice_or_never_started__is_nothing(timers: SchedulerTimers) -> None:
    timers.stop()
    timers.start()
    timers.stop()
    timers.stop()

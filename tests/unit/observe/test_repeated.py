"""What goes wrong again and again is told when it begins, changes, lasts, and ends."""

from itertools import pairwise

import pytest

from attestor.observe.repeated import FIRST_PAUSE, LAST_PAUSE, Occurrence, Repeated

ONCE = Occurrence(times=1, is_new=True)


class Clock:
    def __init__(self) -> None:
        self.now = 5.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_failed__first_time_and_another_kind__are_told(clock: Clock) -> None:
    repeated = Repeated(clock)
    told = [repeated.failed("follow", kind) for kind in ("down", "down", "wrong", "wrong", "down")]
    new = [None if one is None else (one.times, one.is_new) for one in told]
    assert new == [(1, True), None, (3, True), None, (5, True)]


def test_failed__the_same_for_a_day__is_told_at_a_growing_pace(clock: Clock) -> None:
    repeated, told = Repeated(clock), []
    for _ in range(86_400):
        if (occurrence := repeated.failed("follow", "down")) is not None:
            told.append(clock.now)
            assert occurrence.is_new == (len(told) == 1)
        clock.now += 1
    pauses = [after - before for before, after in pairwise(told)]
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert max(pauses) == LAST_PAUSE
    assert len(told) < 40


def test_failed__two_things__do_not_hide_each_other(clock: Clock) -> None:
    repeated = Repeated(clock)
    assert repeated.failed("follow", "down") == ONCE
    assert repeated.failed("collateral", "down") == ONCE


def test_passed__after_failures__says_how_many_and_begins_anew(clock: Clock) -> None:
    repeated = Repeated(clock)
    for _ in range(3):
        repeated.failed("follow", "down")
    assert repeated.passed("follow") == 3
    assert repeated.passed("follow") == 0
    assert repeated.failed("follow", "down") == ONCE

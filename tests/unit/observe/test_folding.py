"""The same line again and again: at a growing pace, bounded, and of a bounded number of lines."""

from itertools import pairwise

import pytest

from attestor.observe.folding import MAX_KEPT, Folding
from attestor.observe.repeated import FIRST_PAUSE, LAST_PAUSE


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_take__line_each_second_for_two_days__is_written_once_an_hour_at_last(
    clock: Clock,
) -> None:
    folding, written, counted = Folding(clock), [], 0
    for second in range(2 * 86_400):
        clock.now = float(second)
        left_out = folding.take("no answer")
        if left_out is not None:
            written.append(clock.now)
            counted += left_out + 1
    pauses = [later - earlier for earlier, later in pairwise(written)]
    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert set(pauses[7:]) == {LAST_PAUSE}
    assert counted == written[-1] + 1


def test_take__many_lines_that_differ__oldest_are_forgotten(clock: Clock) -> None:
    folding = Folding(clock)
    for number in range(MAX_KEPT + 1):
        assert folding.take(f"line {number}") == 0
    assert folding.take("line 1") is None
    assert folding.take("line 0") == 0

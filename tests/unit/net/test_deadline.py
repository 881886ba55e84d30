"""The bound on time, by a clock that the test sets."""

import pytest

from attestor.errors import HttpFailed, HttpFault
from attestor.net.deadline import Deadline


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_remaining__time_goes_by__shrinks_and_ends_with_the_phase() -> None:
    clock = Clock()
    deadline = Deadline(2.0, clock)
    assert deadline.remaining("connecting") == 2.0
    clock.now += 1.5
    assert deadline.remaining("connecting") == 0.5
    clock.now += 0.5
    with pytest.raises(HttpFailed, match=r"no answer within 2 s \(connecting\)") as caught:
        deadline.remaining("connecting")
    assert caught.value.fault is HttpFault.TIMEOUT


def test_within__shorter__ends_earlier_and_never_later() -> None:
    clock = Clock()
    deadline = Deadline(2.0, clock)
    assert deadline.within(0.5).remaining("") == 0.5
    assert deadline.within(5.0) is deadline
    assert deadline.within(None) is deadline
    clock.now += 1.8
    assert deadline.within(0.5) is deadline

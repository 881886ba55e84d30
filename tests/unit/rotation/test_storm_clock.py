"""The storm's time goes by when somebody waits, and what is due happens meanwhile."""

import pytest
from storm.clock import VirtualClock

from attestor.errors import RpcUnreachable


def test_pass_by__something_is_due_meanwhile__happens_at_its_time() -> None:
    clock, seen = VirtualClock(), list[float]()
    clock.every(12.0, lambda: seen.append(clock()))
    clock.pass_by(30.0)
    assert (seen, clock()) == ([12.0, 24.0], 30.0)


def test_pass_by__what_is_due_waits_itself__time_never_goes_back() -> None:
    clock, seen = VirtualClock(), list[float]()
    clock.at(5.0, lambda: clock.pass_by(10.0))
    clock.at(6.0, lambda: seen.append(clock()))
    clock.pass_by(7.0)
    assert (seen, clock()) == ([6.0], 15.0)


def test_pass_by__the_storm_itself_fails__is_no_answer_to_who_waits() -> None:
    def fail() -> None:
        raise RpcUnreachable("anvil is gone")

    clock = VirtualClock()
    clock.at(1.0, fail)
    with pytest.raises(AssertionError, match="the storm itself failed"):
        clock.pass_by(2.0)

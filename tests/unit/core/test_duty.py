"""When a duty is well, when it is not, and when it is past hope."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestor.core.duty import DutyBounds, DutyRecord, fault, is_past_hope
from attestor.errors import ConfigurationInvalid, RpcUnreachable

BOUNDS = DutyBounds(failures=3, hang_factor=4.0)
FRESH = DutyRecord("rotation", deadline=60.0)
PASSING = RpcUnreachable("no answer")
ERRORS = st.sampled_from([PASSING, ConfigurationInvalid("x"), KeyError("x"), SystemExit()])


def test_fault__nothing_happened__is_none() -> None:
    assert fault(FRESH, 1e9, BOUNDS) is None
    assert not is_past_hope(FRESH, 1e9, BOUNDS)


@pytest.mark.parametrize("error", [KeyError("x"), ConfigurationInvalid("x"), SystemExit(1)])
def test_fault__unexpected_failure__counts_at_once_and_ends_it_at_the_bound(
    error: BaseException,
) -> None:
    record = FRESH
    for times in range(1, 5):
        record = record.started(1.0, 1.0).failed(error)
        found = fault(record, 2.0, BOUNDS)
        assert found is not None
        assert f"rotation: failed {times} times in a row" in found.message
        assert is_past_hope(record, 2.0, BOUNDS) is (times >= 3)


def test_fault__failure_that_passes__never_ends_the_daemon() -> None:
    """A restart costs the keys, and mends no endpoint."""
    record = FRESH
    for times in range(1, 100):
        record = record.started(1.0, 1.0).failed(PASSING)
        assert (fault(record, 2.0, BOUNDS) is not None) is (times >= 3)
        assert not is_past_hope(record, 2.0, BOUNDS)
    assert record.last_error == "rpc_unreachable"


@pytest.mark.parametrize(
    ("seconds", "code", "hopeless"),
    [(60.0, None, False), (60.1, "duty_hanging", False), (240.1, "duty_hanging", True)],
)
def test_fault__step_that_hangs__by_the_monotonic_clock(
    seconds: float, code: str | None, hopeless: bool
) -> None:
    record = FRESH.started(now=0.0, monotonic=100.0)
    found = fault(record, 100.0 + seconds, BOUNDS)
    assert (found.code if found else None) == code
    assert is_past_hope(record, 100.0 + seconds, BOUNDS) is hopeless


def test_fault__thread_ended__is_past_hope() -> None:
    record = replace(FRESH, alive=False)
    assert fault(record, 0.0, BOUNDS) is not None
    assert is_past_hope(record, 0.0, BOUNDS)


@given(st.lists(st.one_of(st.none(), ERRORS)), st.floats(0, 1e9), st.floats(0, 1e9))
def test_record__any_steps__a_success_makes_all_well_again(
    steps: list[BaseException | None], wall: float, monotonic: float
) -> None:
    record, failures = FRESH, 0
    for error in steps:
        record = record.started(wall, monotonic)
        record = record.succeeded(wall) if error is None else record.failed(error)
        failures += error is not None
        assert record.running_seconds(monotonic + 1e6) == 0
        assert record.failures == failures
        assert not is_past_hope(record, monotonic, BOUNDS) or fault(record, monotonic, BOUNDS)
        assert record.consecutive_unexpected <= record.consecutive_failures <= record.failures
        if error is None:
            assert fault(record, monotonic, BOUNDS) is None

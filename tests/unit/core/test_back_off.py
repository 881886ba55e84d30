"""How long a step that fails is left alone, however often it failed."""

import pytest

from attestor.core.back_off import DELAYS, BackOff, Step


@pytest.mark.parametrize("step", list(Step))
def test_failed__more_often_than_a_float_has_exponents__waits_the_longest(step: Step) -> None:
    """2^1024 is no float: the 1,025th failure raised OverflowError."""
    found = BackOff()
    for _ in range(3000):
        found = found.failed(step, "made_up", now=0.0, longest=1e9)
    assert found.is_waiting(step, DELAYS[step].longest - 1)
    assert not found.is_waiting(step, DELAYS[step].longest)


@pytest.mark.parametrize("step", list(Step))
def test_is_waiting__step_of_another_kind__is_not(step: Step) -> None:
    found = BackOff().failed(step, "made_up", now=0.0, longest=1e9)
    assert [one for one in Step if found.is_waiting(one, 0.5)] == [step]

"""A step that failed for long is done soon again once it worked."""

from typing import Any

import pytest
from unit.rotation.conftest import POLICY

from attestor.core.back_off import Step
from attestor.errors import QuoteUnavailable, RegistrationRejected

pytestmark = pytest.mark.slow

BLOCKS_PER_PERIOD = POLICY.period // 12


@pytest.mark.parametrize(
    ("call", "step", "error"),
    [
        ("quote", Step.QUOTE, QuoteUnavailable("no")),
        ("prepare", Step.SEND, RegistrationRejected("no")),
    ],
)
def test_step__works_again_after_many_failures__next_failure_is_the_first(
    setup: Any, call: str, step: Step, error: Exception
) -> None:
    setup.run(4)
    first = setup.active
    setup.world.faults[call] = error
    setup.run(BLOCKS_PER_PERIOD + 20)
    assert setup.rotation._back_off.failing[step].count > 3
    del setup.world.faults[call]
    setup.run(20)
    assert setup.active != first
    assert step not in setup.rotation._back_off.failing

"""When a successor is due for all the tries that may fail, and when a try is not worth its gas."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from unit.rotation.conftest import POLICY

from attestor.rotation.situation import FAILED_TRIES, RotationPolicy
from attestor.store.journal import entries

pytestmark = pytest.mark.slow

SLOW = replace(POLICY, period=3600, inclusion_margin=20, confirmations=2, expiry_margin=900)


@pytest.mark.parametrize(
    ("block_seconds", "margin"), [(None, 900), (1, 900), (12, 4 * 22 * 12), (60.0, 4 * 22 * 60)]
)
def test_margin__slow_chain__has_room_for_three_tries_that_fail(
    block_seconds: float | None, margin: int
) -> None:
    assert SLOW.margin(block_seconds) == margin


def due(setup: Any, policy: RotationPolicy) -> int:
    """Seconds of life that the active signer has left when its successor is made."""
    setup.rotation.policy = policy
    setup.run(4)
    first = setup.active
    ends = setup.history.active().valid_until
    while setup.history.candidate() is None:
        setup.run(1)
        assert setup.active == first
    return int(ends - setup.world.blocks[-1].timestamp)


def test_step__registration_is_to_last_all_its_life__three_tries_may_fail(setup: Any) -> None:
    left = due(setup, SLOW)
    tries = (FAILED_TRIES + 1) * (SLOW.inclusion_margin + SLOW.confirmations) * 12
    assert tries - 24 <= left <= tries


@pytest.fixture
def ends(setup: Any) -> Callable[[int | None], None]:
    """Sets when the collateral on chain ends."""

    def set_to(chain_time: int | None) -> None:
        setup.rotation._effects._collateral_end = lambda raw: chain_time

    return set_to


def sent(setup: Any) -> int:
    return len(setup.store.rows("SELECT hash FROM transactions"))


def test_step__successor_would_end_with_the_collateral__is_not_paid_for(
    setup: Any, ends: Callable[[int | None], None]
) -> None:
    setup.run(4)
    first, until = setup.active, setup.history.active().valid_until
    ends(until)
    setup.run(POLICY.period // 12 + 20)
    assert (setup.active, sent(setup)) == (first, 1)
    (noted,) = [one for one in entries(setup.store) if one.event == "step_failed"]
    assert "would last no longer" in str(noted)
    ends(until + 1)
    setup.run(30)
    assert setup.active != first
    assert sent(setup) == 2


def test_step__collateral_ends_and_nobody_signs__is_sent_all_the_same(
    setup: Any, ends: Callable[[int | None], None]
) -> None:
    ends(setup.world.blocks[-1].timestamp + 60)
    setup.run(4)
    assert setup.active is not None


def test_step__active_signer_is_paused__successor_is_sent_all_the_same(
    setup: Any, ends: Callable[[int | None], None]
) -> None:
    setup.run(4)
    first = setup.active
    ends(setup.history.active().valid_until)
    setup.world.registered.pop(first)
    setup.run(8)
    assert setup.active not in (None, first)


def test_step__renewal__is_of_an_admission_that_outlasts_it(
    setup: Any, ends: Callable[[int | None], None]
) -> None:
    """The registry was asked for that: nothing of the collateral is looked at."""
    setup.world.renews = True
    setup.run(4)
    first = setup.active
    ends(1)
    setup.run(POLICY.period // 12 + 20)
    assert setup.active != first

"""How long one decision may take, and that the rotation's are bound."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from attestor.core.blocks import Block
from attestor.core.signers import Active
from attestor.rotation.decision_time import (
    LEAST_SECONDS,
    LOOK_PARTS,
    MOST_SECONDS,
    decision_seconds,
)
from attestor.rotation.duty import DEADLINE_SECONDS

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("left", "seconds"),
    [(3600, MOST_SECONDS), (80, 40.0), (10, LEAST_SECONDS), (-5, LEAST_SECONDS)],
)
def test_decision_seconds__life_left__leaves_time_for_another(left: int, seconds: float) -> None:
    head = Block(7, bytes(32), bytes(32), 1000)
    active = Active(b"\x01" * 20, 1, 1000 + left)
    assert decision_seconds(active, head) == seconds
    assert decision_seconds(None, head) == MOST_SECONDS


def test_decision_seconds__most__is_well_below_what_the_duty_may_take() -> None:
    assert MOST_SECONDS <= DEADLINE_SECONDS / 2


def test_step__all_that_the_chain_is_asked__is_inside_of_the_decision(setup: Any) -> None:
    bounds: list[float] = []
    seen: set[tuple[float, ...]] = set()

    @contextmanager
    def bound(seconds: float) -> Iterator[None]:
        bounds.append(seconds)
        yield
        bounds.pop()

    called = setup.world._called

    def noted(name: str) -> None:
        assert bounds, f"{name} is asked outside of a decision"
        seen.add(tuple(bounds))
        called(name)

    setup.rotation._bound, setup.world._called = bound, noted
    setup.run(30)
    assert setup.active is not None
    assert (MOST_SECONDS,) in seen, "actions have what is left of the whole"
    assert (MOST_SECONDS, MOST_SECONDS / LOOK_PARTS) in seen, "a look has a part of it"

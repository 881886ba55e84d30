"""Which TCB evaluation is fetched: the one that the store takes."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from attestor.collateral.evaluations import evaluation_for
from attestor.errors import CollateralInvalid
from attestor.quote.collateral import SignedText

DAY = 86_400
TDX = 0x81


def numbers(world: Any, ages: dict[int, float]) -> SignedText:
    """A list of evaluations, by how many days ago their recovery events were."""
    listed = []
    for number, days in ages.items():
        event = datetime.fromtimestamp(world.chain_time - days * DAY, UTC)
        date = event.strftime("%Y-%m-%dT%H:%M:%SZ")
        listed.append({"tcbEvaluationDataNumber": number, "tcbRecoveryEventDate": date})
    return SignedText(json.dumps({"tcbEvalNumbers": listed}), b"", "")


@pytest.mark.parametrize(
    ("delay_days", "standard", "expected"),
    [
        (365, 0, 17),
        (500, 0, 17),
        (501, 0, None),
        (180, 0, 18),
        (181, 0, 17),
        (1, 0, 19),
        # Another list is on chain, or a higher one was taken before.
        (365, 18, 18),
        (1, 18, 19),
    ],
)
def test_evaluation_for__list_and_store__the_one_that_the_store_takes(
    world: Any, delay_days: int, standard: int, expected: int | None
) -> None:
    """Whatever delay a store was deployed with: Intel calls one of its own choice standard."""
    world.delay, world.standard = delay_days * DAY, standard
    found = evaluation_for(world, TDX, numbers(world, {19: 14, 18: 180, 17: 500}))
    assert found == expected


def test_evaluation_for__empty_list__what_the_store_takes_without(world: Any) -> None:
    assert evaluation_for(world, TDX, numbers(world, {})) is None
    world.standard = 18
    assert evaluation_for(world, TDX, numbers(world, {})) == 18


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"tcbEvalNumbers":7}',
        '{"tcbEvalNumbers":["17"]}',
        '{"tcbEvalNumbers":[{"tcbEvaluationDataNumber":17}]}',
        '{"tcbEvalNumbers":[{"tcbEvaluationDataNumber":"x","tcbRecoveryEventDate":"2025-01-01"}]}',
        '{"tcbEvalNumbers":[{"tcbEvaluationDataNumber":17,"tcbRecoveryEventDate":"2025-01-01"}]}',
        '{"tcbEvalNumbers":[{"tcbEvaluationDataNumber":17,"tcbRecoveryEventDate":7}]}',
    ],
)
def test_evaluation_for__no_list__is_typed(world: Any, text: str) -> None:
    with pytest.raises(CollateralInvalid, match="TCB evaluation numbers cannot be read"):
        evaluation_for(world, TDX, SignedText(text, b"", ""))

"""The case table (tests/cases) on chain: the verdict of the contracts on the raw quote and on its
compact form, and the errors with which the store refuses collateral."""

from collections.abc import Callable

import pytest
from cases.case import GOOD, Case
from cases.chain import Chain
from cases.judged import UPLOAD_TIME, Judgement, expected, judge_all
from cases.table import TABLE

Judgements = dict[str, tuple[Judgement, Judgement]]


@pytest.fixture(scope="module")
def judgements(start_chain: Callable[[int], Chain]) -> Judgements:
    return judge_all(start_chain(UPLOAD_TIME), TABLE)


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
def test_contracts__case__is_judged_as_the_table_says(case: Case, judgements: Judgements) -> None:
    sound, judged = judgements[case.name]
    assert sound == Judgement.of(GOOD)
    assert judged == expected(case)

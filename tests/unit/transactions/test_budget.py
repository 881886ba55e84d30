"""Gas that may be lost to transactions that revert."""

from dataclasses import replace
from typing import Any

import pytest

from attestor.core.transaction import Intent, Purpose
from attestor.errors import GasBudgetSpent
from attestor.transactions.budget import DAY, GasBudget
from attestor.transactions.pricing import Call

NOW = 1_800_000_000.0


@pytest.fixture
def lost(manage: Any, chain: Any, log: Any) -> Any:
    """A log with two transactions of 90 gas: one that reverted and one that did not."""
    manager = manage()
    for name in ("one", "two"):
        intent = Intent(Purpose.UPLOAD, f"upload:{name}")
        receipt = manager.complete(intent, Call(b"\x77" * 20, name.encode()))
        log.mined(replace(receipt, succeeded=name == "one"))
    return log


@pytest.mark.parametrize(
    ("limit", "later", "is_spent"),
    [(91, 60.0, False), (90, 60.0, True), (90, DAY - 60, True), (90, DAY + 60, False)],
)
def test_require__gas_lost_within_a_day__is_bounded(
    manage: Any, lost: Any, limit: int, later: float, is_spent: bool
) -> None:
    budget = GasBudget(lost, manage().payer, limit, lambda: NOW + later)
    if is_spent:
        with pytest.raises(GasBudgetSpent, match="cost 90 gas within a day"):
            budget.require()
    else:
        budget.require()


def test_require__gas_of_another_payer__does_not_count(lost: Any) -> None:
    GasBudget(lost, b"\x55" * 20, 1, lambda: NOW).require()

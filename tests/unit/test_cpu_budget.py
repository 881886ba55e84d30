"""The bound on the CPU time of the fast tests."""

from typing import Any

import pytest
from cpu_budget import SECONDS_PER_TEST, CpuBudget

FAST = "tests/unit/core/test_fees.py::test_one"
HUGE = 1e9


class Item:
    """A test by its name and its marks."""

    def __init__(self, nodeid: str, *marks: str) -> None:
        self.nodeid = nodeid
        self.marks = marks

    def get_closest_marker(self, name: str) -> str | None:
        return name if name in self.marks else None


def budget(item: Any, took: float, seconds: float) -> CpuBudget:
    made = CpuBudget(("tests/unit/", "tests/docs/"), seconds)
    made.count(item, took)
    return made


def test_faults__fast_test_that_is_fast__has_none() -> None:
    assert budget(Item(FAST), 0.1, HUGE).faults() == []


def test_faults__test_that_is_not_fast__is_named() -> None:
    (fault,) = budget(Item(FAST), SECONDS_PER_TEST + 0.1, HUGE).faults()
    assert fault.startswith(f"{FAST} took 2.1 s")


def test_faults__all_together_too_slow__is_said() -> None:
    (fault,) = budget(Item(FAST), 0.1, 0.0).faults()
    assert "the fast tests took" in fault


@pytest.mark.parametrize(
    "item", [Item(FAST, "slow"), Item("tests/integration/test_a.py::test_b")], ids=["slow", "other"]
)
def test_faults__other_tests__are_not_counted(item: Item) -> None:
    assert budget(item, SECONDS_PER_TEST + 0.1, 0.0).faults() == []
    assert budget(item, 50.0, HUGE).total < budget(item, 0.0, HUGE).total - 49


class Session:
    exitstatus = pytest.ExitCode.OK


@pytest.mark.parametrize(
    ("share", "status"), [(0.4, pytest.ExitCode.TESTS_FAILED), (0.9, pytest.ExitCode.OK)]
)
def test_sessionfinish__over_twice_the_bound__fails(share: float, status: pytest.ExitCode) -> None:
    session: Any = Session()
    used = budget(Item(FAST), 0.1, HUGE).total
    budget(Item(FAST), 0.1, share * used).pytest_sessionfinish(session)
    assert session.exitstatus is status

"""When an operator is told that collateral ends."""

import pytest

from attestor.core.expiry import CollateralExpiry

DAY = 86400
NOW = 1000 * DAY


def expiry(ends_at: int, fault: str = "") -> str | None:
    return CollateralExpiry(ends_at, "TCB info", fault).warning(NOW, 7 * DAY)


def test_warning__far_end__is_none() -> None:
    assert expiry(NOW + 7 * DAY + 1) is None
    assert expiry(NOW + 7 * DAY + 1, "upkeep failed") is None


@pytest.mark.parametrize(
    ("ends_at", "words"),
    [
        (NOW + 7 * DAY, "expires in 7.0 days"),
        (NOW, "expires in 0.0 days"),
        (NOW - 1, "has expired"),
        (0, "is missing or revoked"),
    ],
)
def test_warning__near_end__says_what_and_when(ends_at: int, words: str) -> None:
    told = expiry(ends_at)
    assert told is not None
    assert told.startswith("the TCB info on chain ")
    assert words in told
    assert told.endswith("no newer collateral was available")


def test_warning__with_a_fault__says_why_nobody_mends_it() -> None:
    assert str(expiry(NOW, "collateral.enabled is off")).endswith("; collateral.enabled is off")

"""Suggested fees."""

import pytest

from attestor.core import fees
from attestor.core.fees import Fees

CAP = 10**12


def test_offer__plain__covers_two_base_fees() -> None:
    assert fees.suggest_fees(100, 7, CAP) == Fees(max_fee=207, priority_fee=7)


def test_offer__replacement__bumps_both_fields_beyond_ten_percent() -> None:
    old = Fees(max_fee=1000, priority_fee=500)
    new = fees.suggest_fees(1, 1, CAP, replaced=old)
    assert new.max_fee >= old.max_fee * 110 // 100 + 1
    assert new.priority_fee >= old.priority_fee * 110 // 100 + 1


def test_offer__replacement_in_a_rising_market__follows_the_market() -> None:
    assert fees.suggest_fees(10_000, 9, CAP, replaced=Fees(20, 3)) == Fees(20_009, 9)


def test_offer__over_the_cap__is_cut_in_both_fields() -> None:
    assert fees.suggest_fees(100, 900, cap=150) == Fees(max_fee=150, priority_fee=150)


@pytest.mark.parametrize("fee", [1, 2, 3, 9, 10, 99])
def test_offer__small_replacements__still_grow(fee: int) -> None:
    new = fees.suggest_fees(0, 0, CAP, replaced=Fees(fee, fee))
    assert new.max_fee * 100 >= fee * 110
    assert new.max_fee > fee
    assert new.priority_fee > fee


def test_gas_limit__adds_a_quarter_and_room_for_a_new_slot() -> None:
    assert fees.gas_limit(1000) == 31_000
    assert fees.gas_limit(48_000) == 78_000
    assert fees.gas_limit(200_000) == 250_000


@pytest.mark.parametrize(
    ("estimate", "limit"),
    [(13_421_772, 16_777_215), (13_421_774, 1 << 24), (1 << 24, 1 << 24), (20_000_000, 20_000_000)],
)
def test_gas_limit__near_the_limit_of_a_transaction__does_not_pass_it(
    estimate: int, limit: int
) -> None:
    assert fees.gas_limit(estimate) == limit

"""Fees: under the cap, above the base fee, and enough to replace what is stuck, if they may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attestor.core.fees import Fees
from attestor.errors import FeeCapReached
from attestor.transactions.replacement import FeePolicy, Market, highest, outbids

WEI = st.integers(0, 10**14)
MARKETS = st.builds(Market, WEI, WEI)
FEES = st.tuples(WEI, WEI).map(lambda pair: Fees(max(pair), min(pair)))
CAPS = st.integers(1, 10**14)


@given(MARKETS, CAPS, st.none() | FEES)
def test_offer__any_market__within_the_cap_and_above_the_base_fee(
    market: Market, cap: int, replaced: Fees | None
) -> None:
    policy = FeePolicy(cap)
    if market.base_fee > cap:
        with pytest.raises(FeeCapReached):
            policy.offer(market, replaced)
        return
    offered = policy.offer(market, replaced)
    assert market.base_fee <= offered.max_fee <= cap
    assert offered.priority_fee <= offered.max_fee
    if replaced is None:
        assert offered.priority_fee <= policy.priority_cap


@given(MARKETS, CAPS, FEES)
def test_offer__in_place_of_another__outbids_it_unless_the_cap_is_in_the_way(
    market: Market, cap: int, replaced: Fees
) -> None:
    if market.base_fee > cap:
        return
    offered = FeePolicy(cap).offer(market, replaced)
    is_free = market == Market(0, 0) and replaced == offered == Fees(0, 0)
    assert outbids(offered, replaced) or offered.max_fee == cap or is_free


@given(st.lists(FEES, min_size=1))
def test_highest__what_outbids_it__outbids_each(offers: list[Fees]) -> None:
    top = highest(offers)
    assert top is not None
    above = Fees(top.max_fee * 2 + 1, top.priority_fee * 2 + 1)
    assert all(outbids(above, one) for one in offers)


@given(FEES, FEES)
def test_outbids__is_one_way(one: Fees, other: Fees) -> None:
    assert not (outbids(one, other) and outbids(other, one))
    assert not outbids(one, one)

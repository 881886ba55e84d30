"""What is offered on a chain where gas is free."""

import pytest

from attestor.core.fees import GWEI, Fees
from attestor.transactions.replacement import FeePolicy, Market, outbids

POLICY = FeePolicy(cap=GWEI)
FREE = Market(0, 0)


@pytest.mark.parametrize("replaced", [None, Fees(0, 0)])
def test_offer__gas_is_free__is_nothing_for_a_replacement_too(replaced: Fees | None) -> None:
    """The payer may hold nothing there."""
    assert POLICY.offer(FREE, replaced) == Fees(0, 0)


def test_offer__gas_is_free_and_what_is_out_has_a_price__is_outbid() -> None:
    out = Fees(100, 10)
    assert outbids(POLICY.offer(FREE, out), out)

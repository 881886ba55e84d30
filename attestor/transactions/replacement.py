"""What to offer for a transaction, and what may take the place of one that is stuck. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from attestor.core import fees
from attestor.core.fees import GWEI, Fees
from attestor.errors import FeeCapReached

LEAST_BUMP_PERCENT = 10
"""By how much both fields must rise before nodes take a replacement (geth's txpool.pricebump, which
others follow)."""

PATIENCE_BLOCKS = 3
PATIENCE_PARTS = 8
"""Blocks that a transaction may wait at one price, and into how many prices the rest is divided."""


@dataclass(frozen=True)
class Market:
    """What the chain asks for now: wei per gas."""

    base_fee: int
    priority_fee: int


@dataclass(frozen=True)
class FeePolicy:
    """The operator's choice: never more than `cap`, wei per gas."""

    cap: int
    priority_cap: int = 10 * GWEI
    """What a first offer pays to be included, however much more the node suggests."""

    def offer(self, market: Market, replaced: Fees | None = None) -> Fees:
        """Fees for a new transaction, or for one that takes the nonce of what offered `replaced`.

        At the cap it may outbid nothing any more (`outbids`): it is offered all the same, since
        nodes forget transactions. Raises `FeeCapReached` when not even the base fee fits.
        """
        tip = min(market.priority_fee, self.priority_cap)
        free = Fees(0, 0)
        if tip == market.base_fee == 0 and replaced in (None, free):
            # Where gas is free nobody is outbid, and the payer may hold nothing.
            return free
        offered = fees.suggest_fees(market.base_fee, tip, self.cap, replaced)
        if offered.max_fee < market.base_fee:
            raise FeeCapReached(
                f"the base fee is {market.base_fee / GWEI:.3f} gwei, the cap {self.cap / GWEI:.3f}",
                hint="raise payer.max_fee_gwei or wait",
            )
        return offered


def outbids(offered: Fees, replaced: Fees) -> bool:
    """Whether nodes would take the one in place of the other: 10 % more on both fields."""
    return _bumped(offered.max_fee, replaced.max_fee) and _bumped(
        offered.priority_fee, replaced.priority_fee
    )


def is_stuck(offered: Fees, base_fee: int, waited: int, left: int) -> bool:
    """Whether it is time to outbid what is out: it cannot be included at this base fee, or blocks
    that could have included it went by. `waited` blocks have passed since it was sent, and `left`
    may still include it: the fewer, the less patience."""
    patience = max(1, min(PATIENCE_BLOCKS, left // PATIENCE_PARTS))
    return offered.max_fee < base_fee or waited >= patience


def highest(offers: Iterable[Fees]) -> Fees | None:
    """What a replacement of any of them has to outbid, or None of none: which one a node holds is
    not known."""
    found = list(offers)
    if not found:
        return None
    return Fees(max(one.max_fee for one in found), max(one.priority_fee for one in found))


def _bumped(offered: int, replaced: int) -> bool:
    return offered > replaced and 100 * offered >= (100 + LEAST_BUMP_PERCENT) * replaced

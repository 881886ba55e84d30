"""What to suggest_fees for a transaction (EIP-1559). All amounts are wei per gas."""

from dataclasses import dataclass

GWEI = 10**9

REPLACEMENT_PERCENT = 113
"""Nodes take a replacement at 10 % more on both fields; a little above it survives rounding."""

GAS_HEADROOM_PERCENT = 125

MAX_TRANSACTION_GAS = 1 << 24
"""No transaction may ask for more (EIP-7825)."""


@dataclass(frozen=True)
class Fees:
    max_fee: int
    priority_fee: int


def suggest_fees(
    base_fee: int, suggested_priority: int, cap: int, replaced: Fees | None = None
) -> Fees:
    """Fees for a new transaction, or for one that takes the nonce of `replaced`.

    The fee cap covers two doublings' worth of base fee growth; neither field passes `cap`.
    """
    priority = suggested_priority
    max_fee = 2 * base_fee + priority
    if replaced is not None:
        priority = max(priority, _bumped(replaced.priority_fee))
        max_fee = max(max_fee, _bumped(replaced.max_fee))
    max_fee = min(max_fee, cap)
    return Fees(max_fee=max_fee, priority_fee=min(priority, max_fee))


def gas_limit(estimate: int) -> int:
    """Room above a node's estimate: the block of inclusion is not the block of the estimate.

    As much as a transaction may ask for; a chain without that limit may estimate more than it.
    """
    return max(estimate, min(estimate * GAS_HEADROOM_PERCENT // 100, MAX_TRANSACTION_GAS))


def _bumped(fee: int) -> int:
    return fee * REPLACEMENT_PERCENT // 100 + 1

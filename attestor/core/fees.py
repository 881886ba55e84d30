"""Which fees to suggest for a transaction (EIP-1559). All amounts are wei per gas."""

from dataclasses import dataclass

GWEI = 10**9
ETHER = 10**18

REPLACEMENT_PERCENT = 113
"""Nodes accept a replacement with 10 % more in both fields; a little more survives rounding."""

GAS_HEADROOM_PERCENT = 125

NEW_SLOT_GAS = 30_000
"""What a registration costs more where it finds its bucket taken."""

ADMISSION_GAS = 250_000
"""More than `make bench-contracts` measured for any registration but the first of a platform."""

MAX_TRANSACTION_GAS = 1 << 24
"""The gas limit of one transaction (EIP-7825)."""


@dataclass(frozen=True)
class Fees:
    max_fee: int
    priority_fee: int


def suggest_fees(
    base_fee: int, suggested_priority: int, cap: int, replaced: Fees | None = None
) -> Fees:
    """Fees for a new transaction, or for one that takes the nonce of `replaced`.

    The maximum fee allows for a doubled base fee; neither field exceeds `cap`.
    """
    priority = suggested_priority
    max_fee = 2 * base_fee + priority
    if replaced is not None:
        priority = max(priority, _bumped(replaced.priority_fee))
        max_fee = max(max_fee, _bumped(replaced.max_fee))
    max_fee = min(max_fee, cap)
    return Fees(max_fee=max_fee, priority_fee=min(priority, max_fee))


def gas_limit(estimate: int) -> int:
    """A node's estimate with headroom: the block of inclusion is not the block of the estimate.

    It includes room for a storage slot that has to be new where it was to be reused, because
    another signer was first. At most a transaction's gas limit, unless the estimate of a chain
    without it is higher.
    """
    room = max(estimate * GAS_HEADROOM_PERCENT // 100, estimate + NEW_SLOT_GAS)
    return max(estimate, min(room, MAX_TRANSACTION_GAS))


def _bumped(fee: int) -> int:
    return fee * REPLACEMENT_PERCENT // 100 + 1


def tokens(wei: int) -> str:
    """Wei in units of the chain's native token, for people."""
    return f"{wei / ETHER:.6g} native tokens"

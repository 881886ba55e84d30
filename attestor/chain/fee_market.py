"""What proposers are paid: by recent blocks, or by what a node has to say instead."""

from collections.abc import Callable
from statistics import median_high
from typing import Any

from attestor.chain import wire
from attestor.errors import RpcAnswerInvalid, RpcError

BLOCKS = 20
PERCENTILE = 50
"""Of the gas of each block: half of it paid no more."""

Ask = Callable[[str, list[Any], Callable[[Any], Any]], Any]
"""(method, parameters, decoding) → the decoded answer of the best endpoint that has one."""


def priority_fee(ask: Ask) -> int:
    """Wei per gas for the proposer: the median of what the last blocks with transactions were paid
    (eth_feeHistory).

    Where the method is missing, or blocks were empty or free, it is the node's suggestion
    (eth_maxPriorityFeePerGas), or else what its gas price has above the base fee (eth_gasPrice).
    Zero where gas is free. Raises as a read does where a node has none of the three.
    """
    base_fee = 0
    try:
        base_fee, paid = ask("eth_feeHistory", [hex(BLOCKS), "latest", [PERCENTILE]], _history)
        if paid and (usual := median_high(paid)):
            return int(usual)
    except (RpcError, RpcAnswerInvalid):
        pass
    try:
        return int(ask("eth_maxPriorityFeePerGas", [], _fee))
    except (RpcError, RpcAnswerInvalid):
        return max(0, int(ask("eth_gasPrice", [], _fee)) - base_fee)


def _fee(found: Any) -> int:
    return wire.count(found, "priority fee")


def _history(found: Any) -> tuple[int, list[int]]:
    """The next block's base fee, and what blocks with transactions paid at the percentile.

    Nodes leave out what a chain does not have: then there is nothing to go by.
    """
    fields = wire.fields(found, "fee history")
    bases, rewards, used = (
        part if isinstance(part := fields.get(name), list) else []
        for name in ("baseFeePerGas", "reward", "gasUsedRatio")
    )
    if len(rewards) > BLOCKS or len(bases) > BLOCKS + 1:
        raise RpcAnswerInvalid("the node's fee history has more blocks than were asked for")
    base_fee = wire.count(bases[-1], "base fee") if bases and bases[-1] is not None else 0
    paid = [
        wire.count(reward[0], "priority fee")
        for reward, ratio in zip(rewards, used, strict=False)
        if isinstance(reward, list) and len(reward) == 1 and ratio
    ]
    return base_fee, paid

"""What to pay the proposer: from recent blocks, or from what a node has instead."""

from typing import Any

import pytest

from attestor.chain.node import Node
from attestor.errors import RpcError, RpcUnreachable

MISSING = RpcError("the method does not exist", number=-32601)


class Answers:
    """An endpoint that answers by method; what it does not have is missing."""

    label = "http://node.example"

    def __init__(self, **answers: Any) -> None:
        self.answers = {"eth_chainId": "0x7a69", **answers}
        self.asked: list[str] = []

    def call(self, method: str, params: list[Any], *bounds: Any) -> Any:
        self.asked.append(method)
        answer = self.answers.get(method, MISSING)
        if isinstance(answer, Exception):
            raise answer
        return answer


def history(*paid: int | None, base_fee: int = 100) -> dict[str, Any]:
    """Of blocks that paid so much; None for an empty one."""
    return {
        "oldestBlock": "0x1",
        "baseFeePerGas": [hex(base_fee)] * (len(paid) + 1),
        "gasUsedRatio": [0 if one is None else 0.5 for one in paid],
        "reward": [[hex(one or 0)] for one in paid],
    }


def fee(**answers: Any) -> int:
    endpoint: Any = Answers(**answers)
    return Node(endpoint, 31337).priority_fee()


@pytest.mark.parametrize(
    ("paid", "expected"),
    [((7,), 7), ((1, 2, 9), 2), ((1, 9), 9), ((None, 5, None), 5), ((0, 0, 4, 4, 4), 4)],
)
def test_priority_fee__blocks_with_transactions__is_their_median(
    paid: tuple[int | None, ...], expected: int
) -> None:
    assert fee(eth_feeHistory=history(*paid), eth_maxPriorityFeePerGas="0x63") == expected


@pytest.mark.parametrize(
    "found",
    [
        MISSING,
        history(),
        history(None, None),
        history(0, 0),
        {"baseFeePerGas": ["0x1"]},
        {"baseFeePerGas": None, "reward": None, "gasUsedRatio": None},
        {"reward": [None, []], "gasUsedRatio": [1, 1]},
        {"reward": [["0x1"]] * 1000, "gasUsedRatio": [1] * 1000},
        {"reward": [["-1"]], "gasUsedRatio": [1]},
        None,
        "0x1",
    ],
)
def test_priority_fee__nothing_to_go_by__is_the_nodes_suggestion(found: Any) -> None:
    assert fee(eth_feeHistory=found, eth_maxPriorityFeePerGas="0x63") == 99


def test_priority_fee__no_suggestion__is_the_gas_price_above_the_base_fee() -> None:
    assert fee(eth_feeHistory=history(None, base_fee=100), eth_gasPrice=hex(107)) == 7
    assert fee(eth_gasPrice=hex(107)) == 107
    assert fee(eth_feeHistory=history(None, base_fee=100), eth_gasPrice=hex(90)) == 0


def test_priority_fee__gas_is_free__is_zero() -> None:
    free = {"eth_feeHistory": history(0, 0, base_fee=0)}
    assert fee(**free, eth_maxPriorityFeePerGas="0x0") == 0
    assert fee(**free, eth_gasPrice="0x0") == 0


def test_priority_fee__node_has_nothing__is_its_error() -> None:
    with pytest.raises(RpcError, match="does not exist"):
        fee()


def test_priority_fee__node_is_down__is_not_taken_for_a_missing_method() -> None:
    with pytest.raises(RpcUnreachable):
        fee(eth_feeHistory=RpcUnreachable("down"), eth_maxPriorityFeePerGas="0x1")

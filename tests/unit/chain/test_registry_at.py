"""What belongs to one decision is read at one block, by its hash: a node that lags has no say."""

from collections.abc import Callable
from typing import Any

import pytest
from eth_abi.abi import encode
from unit.chain.test_node import REGISTRY, SIGNER, Answers

from attestor.chain.node import Node
from attestor.chain.registry import Registry
from attestor.core.blocks import Block
from attestor.core.text import to_hex

BLOCK = Block(5, b"\xab" * 32, bytes(32), 100)
PLACE = {"blockHash": to_hex(BLOCK.hash), "requireCanonical": True}
READS: dict[str, Callable[[Registry], object]] = {
    "signer": lambda registry: registry.vouches_for(SIGNER),
    "terms": lambda registry: registry.terms(),
    "verifier": lambda registry: registry.verifier_kind(),
    "fee": lambda registry: registry.fee_basis_points(),
}


@pytest.mark.parametrize("read", READS.values(), ids=list(READS))
@pytest.mark.parametrize("word", [0, 1])
def test_at__each_read__is_of_that_block(read: Callable[[Registry], object], word: int) -> None:
    endpoint: Any = Answers(eth_call=to_hex(encode(["uint256"], [word])))
    registry = Registry(Node(endpoint, 31337), REGISTRY).at(BLOCK)
    read(registry)
    places = [params[1] for method, params in endpoint.asked if method == "eth_call"]
    assert places
    assert places == [PLACE] * len(places)

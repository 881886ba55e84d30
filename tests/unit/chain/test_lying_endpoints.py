"""What the pool makes of each kind of lying endpoint, alone and among three."""

from collections.abc import Callable
from typing import Any

import pytest
from cases.lying_endpoints import TABLE, LyingEndpoint
from cases.small_chain import (
    ACCOUNT,
    ANSWER,
    BALANCE,
    CONTRACT,
    NONCE,
    TRANSACTION,
    TRANSACTION_BLOCK,
    SmallChain,
)
from unit.chain.endpoints import Clock, MemoryHttp, node_of

from attestor.chain.node import Node
from attestor.core.blocks import Block
from attestor.core.text import from_hex

pytestmark = pytest.mark.slow

CHAIN = SmallChain()
HEAD = from_hex(CHAIN.head["hash"])
BLOCK = Block(19, HEAD, bytes(32), 0)
BY_NAME = pytest.mark.parametrize("endpoint", TABLE, ids=lambda endpoint: endpoint.name)

OPERATIONS: dict[str, tuple[Callable[[Node], Any], Any]] = {
    "chain": (lambda node: node.require_chain(), None),
    "head": (lambda node: node.head().hash, HEAD),
    "block": (lambda node: node.block(19).hash, HEAD),
    "block_by_hash": (lambda node: node.block_by_hash(HEAD).number, 19),
    "call": (lambda node: node.call(CONTRACT, b"", at=HEAD), ANSWER),
    "nonce": (lambda node: node.nonce(ACCOUNT, at=HEAD), NONCE),
    "balance": (lambda node: node.balance(ACCOUNT, at=HEAD), BALANCE),
    "receipt": (lambda node: _place(node.receipt(TRANSACTION)), TRANSACTION_BLOCK),
    "logs": (lambda node: node.logs(CONTRACT, 12, 12)[0].data, b"\x12\x34"),
}


def _place(receipt: Any) -> int | None:
    return None if receipt is None else receipt.block_number


def test_table__kinds__are_many_and_have_names() -> None:
    assert len({endpoint.name for endpoint in TABLE}) == len(TABLE) >= 16


@BY_NAME
def test_pool__one_endpoint_that_lies__gives_the_truth_or_a_typed_error(
    endpoint: LyingEndpoint,
) -> None:
    refused = 0
    for name, (asking, truth) in OPERATIONS.items():
        node = node_of([MemoryHttp(CHAIN, endpoint.lie)], Clock())
        try:
            found = asking(node)
        except endpoint.alone:
            refused += 1
        else:
            assert (found != truth) <= (name in endpoint.believed), name
    assert bool(refused) is bool(endpoint.alone)


@BY_NAME
@pytest.mark.parametrize("place", [0, 1, 2])
def test_pool__one_of_three_lies__gives_the_truth(endpoint: LyingEndpoint, place: int) -> None:
    for name, (asking, truth) in OPERATIONS.items():
        transports = [MemoryHttp(CHAIN) for _ in range(3)]
        transports[place] = MemoryHttp(CHAIN, endpoint.lie)
        if name == "chain" and endpoint.name == "another chain":
            continue
        if endpoint.confirmed or name in ("head", "receipt"):
            assert asking(node_of(transports, Clock())) == truth, name


@BY_NAME
@pytest.mark.parametrize("place", [0, 1, 2])
def test_pool__one_of_three_lies__a_majority_has_the_truth(
    endpoint: LyingEndpoint, place: int
) -> None:
    transports = [MemoryHttp(CHAIN) for _ in range(3)]
    transports[place] = MemoryHttp(CHAIN, endpoint.lie)
    node = node_of(transports, Clock())
    head = node.head()
    assert head.hash == HEAD
    assert node.agrees(head)
    assert node.confirmed_call(CONTRACT, b"", BLOCK) == ANSWER


@BY_NAME
def test_pool__two_of_three_lie_alike__the_third_goes_on_alone(endpoint: LyingEndpoint) -> None:
    """A lie that two tell is the majority's; one that leads to no answer is nobody's vote."""
    liars = [MemoryHttp(CHAIN, endpoint.lie) for _ in range(2)]
    node = node_of([*liars, MemoryHttp(CHAIN)], Clock())
    zeros = endpoint.name.startswith("zeros")
    assert node.confirmed_call(CONTRACT, b"", BLOCK) == (bytes(32) if zeros else ANSWER)


@BY_NAME
def test_pool__liar_first__is_asked_last_afterwards(endpoint: LyingEndpoint) -> None:
    transports = [MemoryHttp(CHAIN, endpoint.lie), MemoryHttp(CHAIN), MemoryHttp(CHAIN)]
    transports[0].reconnects = True
    node = node_of(transports, Clock())
    for _ in range(2):
        for name in ("head", "block", "nonce", "call", "receipt"):
            OPERATIONS[name][0](node)
    ranked = [one.label for one in node.pool.ranked()]
    assert (ranked[-1] == "http://a.example") is endpoint.noticed

"""The pool over real HTTP: each kind of lying endpoint, alone and among three."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from cases.lying_endpoints import TABLE, LyingEndpoint, Question, Reply
from cases.small_chain import ACCOUNT, ANSWER, CHAIN_ID, CONTRACT, NONCE, SmallChain
from integration.net.endpoint import FakeEndpoint

from attestor.chain.node import Node
from attestor.chain.pool import Pool
from attestor.chain.rpc import Rpc
from attestor.core.blocks import Block
from attestor.core.text import from_hex
from attestor.errors import RpcThrottled, RpcUnreachable, WrongChain

CHAIN = SmallChain()
HEAD = from_hex(CHAIN.head["hash"])
BLOCK = Block(19, HEAD, bytes(32), 0)
SECONDS = 2.0
"""Of one call; the whole answer of an honest endpoint takes milliseconds."""

Serve = Callable[..., Any]


class Nodes:
    """A node behind servers on loopback."""

    def __init__(self, serve: Serve, *endpoints: FakeEndpoint) -> None:
        self.endpoints = endpoints
        self.servers = [serve(endpoint) for endpoint in endpoints]
        rpcs = [Rpc(server.url, SECONDS) for server in self.servers]
        self.node = Node(Pool(rpcs, CHAIN_ID), CHAIN_ID)


@pytest.mark.parametrize("endpoint", TABLE, ids=lambda endpoint: endpoint.name)
def test_node__one_endpoint_that_lies__ends_in_time_with_a_typed_error(
    serve: Serve, endpoint: LyingEndpoint
) -> None:
    node = Nodes(serve, FakeEndpoint(CHAIN, endpoint.lie)).node
    started = time.monotonic()
    for asking in (lambda: node.head(), lambda: node.call(CONTRACT, b"", at=HEAD)):
        try:
            asking()
        except endpoint.alone:
            continue
    assert time.monotonic() - started < 2 * SECONDS + 3


@pytest.mark.parametrize("endpoint", TABLE, ids=lambda endpoint: endpoint.name)
def test_node__one_of_three_lies__has_the_truth(serve: Serve, endpoint: LyingEndpoint) -> None:
    liar = FakeEndpoint(CHAIN, endpoint.lie)
    node = Nodes(serve, liar, FakeEndpoint(CHAIN), FakeEndpoint(CHAIN)).node
    head = node.within(20.0).head()
    assert head.hash == HEAD
    assert node.agrees(head)
    assert node.confirmed_call(CONTRACT, b"", BLOCK) == ANSWER


def test_node__two_drip__the_third_is_heard_within_the_decisions_time(serve: Serve) -> None:
    def drip(question: Question) -> Reply:
        return Reply(question.truth.body, manner="drip")

    slow = [FakeEndpoint(CHAIN, drip) for _ in range(2)]
    nodes = Nodes(serve, *slow, FakeEndpoint(CHAIN))
    started = time.monotonic()
    assert nodes.node.within(3.0).nonce(ACCOUNT) == NONCE
    assert time.monotonic() - started < 3.0


def test_node__endpoint_that_asks_to_wait__is_not_called(serve: Serve) -> None:
    busy = FakeEndpoint(CHAIN, lambda question: Reply(b"busy", 429, {"Retry-After": "30"}))
    nodes = Nodes(serve, busy)
    for _ in range(50):
        with pytest.raises(RpcThrottled):
            nodes.node.nonce(ACCOUNT)
    assert len(busy.asked) == 1


def test_node__server_behind_a_new_connection_is_of_another_chain__is_noticed(
    serve: Serve,
) -> None:
    turned: list[bool] = []

    def turncoat(question: Question) -> Reply:
        if turned and question.method == "eth_chainId":
            return question.reply(result="0x1")
        return question.truth

    nodes = Nodes(serve, FakeEndpoint(CHAIN, turncoat))
    nodes.node.require_chain()
    assert nodes.node.nonce(ACCOUNT) == NONCE
    turned.append(True)
    assert nodes.node.nonce(ACCOUNT) == NONCE
    for connection in nodes.servers[0]._open:
        connection.close()
    nodes.node.rpc._http._pool._idle.clear()
    with pytest.raises(WrongChain, match="chain id 1"):
        nodes.node.nonce(ACCOUNT)


def test_node__endpoints_that_leave_and_return__are_used_again(serve: Serve) -> None:
    first, second = FakeEndpoint(CHAIN), FakeEndpoint(CHAIN)
    nodes = Nodes(serve, first, second)

    def down(question: Question) -> Reply:
        return Reply(b"", manner="drop")

    for away, present in ((first, second), (second, first), (first, second)):
        away.lie, present.lie = down, None
        for _ in range(3):
            assert nodes.node.nonce(ACCOUNT) == NONCE
    first.lie = second.lie = down
    with pytest.raises(RpcUnreachable):
        nodes.node.nonce(ACCOUNT)
    first.lie = second.lie = None
    assert nodes.node.nonce(ACCOUNT) == NONCE

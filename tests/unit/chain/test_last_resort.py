"""An endpoint that asked to be left alone, when no other answers."""

from contextlib import suppress
from typing import Any

import pytest
from cases.lying_endpoints import Question, Reply
from cases.small_chain import ACCOUNT, ANSWER, CONTRACT, TRANSACTION
from unit.chain.test_quorum import BLOCK, Nodes, down, refusing, saying, sends_refused

from attestor.chain.endpoint import Query
from attestor.chain.health import LAST_RESORT_CALLS, LAST_RESORT_EVERY
from attestor.chain.registry import Registry
from attestor.core.report_data import Layout
from attestor.errors import AttestorError, EndpointsDisagree, RpcThrottled, RpcUnreachable

REST_SECONDS = 3600
SIGNER = b"\x11" * 20
NO, YES = 0, 1


def throttled(question: Question) -> Reply:
    return Reply(b"slow down", 429, {"Retry-After": str(REST_SECONDS)})


def resting(*others: Any, gives: Any = None) -> Nodes:
    """The first endpoint asked for an hour of rest a block ago, and would do as `gives` says."""
    nodes = Nodes(throttled, *others)
    with pytest.raises(RpcThrottled):
        nodes.node.pool.endpoints[0].require_chain()
    nodes.clock.now += 12.0
    nodes.transports[0].lie = gives
    nodes.transports[0].asked.clear()
    return nodes


def calling(word: int) -> Any:
    """Calls of contracts give that word; all else is true, and nothing is proven."""
    return lambda question: {
        "eth_call": question.reply(result=f"0x{word:064x}"),
        "eth_getProof": question.reply(result={}),
    }.get(question.method, question.truth)


def polled(nodes: Nodes, insists: bool) -> list[bool]:
    """Of each that was asked, whether it answered."""
    query: Query[Any] = Query("eth_chainId", [], lambda found: found, insists=insists)
    return [not isinstance(said, AttestorError) for _, said in nodes.node.poll(query)]


@pytest.mark.parametrize("other", [down, refusing("no such method"), lambda question: Reply(b"[]")])
def test_read__no_other_answers__one_that_rests_is_asked(other: Any) -> None:
    nodes = resting(other, other)
    assert nodes.node.nonce(ACCOUNT) == 7
    assert nodes.transports[0].asked == ["eth_getTransactionCount"]


def test_read__another_answers__one_that_rests_is_left_alone() -> None:
    nodes = resting(down, None)
    for _ in range(5):
        assert nodes.node.nonce(ACCOUNT) == 7
    assert nodes.transports[0].asked == []


def test_read__another_refuses_by_a_revert__one_that_rests_is_left_alone() -> None:
    nodes = resting(refusing("execution reverted", code=3, data="0x01"))
    with pytest.raises(AttestorError):
        nodes.node.call(CONTRACT, b"")
    assert nodes.transports[0].asked == []


def test_read__single_endpoint_that_rests__is_left_alone() -> None:
    nodes = resting()
    with pytest.raises(RpcThrottled):
        nodes.node.nonce(ACCOUNT)
    assert nodes.transports[0].asked == []


def test_read__one_that_rests_still_refuses__is_asked_once_per_block() -> None:
    nodes, began = resting(down, down, gives=throttled), 0.0
    while began < 60.0:
        with pytest.raises(RpcUnreachable):
            nodes.node.nonce(ACCOUNT)
        nodes.clock.now += 0.5
        began += 0.5
    assert len(nodes.transports[0].asked) == 60 / LAST_RESORT_EVERY


def test_read__one_that_rests_answers__is_asked_no_more_than_a_decision_needs() -> None:
    nodes, answered = resting(down, down), 0
    for _ in range(20):
        with suppress(RpcUnreachable):
            answered += nodes.node.nonce(ACCOUNT) == 7
    assert answered == LAST_RESORT_CALLS
    nodes.clock.now += LAST_RESORT_EVERY
    assert nodes.node.nonce(ACCOUNT) == 7


def test_read__rest_is_over_before_the_next_block__is_waited_for() -> None:
    nodes = resting(down, down)
    nodes.clock.now += REST_SECONDS - 12.0 - 7.0
    with pytest.raises(RpcUnreachable):
        nodes.node.nonce(ACCOUNT)
    assert nodes.transports[0].asked == []
    nodes.clock.now += 7.0
    assert nodes.node.nonce(ACCOUNT) == 7


def test_head_and_confirmed_call__no_other_answers__are_what_one_that_rests_says() -> None:
    nodes = resting(down, down)
    head = nodes.node.head()
    assert nodes.node.confirmed_call(CONTRACT, b"", head) == ANSWER
    assert nodes.transports[0].asked == [
        "eth_getBlockByNumber",
        "eth_call",
        "eth_getBlockByNumber",
        "eth_call",
    ]


def test_confirmed_call__another_answers_alone__it_is_enough() -> None:
    nodes = resting(None, down)
    assert nodes.node.confirmed_call(CONTRACT, b"", BLOCK) == ANSWER
    assert nodes.transports[0].asked == []


def test_confirmed_call__insists__one_that_rests_may_object() -> None:
    nodes = resting(saying("0x" + "00" * 32), down)
    with pytest.raises(AttestorError, match="no majority"):
        nodes.node.confirmed_call(CONTRACT, b"", BLOCK, insists=True)
    assert nodes.transports[0].asked == ["eth_call"]


def test_poll__others_answer__those_that_rest_are_asked_by_one_that_insists_alone() -> None:
    assert polled(resting(None, down), insists=False) == [False, True, False]
    assert polled(resting(None, down), insists=True) == [False, True, False, True]


def test_poll__left_out__is_not_asked_as_the_last_resort_either() -> None:
    nodes = resting(down)
    query: Query[Any] = Query("eth_chainId", [], lambda found: found)
    said = list(nodes.node.poll(query, lambda one: one is nodes.node.pool.endpoints[1]))
    assert [endpoint.label for endpoint, _ in said] == ["http://b.example"]
    assert nodes.transports[0].asked == []


def test_receipt__others_have_none__is_an_answer() -> None:
    nodes = resting(saying(None), down)
    assert nodes.node.receipt(TRANSACTION) is None
    assert nodes.transports[0].asked == []


def test_send__no_other_takes_it__one_that_rests_is_sent_it() -> None:
    nodes = resting(down, sends_refused("txpool is full"))
    nodes.node.send(b"raw", TRANSACTION)
    assert nodes.transports[0].asked == ["eth_sendRawTransaction"]


def test_send__another_takes_it__one_that_rests_is_left_alone() -> None:
    nodes = resting(down, None)
    nodes.node.send(b"raw", TRANSACTION)
    assert nodes.transports[0].asked == []


@pytest.mark.parametrize("layout", list(Layout))
def test_vouches_for__the_only_one_that_answers_says_no__one_that_rests_may_object(
    layout: Layout,
) -> None:
    nodes = resting(calling(NO), down, gives=calling(YES))
    registry = Registry(nodes.node, CONTRACT, layout).at(BLOCK)
    with pytest.raises(EndpointsDisagree):
        registry.vouches_for(SIGNER)
    assert ("eth_getProof" in nodes.transports[0].asked) == (layout is Layout.ATTESTOR)


def test_vouches_for__all_say_no__is_no() -> None:
    nodes = resting(calling(NO), calling(NO), gives=calling(NO))
    assert Registry(nodes.node, CONTRACT, Layout.UPSTREAM).at(BLOCK).vouches_for(SIGNER) is False


def test_vouches_for__the_only_one_that_answers_says_yes__is_enough() -> None:
    nodes = resting(calling(YES), down, gives=calling(NO))
    assert Registry(nodes.node, CONTRACT).at(BLOCK).vouches_for(SIGNER) is True
    assert nodes.transports[0].asked == []

"""Second opinions, sends to all, and failing over."""

import contextlib
import threading
from dataclasses import replace
from typing import Any

import pytest
from cases.lying_endpoints import Question, Reply
from cases.small_chain import ACCOUNT, ANSWER, CONTRACT, TRANSACTION, SmallChain
from loguru import logger
from unit.chain.endpoints import Clock, MemoryHttp, node_of

from attestor.chain import wire
from attestor.core.blocks import Block
from attestor.core.text import from_hex
from attestor.errors import (
    BlockUnknown,
    EndpointsDisagree,
    RpcError,
    RpcThrottled,
    RpcUnreachable,
    WrongChain,
)
from attestor.net import Deadline

CHAIN = SmallChain()
HEAD = from_hex(CHAIN.head["hash"])
BLOCK = wire.block(CHAIN.head, check_hash=True)


def down(question: Question) -> Reply:
    return Reply(b"", manner="drop")


def dripping(question: Question) -> Reply:
    return Reply(b"", manner="drip")


def saying(result: Any) -> Any:
    return lambda question: question.reply(result=result)


def refusing(message: str, **error: Any) -> Any:
    return lambda question: question.reply(error={"message": message, **error})


def sends_refused(message: str) -> Any:
    """Refuses sends and does not know the transaction."""

    def lie(question: Question) -> Reply:
        if question.method == "eth_getTransactionByHash":
            return question.reply(result=None)
        return question.reply(error={"code": -32000, "message": message})

    return lie


class Nodes:
    """Endpoints that lie as they are told, or are honest for None."""

    def __init__(self, *lies: Any) -> None:
        self.clock = Clock()
        self.transports = [MemoryHttp(CHAIN, lie) for lie in lies]
        self.node = node_of(self.transports, self.clock)

    @property
    def asked(self) -> list[int]:
        return [len(one.asked) for one in self.transports]


def test_call__revert__is_an_answer_and_asks_no_other() -> None:
    nodes = Nodes(refusing("execution reverted", code=3, data="0x01"), None, None)
    with pytest.raises(RpcError) as caught:
        nodes.node.call(CONTRACT, b"", at=HEAD)
    assert caught.value.data == b"\x01"
    assert nodes.asked == [1, 0, 0]


def test_call__refusal_of_the_node__is_tried_elsewhere() -> None:
    assert Nodes(refusing("method disabled", code=-32601), None).node.call(CONTRACT, b"") == ANSWER


def test_call__none_has_the_block__names_each_and_its_words() -> None:
    nodes = Nodes(None, None)
    with pytest.raises(BlockUnknown, match=r"a\.example: .*header not found; http://b\.example"):
        nodes.node.call(CONTRACT, b"", at=b"\x01" * 32)


def test_call__at_a_block__asks_for_it_as_canonical() -> None:
    params: list[Any] = []

    def noted(question: Question) -> Reply:
        params.extend(question.params)
        return question.truth

    Nodes(noted).node.call(CONTRACT, b"\x01", ACCOUNT, HEAD, value=5, gas_price=7)
    assert params[1] == {"blockHash": CHAIN.head["hash"], "requireCanonical": True}
    assert (params[0]["value"], params[0]["gasPrice"]) == ("0x5", "0x7")


def test_read__all_fail__the_most_telling_error_has_the_words_of_all() -> None:
    nodes = Nodes(down, refusing("internal trouble"), lambda question: Reply(b"[]"))
    with pytest.raises(RpcError, match="internal trouble; .*drop; .*not an object"):
        nodes.node.nonce(ACCOUNT)


def test_read__endpoint_that_failed__is_asked_later_and_returns() -> None:
    nodes = Nodes(down, None)
    for _ in range(3):
        nodes.node.nonce(ACCOUNT)
    assert nodes.asked == [1, 3]
    nodes.transports[0].lie, nodes.transports[1].lie = None, down
    nodes.node.nonce(ACCOUNT)
    assert nodes.transports[0].asked[-2:] == ["eth_chainId", "eth_getTransactionCount"]


def test_read__endpoint_returns_on_another_chain__is_not_believed() -> None:
    nodes = Nodes(down, None)
    nodes.node.nonce(ACCOUNT)
    nodes.transports[0].lie = lambda question: (
        question.reply(result="0x1")
        if question.method == "eth_chainId"
        else question.reply(result="0x63")
    )
    nodes.transports[1].lie = down
    with pytest.raises(WrongChain, match="chain id 1, expected 31337"):
        nodes.node.nonce(ACCOUNT)


def test_read__new_connection__has_its_chain_checked_before_the_answer_is_believed() -> None:
    nodes = Nodes(None)
    nodes.transports[0].reconnects = True
    nodes.node.nonce(ACCOUNT)
    assert nodes.transports[0].asked == ["eth_getTransactionCount", "eth_chainId"]


def test_read__retry_after__is_kept_to_the_second() -> None:
    nodes = Nodes(lambda question: Reply(b"slow down", 429, {"Retry-After": "30"}))
    for second in range(31):
        nodes.clock.now = 1000.0 + second * 0.99
        with pytest.raises(RpcThrottled):
            nodes.node.nonce(ACCOUNT)
    assert nodes.asked == [1]
    nodes.transports[0].lie = None
    nodes.clock.now = 1030.1
    assert nodes.node.nonce(ACCOUNT) == 7


def test_read__others_while_one_asks_to_wait__are_used() -> None:
    nodes = Nodes(lambda question: Reply(b"", 503, {"Retry-After": "30"}), None)
    for _ in range(5):
        assert nodes.node.nonce(ACCOUNT) == 7
    assert nodes.asked == [1, 5]


def test_read__single_endpoint_that_failed_often__is_still_asked() -> None:
    nodes = Nodes(down)
    for _ in range(20):
        with pytest.raises(RpcUnreachable):
            nodes.node.nonce(ACCOUNT)
    nodes.transports[0].lie = None
    assert nodes.node.nonce(ACCOUNT) == 7


def test_read__one_that_was_throttled_for_blocks_is_the_last_that_answers__is_asked() -> None:
    """It never said for how long: what was guessed ends before the next block."""
    limited = refusing("rate limit exceeded, upgrade", code=-32005)
    nodes = Nodes(None, limited, None)
    for _ in range(10):
        with contextlib.suppress(RpcUnreachable):
            nodes.node.pool.endpoints[1].require_chain()
        nodes.clock.now += 12.0
    for transport, lie in zip(nodes.transports, (down, None, down), strict=True):
        transport.lie = lie
    assert nodes.node.nonce(ACCOUNT) == 7


def test_within__time_is_over__asks_nobody() -> None:
    nodes, now = Nodes(None, None), [0.0]
    view = nodes.node.within(Deadline(5.0, lambda: now[0]))
    assert view.nonce(ACCOUNT) == 7
    now[0] = 5.0
    with pytest.raises(RpcUnreachable, match="no time was left"):
        view.nonce(ACCOUNT)
    assert nodes.node.nonce(ACCOUNT) == 7


def test_decision__dripping_endpoints__all_calls_together_end_in_its_time() -> None:
    """Each call alone has its time; what bounds them all is the decision."""
    nodes = Nodes(None)

    def slow(question: Any) -> Any:
        nodes.clock.now += 8.0
        return question.truth

    nodes.transports[0].lie = slow
    began, answers = nodes.clock.now, 0
    with nodes.node.pool.decision.within(20.0), pytest.raises(RpcUnreachable, match="no time"):
        for _ in range(100):
            assert nodes.node.nonce(ACCOUNT) == 7
            answers += 1
    assert answers == 3
    assert nodes.clock.now - began == 24.0
    assert nodes.node.nonce(ACCOUNT) == 7, "outside of it nothing is bound"


def test_decision__two_of_three_drip__leave_time_for_all_that_the_third_is_asked() -> None:
    nodes = Nodes(dripping, None, dripping)
    for one in nodes.transports:
        one.clock = nodes.clock
    began = nodes.clock.now
    with nodes.node.pool.decision.within(15.0):
        for _ in range(3):
            assert nodes.node.head() == BLOCK
            assert nodes.node.confirmed_call(CONTRACT, b"", BLOCK) == ANSWER
    assert nodes.clock.now - began < 15.0


def test_decision__single_endpoint__has_all_the_time() -> None:
    nodes = Nodes(dripping)
    nodes.transports[0].clock, began = nodes.clock, nodes.clock.now
    with nodes.node.pool.decision.within(8.0), pytest.raises(RpcUnreachable):
        nodes.node.nonce(ACCOUNT)
    assert nodes.clock.now - began == 8.0


def test_decision__within_another__has_no_more_time_than_that() -> None:
    nodes = Nodes(None)
    decision = nodes.node.pool.decision
    with decision.within(5.0), decision.within(60.0):
        nodes.clock.now += 5.0
        with pytest.raises(RpcUnreachable):
            nodes.node.nonce(ACCOUNT)


def test_decision__of_another_thread__is_not_bound() -> None:
    nodes, answers = Nodes(None), []
    with nodes.node.pool.decision.within(5.0):
        nodes.clock.now += 5.0
        other = threading.Thread(target=lambda: answers.append(nodes.node.nonce(ACCOUNT)))
        other.start()
        other.join()
    assert answers == [7]


OTHER_BLOCK = SmallChain(20, fork_at=10).head
"""Of the same number as the head, with a good hash."""


@pytest.mark.parametrize(
    ("lies", "agreed"),
    [
        ((None,), True),
        ((down,), False),
        ((None, None, down), True),
        ((None, down, down), True),
        ((None, down), True),
        ((down, down), False),
        ((None, saying(OTHER_BLOCK)), False),
        ((None, saying(OTHER_BLOCK), down), False),
        ((None, saying(OTHER_BLOCK), saying(OTHER_BLOCK)), False),
        ((saying(OTHER_BLOCK), None, None), True),
    ],
)
def test_agrees__majority_of_those_that_answer__is_needed(
    lies: tuple[Any, ...], agreed: bool
) -> None:
    block = Block(19, HEAD, bytes(32), 0)
    assert Nodes(*lies).node.agrees(block) is agreed


def test_agrees__another_block__is_not_agreed_to() -> None:
    assert not Nodes(None, None, None).node.agrees(Block(19, b"\x01" * 32, bytes(32), 0))


def test_confirmed_call__one_endpoint__is_asked_twice_on_two_connections() -> None:
    nodes = Nodes(None)
    assert nodes.node.confirmed_call(CONTRACT, b"", BLOCK) == ANSWER
    assert nodes.transports[0].fresh == [False, True]


def test_confirmed_call__one_endpoint_that_changes_its_answer__disagrees_with_itself() -> None:
    answers = iter(["0x01", "0x02"])
    nodes = Nodes(lambda question: question.reply(result=next(answers)))
    with pytest.raises(EndpointsDisagree, match=r"a\.example answers 0x01, and 0x02 when"):
        nodes.node.confirmed_call(CONTRACT, b"", BLOCK)


def test_confirmed_call__revert_of_a_majority__is_raised() -> None:
    revert = refusing("execution reverted", code=3, data="0x01")
    nodes = Nodes(None, revert, refusing("reverted, in other words", data="0x01"))
    with pytest.raises(RpcError) as caught:
        nodes.node.confirmed_call(CONTRACT, b"", BLOCK)
    assert caught.value.data == b"\x01"


@pytest.mark.parametrize("others", [(down,), (down, down)])
def test_confirmed_call__only_one_answers__is_asked_twice(others: tuple[Any, ...]) -> None:
    nodes = Nodes(*others, None)
    assert nodes.node.confirmed_call(CONTRACT, b"", BLOCK) == ANSWER
    assert nodes.transports[-1].fresh[-2:] == [False, True]
    answers = iter(["0x01", "0x02"])
    fickle = Nodes(*others, lambda question: question.reply(result=next(answers)))
    with pytest.raises(EndpointsDisagree, match=r"answers 0x01"):
        fickle.node.confirmed_call(CONTRACT, b"", BLOCK)


@pytest.mark.parametrize("others", [(), (down,)])
def test_confirmed_call__one_against_one__is_not_confirmed(others: tuple[Any, ...]) -> None:
    with pytest.raises(EndpointsDisagree, match=r"a\.example answers 0x0.*b\.example answers 0x01"):
        Nodes(None, saying("0x01"), *others).node.confirmed_call(CONTRACT, b"", BLOCK)


def test_confirmed_call__only_one_answers_and_the_block_is_gone__is_not_confirmed() -> None:
    """Who answers for a block that the chain has no more is not the only honest one."""

    def reorged(question: Question) -> Reply:
        if question.method == "eth_call":
            return question.reply(error={"code": -32000, "message": "header not found"})
        return question.reply(**CHAIN.answer(question.method, question.params))

    def zeros(question: Question) -> Reply:
        if question.method == "eth_call":
            return question.reply(result="0x" + "00" * 32)
        return question.reply(**CHAIN.answer(question.method, question.params))

    gone = replace(BLOCK, hash=b"\x01" * 32)
    with pytest.raises(EndpointsDisagree):
        Nodes(zeros, reorged, down).node.confirmed_call(CONTRACT, b"", gone)


def test_confirmed_call__only_one_answers_and_another_lags__counts() -> None:
    lags = refusing("header not found", code=-32000)
    assert Nodes(None, lags, down).node.confirmed_call(CONTRACT, b"", BLOCK) == ANSWER


def test_confirmed_call__nobody_answers__is_their_error() -> None:
    with pytest.raises(RpcUnreachable):
        Nodes(down, down, down).node.confirmed_call(CONTRACT, b"", BLOCK)


def test_receipt__one_without_it__is_no_proof_of_absence() -> None:
    found = Nodes(saying(None), saying(None), None).node.receipt(TRANSACTION)
    assert found is not None
    assert found.logs[0].data == b"\x12\x34"
    assert Nodes(saying(None), saying(None), down).node.receipt(TRANSACTION) is None
    assert Nodes(saying(None), down, down).node.receipt(TRANSACTION) is None
    with pytest.raises(RpcUnreachable):
        Nodes(down, down, down).node.receipt(TRANSACTION)


def test_receipt__event_of_another_transaction__is_refused() -> None:
    receipt = CHAIN.receipt("0x" + TRANSACTION.hex())
    receipt["logs"] = [{**CHAIN.log(), "transactionHash": "0x" + "01" * 32}]
    assert Nodes(saying(receipt), None).node.receipt(TRANSACTION) is not None


def test_send__several__all_get_the_same_bytes() -> None:
    nodes = Nodes(None, None, None)
    nodes.node.send(b"raw", TRANSACTION)
    assert [one.asked for one in nodes.transports] == [["eth_sendRawTransaction"]] * 3


@pytest.mark.parametrize("place", [0, 1, 2])
def test_send__one_takes_it__is_sent(place: int) -> None:
    lies: list[Any] = [sends_refused("nonce too low"), down, sends_refused("txpool is full")]
    lies[place] = None
    Nodes(*lies).node.send(b"raw", TRANSACTION)


def test_send__none_takes_it__is_what_most_say() -> None:
    low, poor = sends_refused("nonce too low"), sends_refused("insufficient funds")
    with pytest.raises(RpcError, match="nonce too low"):
        Nodes(poor, low, low).node.send(b"raw", TRANSACTION)
    with pytest.raises(RpcError, match="insufficient funds"):
        Nodes(down, down, poor).node.send(b"raw", TRANSACTION)
    with pytest.raises(RpcUnreachable):
        Nodes(down, down).node.send(b"raw", TRANSACTION)


def test_require_chain__one_of_another_chain__is_refused_though_the_first_is_right() -> None:
    with pytest.raises(WrongChain, match=r"b\.example is on chain id 1"):
        Nodes(None, saying("0x1"), None).node.require_chain()


def test_require_chain__one_that_is_down__does_not_stop_the_start() -> None:
    Nodes(down, None).node.require_chain()
    with pytest.raises(RpcUnreachable):
        Nodes(down, down).node.require_chain()


def test_read__endpoint_that_goes_and_returns__is_told_once_each() -> None:
    lines: list[str] = []
    sink = logger.add(lambda message: lines.append(str(message)), format="{level} {message}")
    try:
        nodes = Nodes(down, down)
        for _ in range(50):
            with pytest.raises(RpcUnreachable):
                nodes.node.nonce(ACCOUNT)
        nodes.transports[0].lie = None
        for _ in range(5):
            nodes.node.nonce(ACCOUNT)
    finally:
        logger.remove(sink)
    assert [line.split()[0] for line in lines] == ["WARNING", "WARNING", "INFO"]
    assert "a.example" in lines[0]
    assert lines[2] == "INFO http://a.example answers again\n"


class Balanced:
    """One URL before several nodes: every third request is answered by one that lags."""

    def __init__(self, behind: Any) -> None:
        self.behind = behind
        self.count = 0

    def __call__(self, question: Question) -> Reply:
        self.count += 1
        reply: Reply = self.behind(question) if self.count % 3 != 0 else question.truth
        return reply


def lagging(question: Question) -> Reply:
    return question.reply(**SmallChain(16).answer(question.method, question.params))


def test_call__one_url_before_nodes_that_lag__is_asked_again_on_new_connections() -> None:
    nodes = Nodes(Balanced(lagging))
    assert nodes.node.call(CONTRACT, b"", at=HEAD) == ANSWER
    assert nodes.transports[0].fresh == [False, True, True]
    assert nodes.node.agrees(Block(19, HEAD, bytes(32), 0))
    assert nodes.node.block_by_hash(HEAD).number == 19


def test_receipt__one_url_before_a_node_that_lags__is_asked_again() -> None:
    def none_at_first(question: Question) -> Reply:
        return question.truth if len(nodes.transports[0].asked) > 1 else question.reply(result=None)

    nodes = Nodes(none_at_first)
    assert nodes.node.receipt(TRANSACTION) is not None


@pytest.mark.parametrize("lie", [down, saying("0xzz"), lambda question: Reply(b"[]")])
def test_read__one_bad_answer_of_a_single_endpoint__is_asked_for_again(lie: Any) -> None:
    nodes = Nodes(lambda question: None)
    nodes.transports[0].lie = lambda question: (
        lie(question) if len(nodes.transports[0].asked) == 1 else question.truth
    )
    assert nodes.node.nonce(ACCOUNT) == 7


def test_read__endpoint_that_is_down_for_long__is_asked_once_per_read() -> None:
    nodes = Nodes(down)
    for _ in range(100):
        with pytest.raises(RpcUnreachable):
            nodes.node.nonce(ACCOUNT)
    assert nodes.asked[0] <= 104


def reverting(question: Question) -> Reply:
    """Its receipts say that what succeeded, or is not mined at all, has reverted."""
    if question.method == "eth_getTransactionReceipt":
        return question.changed(status="0x0")
    return question.truth


def test_receipt__one_endpoint_says_reverted__most_are_believed() -> None:
    found = Nodes(reverting, None, None).node.receipt(TRANSACTION)
    assert found is not None
    assert found.succeeded


@pytest.mark.parametrize(
    ("others", "confirmed"),
    [
        ((None, None), False),
        ((saying(None), saying(None)), False),
        ((saying(None), down), False),
        ((reverting, None), True),
        ((down, down), True),
        ((), True),
    ],
)
def test_confirms__receipt_that_says_reverted__counts_by_majority(
    others: tuple[Any, ...], confirmed: bool
) -> None:
    told = Nodes(reverting).node.receipt(TRANSACTION)
    assert told is not None
    assert Nodes(reverting, *others).node.confirms(told) is confirmed

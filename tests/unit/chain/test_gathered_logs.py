"""A contract's events by several endpoints: what one leaves out another has, and what one makes up
nobody else has."""

from typing import Any

import pytest
from cases.lying_endpoints import Question, Reply
from cases.small_chain import CONTRACT, TRANSACTION_BLOCK, SmallChain
from hypothesis import given
from hypothesis import strategies as st
from unit.chain.endpoints import Clock, MemoryHttp, node_of

from attestor.chain import quorum
from attestor.core.transaction import Log
from attestor.errors import EndpointsDisagree, RpcError

CHAIN = SmallChain()
MADE_UP = {**CHAIN.log(), "data": "0x6666"}


def down(question: Question) -> Reply:
    return Reply(b"", manner="drop")


def lying(**results: Any) -> Any:
    """Of these methods it says something else."""

    def lie(question: Question) -> Reply:
        if question.method in results:
            return question.reply(result=results[question.method])
        return question.truth

    return lie


leaves_out = lying(eth_getLogs=[])
leaves_out_of_receipts = lying(
    eth_getLogs=[],
    eth_getTransactionReceipt={**CHAIN.receipt(CHAIN.log()["transactionHash"]), "logs": []},
)
makes_up = lying(
    eth_getLogs=[MADE_UP],
    eth_getTransactionReceipt={
        **CHAIN.receipt(CHAIN.log()["transactionHash"]),
        "logs": [MADE_UP],
    },
)


def asked(*lies: Any) -> tuple[list[MemoryHttp], list[Log]]:
    transports = [MemoryHttp(CHAIN, lie) for lie in lies]
    node = node_of(transports, Clock())
    return transports, node.logs_of_most(CONTRACT, TRANSACTION_BLOCK, TRANSACTION_BLOCK)


def data(*lies: Any) -> list[str]:
    return [log.data.hex() for log in asked(*lies)[1]]


@pytest.mark.parametrize(
    "lies",
    [
        (None,),
        (None, None, None),
        (leaves_out, None),
        (leaves_out, None, None),
        (leaves_out, leaves_out, None),
        (leaves_out, None, down),
        (leaves_out_of_receipts, None, None),
        (makes_up, None, None),
        (None, down, down),
    ],
)
def test_logs_of_most__one_leaves_out_or_makes_up__are_the_chains(lies: tuple[Any, ...]) -> None:
    assert data(*lies) == ["1234"]


def test_logs_of_most__single_endpoint_of_two_nodes_of_which_one_lags__has_it() -> None:
    answers = [[], [CHAIN.log()]]

    def lags(question: Question) -> Reply:
        if question.method == "eth_getLogs":
            return question.reply(result=answers.pop(0))
        return question.truth

    assert data(lags) == ["1234"]


def test_logs_of_most__as_many_have_it_as_have_not__raises() -> None:
    with pytest.raises(EndpointsDisagree, match=f"block {TRANSACTION_BLOCK} as have not"):
        asked(leaves_out_of_receipts, None)


def test_logs_of_most__all_list_the_same__nothing_else_is_asked() -> None:
    transports, _ = asked(None, None, None)
    assert [len(one.asked) for one in transports] == [1, 1, 1]


def test_logs_of_most__all_refuse__raises_what_they_say() -> None:
    def refuses(question: Question) -> Reply:
        return question.reply(error={"code": -32005, "message": "block range too large"})

    with pytest.raises(RpcError, match="range too large"):
        asked(refuses, refuses)


class Listing:
    """A pool of endpoints in memory, each of which lists some of what there is."""

    def __init__(self, lists: list[list[int]]) -> None:
        self.endpoints = self.lists = lists
        self.quorum = len(lists) // 2 + 1

    def poll(self, query: Any, deadline: Any) -> Any:
        return ((None, one) for one in self.lists)


@given(
    truth=st.sets(st.integers(0, 5)),
    seen=st.lists(
        st.tuples(st.sets(st.integers(0, 5)), st.sets(st.integers(6, 9))), min_size=1, max_size=3
    ),
)
def test_gathered__one_is_honest__is_the_truth(
    truth: set[int], seen: list[tuple[set[int], set[int]]]
) -> None:
    """Of the others each leaves out what it likes, and makes up what it likes."""
    liars = [sorted((truth - left) | made) for left, made in seen]
    pool: Any = Listing([*liars, sorted(truth)])
    query: Any = None
    found = quorum.gathered(pool, query, lambda item: item in truth)
    assert set(found) == truth
    assert len(found) == len(truth)

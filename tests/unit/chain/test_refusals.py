"""Nodes' words about reads that they refuse."""

import pytest

from attestor.chain.refusals import is_of_endpoints, is_revert, told_apart
from attestor.errors import (
    AttestorError,
    BlockUnknown,
    EndpointsDisagree,
    HeaderInvalid,
    PayerEmpty,
    QuoteUnavailable,
    RegistrationRejected,
    RpcAnswerInvalid,
    RpcError,
    RpcThrottled,
    WrongChain,
)

HASH = "0x" + "ab" * 32


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (-32000, "header not found"),
        (-32000, "header for hash not found"),
        (-32000, "hash is not currently canonical"),
        (-32000, f"hash {HASH} is not currently canonical"),
        (-32000, "unknown block"),
        (-32001, f"block not found: canonical hash {HASH}"),
        (-32001, f"{HASH} could not be found"),
        (-32000, f"{HASH} block is not canonical"),
        (-32001, "Resource not found"),
        (-32602, "BlockOutOfRangeError: block height is 3 but requested was 153"),
        (-39001, "Unknown block"),
        (-32000, f"missing trie node {HASH} (path ) state {HASH} is not available"),
        (-32000, "historical state 12ab is not available"),
        (-32002, "No state available for block"),
        (-32000, "World state unavailable"),
        (-32001, "whatever"),
    ],
)
def test_told_apart__block_that_the_node_lacks__is_unknown(number: int, message: str) -> None:
    told = told_apart(RpcError(f"eth_call: {message}", number=number))
    assert isinstance(told, BlockUnknown)
    assert message in told.message


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (429, "whatever"),
        (-32005, "daily request count exceeded, request rate limited"),
        (-32005, "project ID request rate exceeded"),
        (-32007, "50/second request limit reached - Too Many Requests"),
        (-32000, "Your app has exceeded its compute units per second capacity"),
    ],
)
def test_told_apart__limit_of_the_provider__is_a_throttle(number: int, message: str) -> None:
    assert isinstance(told_apart(RpcError(message, number=number)), RpcThrottled)


@pytest.mark.parametrize(
    "error",
    [
        RpcError("execution reverted: block not found"),
        RpcError("execution reverted", number=3),
        RpcError("eth_call: header not found", data=b"\x01"),
        RpcError("eth_call: VM Exception while processing transaction: revert rate limit"),
    ],
)
def test_told_apart__revert_whatever_it_says__is_an_answer(error: RpcError) -> None:
    assert is_revert(error)
    assert told_apart(error) is error


@pytest.mark.parametrize(
    "message", ["out of gas", "invalid opcode", "query returned more than 10000 results"]
)
def test_told_apart__other_refusal__stays_the_nodes_own(message: str) -> None:
    error = RpcError(message, number=-32005)
    assert told_apart(error) is error
    assert not is_revert(error)


@pytest.mark.parametrize(
    ("error", "is_theirs"),
    [
        (RpcThrottled("wait"), True),
        (RpcAnswerInvalid("null"), True),
        (HeaderInvalid("another hash"), True),
        (BlockUnknown("header not found"), True),
        (EndpointsDisagree("one says no"), True),
        (WrongChain("of chain 1"), True),
        (RpcError("internal error", number=-32603), True),
        (RpcError("execution reverted"), False),
        (RpcError("it fails", number=3), False),
        (RegistrationRejected("Paused"), False),
        (PayerEmpty("no ether"), False),
        (QuoteUnavailable("no device"), False),
    ],
)
def test_is_of_endpoints__what_is_asked_for_is_refused__is_not(
    error: AttestorError, is_theirs: bool
) -> None:
    assert is_of_endpoints(error) is is_theirs

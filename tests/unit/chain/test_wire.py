"""Strict decoding of what a node says."""

from typing import Any

import pytest
from cases.small_chain import SmallChain

from attestor.chain import wire
from attestor.core import header
from attestor.core.text import to_hex
from attestor.errors import HeaderInvalid, RpcAnswerInvalid

HASH = "0x" + "ab" * 32


@pytest.mark.parametrize(
    ("text", "value"), [("0x0", 0), ("0x10", 16), ("0x" + "f" * 64, 2**256 - 1)]
)
def test_quantity__well_formed__is_the_number(text: str, value: int) -> None:
    assert wire.quantity(text, "x") == value


@pytest.mark.parametrize(
    "wrong",
    [None, 16, "16", "0x", "0x-1", "0x1_0", "0x 1", "0xg", "0x" + "f" * 65, [], True, "0X10"],
)
def test_quantity__malformed__is_refused_by_name(wrong: object) -> None:
    with pytest.raises(RpcAnswerInvalid, match="block number is"):
        wire.quantity(wrong, "block number")


def test_data__wrong_length__is_refused() -> None:
    assert wire.data("0xabcd", "x", 2) == b"\xab\xcd"
    with pytest.raises(RpcAnswerInvalid, match="hash has 1 bytes, expected 32"):
        wire.data("0xab", "hash", 32)


@pytest.mark.parametrize("wrong", [None, 1, "ab", "0xa", "0xzz", {}])
def test_data__malformed__is_refused(wrong: object) -> None:
    with pytest.raises(RpcAnswerInvalid, match="hash is"):
        wire.data(wrong, "hash")


def plain_block(**changes: Any) -> dict[str, Any]:
    return {
        "number": "0x5",
        "hash": HASH,
        "parentHash": "0x" + "cd" * 32,
        "timestamp": "0x64",
        "baseFeePerGas": "0x7",
        **changes,
    }


def test_block__unchecked__takes_the_claims() -> None:
    block = wire.block(plain_block(), check_hash=False)
    assert (block.number, block.timestamp, block.base_fee) == (5, 100, 7)
    assert block.hash == b"\xab" * 32


def test_block__base_fee_that_is_null_or_left_out__is_zero() -> None:
    """Of Scroll's nodes, and of chains without EIP-1559."""
    fields = plain_block(baseFeePerGas=None)
    assert wire.block(fields, check_hash=False).base_fee == 0
    del fields["baseFeePerGas"]
    assert wire.block(fields, check_hash=False).base_fee == 0


def test_block__checked__has_the_bloom_filter_of_its_header() -> None:
    found = {**SmallChain().head, "logsBloom": "0x" + "00" * 255 + "81"}
    found["hash"] = to_hex(header.hash_of(header.encode(found)))
    assert wire.block(found, check_hash=True).logs_bloom == 0x81
    assert wire.block(found, check_hash=False).logs_bloom is None


def test_block__empty_bloom_filter__says_something_only_without_transactions() -> None:
    found = {**SmallChain().head, "logsBloom": "0x" + "00" * 256}
    for root, expected in (
        (wire.EMPTY_ROOT.upper().replace("X", "x"), 0),
        ("0x" + "11" * 32, None),
    ):
        fields = {**found, "transactionsRoot": root}
        fields["hash"] = to_hex(header.hash_of(header.encode(fields)))
        assert wire.block(fields, check_hash=True).logs_bloom == expected


def test_block__checked__must_be_a_whole_header() -> None:
    with pytest.raises(HeaderInvalid, match="sha3Uncles"):
        wire.block(plain_block(), check_hash=True)


@pytest.mark.parametrize("name", ["number", "hash", "parentHash", "timestamp"])
def test_block__missing_field__is_refused(name: str) -> None:
    fields = plain_block()
    del fields[name]
    with pytest.raises(RpcAnswerInvalid):
        wire.block(fields, check_hash=False)


@pytest.mark.parametrize("wrong", [None, [], "0x1", 7])
def test_block__not_an_object__is_refused(wrong: object) -> None:
    with pytest.raises(RpcAnswerInvalid, match="not a JSON-RPC object"):
        wire.block(wrong, check_hash=False)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [(None, "is null,"), (True, "is true,"), ({}, "is an object,"), ("x" * 99, 'is "' + "x" * 80)],
)
def test_quantity__that_is_none__is_told_as_the_node_wrote_it(wrong: object, told: str) -> None:
    with pytest.raises(RpcAnswerInvalid, match=f"^it {told}"):
        wire.quantity(wrong, "it")


def plain_receipt(**changes: Any) -> dict[str, Any]:
    return {
        "transactionHash": HASH,
        "blockNumber": "0x9",
        "blockHash": HASH,
        "status": "0x1",
        "gasUsed": "0x5208",
        "effectiveGasPrice": "0x3",
        "contractAddress": None,
        **changes,
    }


def test_receipt__well_formed__is_decoded() -> None:
    receipt = wire.receipt(plain_receipt(), b"\xab" * 32)
    assert (receipt.block_number, receipt.gas_used, receipt.succeeded) == (9, 21000, True)
    assert receipt.contract is None
    assert not wire.receipt(plain_receipt(status="0x0"), b"\xab" * 32).succeeded


def test_receipt__of_another_transaction__is_refused() -> None:
    with pytest.raises(RpcAnswerInvalid, match="another transaction"):
        wire.receipt(plain_receipt(), b"\xcd" * 32)


@pytest.mark.parametrize("status", ["0x2", None, 1, "1"])
def test_receipt__odd_status__is_refused(status: object) -> None:
    with pytest.raises(RpcAnswerInvalid, match="status"):
        wire.receipt(plain_receipt(status=status), b"\xab" * 32)


def test_log__five_topics__is_refused() -> None:
    log = {
        "address": "0x" + "11" * 20,
        "topics": [HASH] * 5,
        "data": "0x",
        "blockNumber": "0x1",
        "blockHash": HASH,
        "transactionHash": HASH,
    }
    with pytest.raises(RpcAnswerInvalid, match="topics"):
        wire.log(log)
    assert wire.log({**log, "topics": [HASH] * 4}).topics == (b"\xab" * 32,) * 4

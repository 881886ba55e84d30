"""Calls of contracts as JSON-RPC has them: the transaction, the block, and what comes back."""

from collections.abc import Callable
from typing import Any

from attestor.chain import wire
from attestor.chain.endpoint import Query
from attestor.core.text import to_hex

Require = Callable[[bytes], object]
"""Raises `RpcAnswerInvalid` for return data that cannot be."""


def anything(answer: bytes) -> None:
    """Whatever a call returns."""


def transaction(
    to: bytes | None,
    calldata: bytes,
    sender: bytes | None = None,
    value: int = 0,
    gas_price: int | None = None,
    gas: int | None = None,
) -> dict[str, str]:
    """What `eth_call` and `eth_estimateGas` are given. Without `to` the calldata is code."""
    transaction = {"data": to_hex(calldata)}
    if to is not None:
        transaction["to"] = to_hex(to)
    if sender is not None:
        transaction["from"] = to_hex(sender)
    if value:
        transaction["value"] = hex(value)
    if gas_price is not None:
        transaction["gasPrice"] = hex(gas_price)
    if gas is not None:
        transaction["gas"] = hex(gas)
    return transaction


def call_query(
    transaction: dict[str, str], at: bytes | None, require: Require, insists: bool = False
) -> Query[bytes]:
    """`eth_call` at the block of the hash `at`, or at the newest."""

    def decode(found: Any) -> bytes:
        answer = wire.data(found, "call result")
        require(answer)
        return answer

    return Query("eth_call", [transaction, place(at)], decode, insists=insists)


def place(at: bytes | None) -> object:
    """The block parameter: a hash, which has to be canonical (EIP-1898), or the newest block."""
    if at is None:
        return "latest"
    return {"blockHash": to_hex(at), "requireCanonical": True}

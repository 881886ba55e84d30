"""Strict decoding of a node's JSON: types, lengths, ranges, and that it is what was asked for."""

from dataclasses import dataclass
from typing import Any

from attestor.core import header
from attestor.core.blocks import Block
from attestor.core.text import from_hex, to_hex
from attestor.core.transaction import Receipt
from attestor.errors import HeaderInvalid, RpcAnswerInvalid


@dataclass(frozen=True)
class Log:
    """An event as a node returns it: topics of 32 bytes, data of any length."""

    address: bytes
    topics: tuple[bytes, ...]
    data: bytes
    block_number: int
    block_hash: bytes
    transaction_hash: bytes
    index: int | None = None
    """Its place among all events of its block; None where the node does not say."""


def quantity(value: object, what: str) -> int:
    """A JSON-RPC quantity: 0x and at most 64 hexadecimal digits."""
    if isinstance(value, str) and value.startswith("0x") and 2 < len(value) <= 66:
        try:
            if value[2:].isalnum():
                return int(value[2:], 16)
        except ValueError:
            pass
    raise _malformed(value, what, "quantity")


def data(value: object, what: str, length: int | None = None) -> bytes:
    """JSON-RPC data, of exactly `length` bytes when given."""
    if not isinstance(value, str):
        raise _malformed(value, what, "data")
    try:
        decoded = from_hex(value)
    except ValueError:
        raise _malformed(value, what, "data") from None
    if length is not None and len(decoded) != length:
        raise RpcAnswerInvalid(f"{what} has {len(decoded)} bytes, expected {length}")
    return decoded


def fields(value: object, what: str) -> dict[str, Any]:
    """A JSON object."""
    if not isinstance(value, dict):
        raise _malformed(value, what, "object")
    return value


def block(value: object, check_hash: bool) -> Block:
    """A block; with `check_hash` its header must hash to the hash that the node claims."""
    found = fields(value, "block")
    decoded = Block(
        number=quantity(found.get("number"), "block number"),
        hash=data(found.get("hash"), "block hash", 32),
        parent_hash=data(found.get("parentHash"), "parent hash", 32),
        timestamp=quantity(found.get("timestamp"), "block timestamp"),
        base_fee=quantity(found.get("baseFeePerGas", "0x0"), "base fee"),
    )
    if check_hash and header.hash_of(header.encode(found)) != decoded.hash:
        raise HeaderInvalid(
            f"the header of block {decoded.number} does not hash to the hash the node gives",
            hint="the node lies, or the chain has other headers: see chain.check_headers",
        )
    return decoded


def receipt(value: object, transaction_hash: bytes) -> Receipt:
    """The receipt of that transaction and no other."""
    found = fields(value, "receipt")
    if data(found.get("transactionHash"), "receipt's transaction hash", 32) != transaction_hash:
        raise RpcAnswerInvalid("the node gave the receipt of another transaction")
    status = quantity(found.get("status"), "receipt status")
    if status not in (0, 1):
        raise RpcAnswerInvalid(f"receipt status is {status}")
    contract = found.get("contractAddress")
    return Receipt(
        transaction_hash=transaction_hash,
        block_number=quantity(found.get("blockNumber"), "receipt's block number"),
        block_hash=data(found.get("blockHash"), "receipt's block hash", 32),
        succeeded=status == 1,
        gas_used=quantity(found.get("gasUsed"), "gas used"),
        effective_gas_price=quantity(found.get("effectiveGasPrice", "0x0"), "gas price"),
        contract=None if contract is None else data(contract, "contract address", 20),
    )


def sender(value: object, transaction_hash: bytes, block_hash: bytes) -> bytes:
    """The sender of that transaction, which is in that block."""
    found = fields(value, "transaction")
    if data(found.get("hash"), "transaction hash", 32) != transaction_hash:
        raise RpcAnswerInvalid("the node gave another transaction than was asked for")
    if data(found.get("blockHash"), "transaction's block hash", 32) != block_hash:
        raise RpcAnswerInvalid(f"transaction {to_hex(transaction_hash)} is in another block")
    return data(found.get("from"), "transaction's sender", 20)


def log(value: object) -> Log:
    """An event log."""
    found = fields(value, "log")
    topics = found.get("topics")
    if not isinstance(topics, list) or len(topics) > 4:
        raise _malformed(topics, "log topics", "list")
    return Log(
        address=data(found.get("address"), "log address", 20),
        topics=tuple(data(topic, "log topic", 32) for topic in topics),
        data=data(found.get("data"), "log data"),
        block_number=quantity(found.get("blockNumber"), "log's block number"),
        block_hash=data(found.get("blockHash"), "log's block hash", 32),
        transaction_hash=data(found.get("transactionHash"), "log's transaction hash", 32),
        index=quantity(found["logIndex"], "log's index") if "logIndex" in found else None,
    )


def _malformed(value: object, what: str, kind: str) -> RpcAnswerInvalid:
    return RpcAnswerInvalid(f"{what} is {value!r:.80}, not a JSON-RPC {kind}")

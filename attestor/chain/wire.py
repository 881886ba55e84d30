"""Strict decoding of a node's JSON: types, lengths, ranges, and that it is what was asked for.

Numbers are bounded by what can be, not by what JSON can hold: a chain has no block, no time, no
nonce and no price of 2^63, and nothing further in has to expect one.
"""

import re
from dataclasses import replace
from typing import Any

from attestor.core import header
from attestor.core.blocks import Block
from attestor.core.text import shown, to_hex
from attestor.core.transaction import Log, Receipt
from attestor.errors import HeaderInvalid, RpcAnswerInvalid

WORD_BITS = 256
COUNT_BITS = 63
"""Of heights, times, amounts of gas, nonces (EIP-2681 ends them at 2^64 - 1) and prices in wei per
gas. SQLite's integers have as many."""
MAX_RECEIPT_LOGS = 100_000
"""More than the gas of any block pays for."""
EMPTY_ROOT = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
"""Of the trie of a block without transactions: keccak of the RLP of nothing."""

_QUANTITY = re.compile(r"0x[0-9a-fA-F]{1,64}")
_DATA = re.compile(r"0x[0-9a-fA-F]*")
"""Without a group: each repetition of one costs memory, and answers are long."""


def quantity(value: object, what: str, bits: int = WORD_BITS) -> int:
    """A JSON-RPC quantity: 0x and hexadecimal digits, less than 2^bits."""
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value):
        raise _malformed(value, what, "quantity")
    number = int(value, 16)
    if number >> bits:
        raise RpcAnswerInvalid(
            f"{what} is {shown(value, 80)}, which cannot be: it is 2^{bits} or more"
        )
    return number


def count(value: object, what: str) -> int:
    """A quantity of less than 2^63: a height, a time, a nonce, an amount of gas or its price."""
    return quantity(value, what, COUNT_BITS)


def data(value: object, what: str, length: int | None = None) -> bytes:
    """JSON-RPC data, of exactly `length` bytes when given."""
    if not isinstance(value, str) or len(value) % 2 or not _DATA.fullmatch(value):
        raise _malformed(value, what, "data")
    decoded = bytes.fromhex(value[2:])
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
    base_fee = found.get("baseFeePerGas")
    decoded = Block(
        number=count(found.get("number"), "block number"),
        hash=data(found.get("hash"), "block hash", 32),
        parent_hash=data(found.get("parentHash"), "parent hash", 32),
        timestamp=count(found.get("timestamp"), "block timestamp"),
        # Before EIP-1559 there is none; Scroll's nodes give null for it.
        base_fee=0 if base_fee is None else count(base_fee, "base fee"),
    )
    if not check_hash:
        return decoded
    _require_hash(found, decoded)
    state_root = data(found["stateRoot"], "state root", 32)
    return replace(decoded, logs_bloom=_logs_bloom(found), state_root=state_root)


def receipt(value: object, transaction_hash: bytes) -> Receipt:
    """The receipt of that transaction and no other, with its events."""
    found = fields(value, "receipt")
    if data(found.get("transactionHash"), "receipt's transaction hash", 32) != transaction_hash:
        raise RpcAnswerInvalid("the node gave the receipt of another transaction")
    status = quantity(found.get("status"), "receipt status")
    if status not in (0, 1):
        raise RpcAnswerInvalid(f"receipt status is {status}")
    contract = found.get("contractAddress")
    price = found.get("effectiveGasPrice")
    decoded = Receipt(
        transaction_hash=transaction_hash,
        block_number=count(found.get("blockNumber"), "receipt's block number"),
        block_hash=data(found.get("blockHash"), "receipt's block hash", 32),
        succeeded=status == 1,
        gas_used=count(found.get("gasUsed"), "gas used"),
        effective_gas_price=0 if price is None else count(price, "gas price"),
        contract=None if contract is None else data(contract, "contract address", 20),
        logs=tuple(log(item) for item in _log_items(found.get("logs"))),
    )
    place = (decoded.block_number, decoded.block_hash, transaction_hash)
    if any(
        (one.block_number, one.block_hash, one.transaction_hash) != place for one in decoded.logs
    ):
        raise RpcAnswerInvalid("the receipt has an event of another transaction or block")
    return decoded


def sender(value: object, transaction_hash: bytes, block_hash: bytes) -> bytes:
    """The sender of that transaction, which is in that block."""
    found = fields(value, "transaction")
    if data(found.get("hash"), "transaction hash", 32) != transaction_hash:
        raise RpcAnswerInvalid("the node gave another transaction than was asked for")
    if data(found.get("blockHash"), "transaction's block hash", 32) != block_hash:
        raise RpcAnswerInvalid(f"transaction {to_hex(transaction_hash)} is in another block")
    return data(found.get("from"), "transaction's sender", 20)


def sent(value: object, transaction_hash: bytes) -> tuple[bytes | None, bytes]:
    """The receiver of that transaction, None for a creation, and its calldata."""
    found = fields(value, "transaction")
    if data(found.get("hash"), "transaction hash", 32) != transaction_hash:
        raise RpcAnswerInvalid("the node gave another transaction than was asked for")
    to = found.get("to")
    receiver = None if to is None else data(to, "transaction's receiver", 20)
    return receiver, data(found.get("input"), "transaction's input")


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
        block_number=count(found.get("blockNumber"), "log's block number"),
        block_hash=data(found.get("blockHash"), "log's block hash", 32),
        transaction_hash=data(found.get("transactionHash"), "log's transaction hash", 32),
        index=count(found["logIndex"], "log's index") if "logIndex" in found else None,
    )


def _logs_bloom(found: dict[str, Any]) -> int | None:
    """Of a header that was verified. An empty one says nothing where there are transactions: some
    chains leave it so, and EIP-7668 would have all do."""
    bloom = int.from_bytes(data(found["logsBloom"], "logs' bloom filter", 256), "big")
    return bloom if bloom or found["transactionsRoot"].lower() == EMPTY_ROOT else None


def _log_items(value: object) -> list[Any]:
    """The events of a receipt; nodes that leave them out have none to show."""
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > MAX_RECEIPT_LOGS:
        raise _malformed(value, "receipt's logs", "list")
    return value


def _require_hash(found: dict[str, Any], decoded: Block) -> None:
    if header.hash_of(header.encode(found)) == decoded.hash:
        return
    header.require_known(found)
    raise HeaderInvalid(
        f"the header of block {decoded.number} does not hash to the hash the node gives",
        hint="the node lies, or the chain has other headers: see chain.check_headers",
    )


def _malformed(value: object, what: str, kind: str) -> RpcAnswerInvalid:
    return RpcAnswerInvalid(f"{what} is {shown(value, 80)}, not a JSON-RPC {kind}")

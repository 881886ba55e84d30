"""The JSON-RPC calls that attestor makes, with checked results."""

from typing import Any

from attestor.chain import wire
from attestor.chain.rpc import Rpc
from attestor.core.blocks import Block
from attestor.core.text import to_hex
from attestor.core.transaction import Receipt
from attestor.errors import RpcAnswerInvalid, RpcError, WrongChain


class Node:
    """One node of the chain `chain_id`."""

    def __init__(self, rpc: Rpc, chain_id: int, check_headers: bool = True) -> None:
        self.rpc = rpc
        self.chain_id = chain_id
        self.check_headers = check_headers

    def require_chain(self) -> None:
        """Raise `WrongChain` unless the node is on the configured chain."""
        found = wire.quantity(self.rpc.call("eth_chainId", []), "chain id")
        if found != self.chain_id:
            raise WrongChain(
                f"{self.rpc.label} is on chain id {found}, expected {self.chain_id}",
                hint="set chain.id or chain.rpc_url",
            )

    def head(self) -> Block:
        """The newest block."""
        return wire.block(self._block("latest"), self.check_headers)

    def block_by_hash(self, block_hash: bytes) -> Block:
        """The block with that hash."""
        found = self.rpc.call("eth_getBlockByHash", [to_hex(block_hash), False])
        block = wire.block(found, self.check_headers)
        if block.hash != block_hash:
            raise RpcAnswerInvalid(f"asked for block {to_hex(block_hash)}, got another")
        return block

    def block(self, number: int) -> Block:
        """The block that has that number at this moment."""
        found = wire.block(self._block(hex(number)), self.check_headers)
        if found.number != number:
            raise RpcAnswerInvalid(f"asked for block {number}, got another")
        return found

    def header_fields(self, number: int) -> dict[str, Any]:
        """The block with that number as JSON, for the header codec."""
        found = wire.fields(self._block(hex(number)), "block")
        if wire.block(found, check_hash=True).number != number:
            raise RpcAnswerInvalid(f"asked for block {number}, got another")
        return found

    def call(self, to: bytes, calldata: bytes, sender: bytes | None = None) -> bytes:
        """`eth_call` at the newest block. A revert is an `RpcError` with its data."""
        transaction = {"to": to_hex(to), "data": to_hex(calldata)}
        if sender is not None:
            transaction["from"] = to_hex(sender)
        return wire.data(self.rpc.call("eth_call", [transaction, "latest"]), "call result")

    def estimate_gas(self, sender: bytes, to: bytes | None, calldata: bytes) -> int:
        """Gas that the transaction would use now."""
        transaction = {"from": to_hex(sender), "data": to_hex(calldata)}
        if to is not None:
            transaction["to"] = to_hex(to)
        return wire.quantity(self.rpc.call("eth_estimateGas", [transaction]), "gas estimate")

    def priority_fee(self) -> int:
        """The node's suggestion, wei per gas."""
        return wire.quantity(self.rpc.call("eth_maxPriorityFeePerGas", []), "priority fee")

    def nonce(self, account: bytes) -> int:
        """The next nonce, counting mined transactions only: a stuck one is to be replaced."""
        found = self.rpc.call("eth_getTransactionCount", [to_hex(account), "latest"])
        return wire.quantity(found, "nonce")

    def balance(self, account: bytes) -> int:
        """The account's balance in wei."""
        found = self.rpc.call("eth_getBalance", [to_hex(account), "latest"])
        return wire.quantity(found, "balance")

    def code(self, account: bytes) -> bytes:
        """The code at an address."""
        return wire.data(self.rpc.call("eth_getCode", [to_hex(account), "latest"]), "code")

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        """The receipt, or None while the transaction is not mined."""
        found = self.rpc.call("eth_getTransactionReceipt", [to_hex(transaction_hash)])
        return None if found is None else wire.receipt(found, transaction_hash)

    def sender(self, transaction_hash: bytes, block_hash: bytes) -> bytes:
        """Who sent a transaction of that block."""
        found = self.rpc.call("eth_getTransactionByHash", [to_hex(transaction_hash)])
        return wire.sender(found, transaction_hash, block_hash)

    def logs(self, address: bytes, first_block: int, last_block: int) -> list[wire.Log]:
        """All events of a contract in a range of blocks, both ends included."""
        query = {
            "address": to_hex(address),
            "fromBlock": hex(first_block),
            "toBlock": hex(last_block),
        }
        found = self.rpc.call("eth_getLogs", [query])
        if not isinstance(found, list):
            raise RpcAnswerInvalid("the node's logs are not a list")
        logs = [wire.log(item) for item in found]
        for log in logs:
            if log.address != address or not first_block <= log.block_number <= last_block:
                raise RpcAnswerInvalid("the node gave logs that were not asked for")
        return logs

    def send(self, raw: bytes, transaction_hash: bytes) -> None:
        """Send a signed transaction. One that the node already knows counts as sent."""
        try:
            answer = self.rpc.call("eth_sendRawTransaction", [to_hex(raw)])
        except RpcError:
            if self.rpc.call("eth_getTransactionByHash", [to_hex(transaction_hash)]) is None:
                raise
            return
        if wire.data(answer, "transaction hash", 32) != transaction_hash:
            raise RpcAnswerInvalid("the node returned another hash for our transaction")

    def _block(self, tag: str) -> object:
        return self.rpc.call("eth_getBlockByNumber", [tag, False])

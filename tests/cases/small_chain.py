"""A chain of a few blocks that answers JSON-RPC as an honest node does, without a network."""

from typing import Any

from attestor.core import header
from attestor.core.text import to_hex

CHAIN_ID = 31337
CONTRACT = b"\x77" * 20
ACCOUNT = b"\x09" * 20
TRANSACTION = b"\x7a" * 32
TRANSACTION_BLOCK = 12
ANSWER = (4610).to_bytes(32, "big")
"""What the contract returns to any call."""
NONCE, BALANCE = 7, 10**20
CONSTANTS = {
    "eth_chainId": hex(CHAIN_ID),
    "eth_call": to_hex(ANSWER),
    "eth_getTransactionCount": hex(NONCE),
    "eth_getBalance": hex(BALANCE),
    "eth_sendRawTransaction": to_hex(TRANSACTION),
}


class SmallChain:
    """Blocks 0 to `length` - 1; those from `fork_at` on are of the branch `branch`."""

    def __init__(self, length: int = 20, fork_at: int = 1 << 20, branch: int = 1) -> None:
        self.blocks: list[dict[str, Any]] = []
        for number in range(length):
            self.mine(branch if number >= fork_at else 0)

    def mine(self, branch: int = 0) -> dict[str, Any]:
        """One more block."""
        number = len(self.blocks)
        fields: dict[str, Any] = {
            "parentHash": self.blocks[-1]["hash"] if self.blocks else "0x" + "00" * 32,
            "sha3Uncles": "0x" + "1d" * 32,
            "miner": "0x" + "00" * 20,
            "stateRoot": "0x" + bytes([branch]).hex() * 32,
            "transactionsRoot": "0x" + "02" * 32,
            "receiptsRoot": "0x" + "03" * 32,
            "logsBloom": "0x" + "00" * 256,
            "difficulty": "0x0",
            "number": hex(number),
            "gasLimit": "0x1c9c380",
            "gasUsed": "0x0",
            "timestamp": hex(1_700_000_000 + 12 * number),
            "extraData": "0x",
            "mixHash": "0x" + "04" * 32,
            "nonce": "0x" + "00" * 8,
            "baseFeePerGas": "0x7",
        }
        fields["hash"] = to_hex(header.hash_of(header.encode(fields)))
        self.blocks.append(fields)
        return fields

    def before(self, count: int) -> "SmallChain":
        """The chain as a node sees it that is `count` blocks behind."""
        behind = SmallChain(0)
        behind.blocks = self.blocks[: len(self.blocks) - count]
        return behind

    def reorg(self, depth: int, branch: int) -> None:
        """Replace the newest blocks by one more of another branch."""
        del self.blocks[len(self.blocks) - depth :]
        for _ in range(depth + 1):
            self.mine(branch)

    @property
    def head(self) -> dict[str, Any]:
        return self.blocks[-1]

    def answer(self, method: str, params: list[Any]) -> dict[str, Any]:
        """The answer without its id: `result`, or `error`."""
        try:
            return {"result": self._result(method, params)}
        except LookupError:
            return {"error": {"code": -32000, "message": "header not found"}}

    def _result(self, method: str, params: list[Any]) -> Any:
        if method in ("eth_call", "eth_getTransactionCount", "eth_getBalance"):
            self._require(params[1])
        match method:
            case "eth_getBlockByNumber":
                return self._by_number(params[0])
            case "eth_getBlockByHash":
                return next((one for one in self.blocks if one["hash"] == params[0]), None)
            case "eth_getTransactionReceipt":
                return self.receipt(params[0])
            case "eth_getLogs":
                return [self.log()]
        return CONSTANTS.get(method)

    def _by_number(self, tag: str) -> Any:
        if tag == "latest":
            return self.head
        number = int(tag, 16)
        return self.blocks[number] if number < len(self.blocks) else None

    def _require(self, place: Any) -> None:
        hashes = [block["hash"] for block in self.blocks]
        if isinstance(place, dict) and place["blockHash"] not in hashes:
            raise LookupError

    def log(self) -> dict[str, Any]:
        return {
            "address": to_hex(CONTRACT),
            "topics": ["0x" + "0e" * 32],
            "data": "0x1234",
            "blockNumber": hex(TRANSACTION_BLOCK),
            "blockHash": self.blocks[TRANSACTION_BLOCK]["hash"],
            "transactionHash": to_hex(TRANSACTION),
            "logIndex": "0x0",
        }

    def receipt(self, transaction_hash: str) -> Any:
        if transaction_hash != to_hex(TRANSACTION) or len(self.blocks) <= TRANSACTION_BLOCK:
            return None
        return {
            "transactionHash": to_hex(TRANSACTION),
            "blockNumber": hex(TRANSACTION_BLOCK),
            "blockHash": self.blocks[TRANSACTION_BLOCK]["hash"],
            "status": "0x1",
            "gasUsed": "0x5208",
            "effectiveGasPrice": "0x8",
            "contractAddress": None,
            "logs": [self.log()],
        }

"""A chain that takes real signed transactions, by the rules of a node's pool."""

from typing import Any

from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes

from attestor.core.blocks import Block
from attestor.core.fees import Fees
from attestor.core.transaction import Receipt
from attestor.errors import AttestorError, RpcError
from attestor.transactions.replacement import outbids
from attestor.transactions.timer import Timer


class Killed(BaseException):
    """The process ends here."""


class Chain:
    """A node. Blocks are made when somebody waits; `includes` says whether they take anything."""

    chain_id = 31337

    def __init__(self) -> None:
        self.seconds = 0.0
        self.base_fee = 100
        self.includes = True
        self.stopped = False
        self.pool: dict[int, tuple[bytes, Fees, bytes]] = {}
        self.receipts: dict[bytes, Receipt] = {}
        self.mined: list[bytes] = []
        self.sends = 0
        self.faults: dict[str, AttestorError] = {}
        self.told_nonce: int | None = None
        self.kill_at = ""

    def reach(self, point: str) -> None:
        if self.kill_at == point:
            self.kill_at = ""
            raise Killed(point)

    def head(self) -> Block:
        return Block(7, b"\x07" * 32, b"\x06" * 32, 1000, self.base_fee)

    def nonce(self, account: bytes, at: bytes | None = None) -> int:
        if "nonce" in self.faults:
            raise self.faults["nonce"]
        return self.told_nonce if self.told_nonce is not None else len(self.mined)

    def priority_fee(self) -> int:
        return 10

    def estimate_gas(self, sender: bytes, to: bytes | None, calldata: bytes) -> int:
        return 100

    def balance(self, account: bytes) -> int:
        return 10**18

    def call(self, to: bytes, calldata: bytes, sender: bytes, at: bytes | None = None) -> bytes:
        if "call" in self.faults:
            raise self.faults["call"]
        return b""

    def confirms(self, receipt: Receipt) -> bool:
        return True

    def receipt(self, transaction_hash: bytes) -> Receipt | None:
        if "receipt" in self.faults:
            raise self.faults["receipt"]
        return self.receipts.get(transaction_hash)

    def send(self, raw: bytes, transaction_hash: bytes) -> None:
        self.reach("before send")
        self.sends += 1
        if "send" in self.faults:
            raise self.faults["send"]
        self._take(raw, transaction_hash)
        self.reach("after send")

    def _take(self, raw: bytes, name: bytes) -> None:
        fields: dict[str, Any] = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
        nonce, data = fields["nonce"], bytes(fields["data"])
        offered = Fees(fields["maxFeePerGas"], fields["maxPriorityFeePerGas"])
        if name in self.receipts:
            return
        if nonce < len(self.mined):
            raise RpcError("nonce too low")
        if offered.max_fee < self.base_fee:
            raise RpcError("max fee per gas less than block base fee")
        held = self.pool.get(nonce)
        if held is not None and held[0] != name and not outbids(offered, held[1]):
            raise RpcError("replacement transaction underpriced")
        self.pool[nonce] = (name, offered, data)

    def mine(self) -> None:
        held = self.pool.get(len(self.mined))
        if self.includes and held is not None and held[1].max_fee >= self.base_fee:
            name, _, data = self.pool.pop(len(self.mined))
            self.mined.append(data)
            self.receipts[name] = Receipt(name, 8, b"\x08" * 32, True, 90, 7)

    def pause(self, seconds: float) -> bool:
        self.seconds += seconds
        self.mine()
        self.reach("while waiting")
        return self.stopped

    def timer(self) -> Timer:
        return Timer(lambda: self.seconds, self.pause)

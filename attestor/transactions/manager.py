"""Transactions of the payer: built, signed and kept before they are sent."""

from typing import Any

from eth_account.signers.local import LocalAccount

from attestor.chain.node import Node
from attestor.core import fees
from attestor.core.text import checksummed, from_hex
from attestor.core.transaction import Pending, SignedTransaction
from attestor.errors import FeeCapReached, PayerEmpty

GWEI = 10**9


class Payments:
    """Makes transactions of one payer on one chain. The payer sends from nowhere else."""

    def __init__(self, node: Node, account: LocalAccount, max_fee: int) -> None:
        self._node = node
        self._account = account
        self._max_fee = max_fee

    @property
    def payer(self) -> bytes:
        """The payer's address."""
        return from_hex(self._account.address)

    def prepare(
        self, to: bytes | None, calldata: bytes, base_fee: int, pending: Pending | None = None
    ) -> SignedTransaction:
        """A signed transaction with the next nonce; nothing is sent.

        When `pending` still holds that nonce, the new transaction is priced to replace it.
        Raises `PayerEmpty` and `FeeCapReached`.
        """
        self._require_funds(1)
        nonce = self._node.nonce(self.payer)
        replaced = pending.fees if pending is not None and pending.nonce == nonce else None
        offered = fees.suggest_fees(base_fee, self._node.priority_fee(), self._max_fee, replaced)
        if offered.max_fee <= base_fee:
            raise FeeCapReached(
                f"the base fee is {base_fee / GWEI:.3f} gwei, the cap {self._max_fee / GWEI:.3f}",
                hint="raise payer.max_fee_gwei or wait",
            )
        gas_limit = fees.gas_limit(self._node.estimate_gas(self.payer, to, calldata))
        self._require_funds(gas_limit * offered.max_fee)
        fields: dict[str, Any] = {
            "type": 2,
            "chainId": self._node.chain_id,
            "nonce": nonce,
            "value": 0,
            "data": calldata,
            "gas": gas_limit,
            "maxFeePerGas": offered.max_fee,
            "maxPriorityFeePerGas": offered.priority_fee,
        }
        if to is not None:
            fields["to"] = checksummed(to)
        signed = self._account.sign_transaction(fields)
        return SignedTransaction(
            hash=bytes(signed.hash),
            raw=bytes(signed.raw_transaction),
            payer=self.payer,
            nonce=nonce,
            gas_limit=gas_limit,
            fees=offered,
        )

    def send(self, transaction: SignedTransaction) -> None:
        """Hand it to the node; safe to repeat."""
        self._node.send(transaction.raw, transaction.hash)

    def _require_funds(self, needed: int) -> None:
        balance = self._node.balance(self.payer)
        if balance < needed:
            raise PayerEmpty(
                f"payer {checksummed(self.payer)} holds {balance} wei, "
                f"a transaction may cost {needed}",
                hint="top it up; what it pays for goes on by itself",
            )

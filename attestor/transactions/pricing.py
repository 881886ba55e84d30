"""A call into a signed transaction, at what the chain asks for now."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes

from attestor.chain.node import Node
from attestor.chain.registry import BASIS_POINTS
from attestor.core import fees
from attestor.core.text import checksummed, from_hex
from attestor.core.transaction import Attempt, SignedTransaction
from attestor.errors import PayerEmpty
from attestor.transactions.payer import Account
from attestor.transactions.replacement import FeePolicy, Market, highest


@dataclass(frozen=True)
class Offer:
    """What is offered with a call: gas, wei per gas at most, and wei that are sent along."""

    gas_limit: int
    max_fee: int
    value: int


def no_simulation(offer: Offer | None) -> None:
    """For a call that nobody can judge beforehand."""


@dataclass(frozen=True)
class Call:
    """What a transaction is to do. `to` is None for a contract's creation.

    `simulate` raises the contract's refusal in words, before anything is signed: first as it is,
    then with what is offered, since a contract may ask for a share of the gas price.
    `fee_basis_points` is that share; what is sent for it and not asked for comes back.
    """

    to: bytes | None
    data: bytes
    simulate: Callable[[Offer | None], object] = no_simulation
    fee_basis_points: int = 0


def call_of(transaction: SignedTransaction) -> Call:
    """What a transaction of type 2 does (EIP-1559), as it was signed."""
    fields = TypedTransaction.from_bytes(HexBytes(transaction.raw)).as_dict()
    cost = transaction.gas_limit * transaction.fees.max_fee
    share = -(-int(fields["value"]) * BASIS_POINTS // cost) if cost else 0
    return Call(bytes(fields["to"]) or None, bytes(fields["data"]), fee_basis_points=share)


class Pricer:
    """Signs transactions of one account on one chain; sends nothing."""

    def __init__(self, node: Node, account: Account, policy: FeePolicy) -> None:
        self._node = node
        self._account = account
        self._policy = policy
        self.payer = from_hex(account.address)

    def use(self, policy: FeePolicy) -> None:
        """Bound what is offered by another policy, from the next transaction on."""
        self._policy = policy

    def prepare(
        self,
        call: Call,
        pending: Sequence[Attempt],
        gas_limit: int | None = None,
        nonce: int | None = None,
    ) -> SignedTransaction:
        """A signed transaction with that nonce, or the next one by mined transactions.

        It is priced to replace those of `pending` that hold that nonce. Without a `gas_limit` the
        node is asked for one. Raises `PayerEmpty` and `FeeCapReached`.
        """
        if nonce is None:
            nonce = self._node.nonce(self.payer)
        rivals = [one.transaction for one in pending if one.transaction.nonce == nonce]
        market = Market(self._node.head().base_fee, self._node.priority_fee())
        offered = self._policy.offer(market, highest(rival.fees for rival in rivals))
        # Before the node is asked for an estimate, which needs funds too.
        self._require_funds(min(offered.max_fee, 1))
        is_new = gas_limit is None
        if gas_limit is None:
            gas_limit = fees.gas_limit(self._node.estimate_gas(self.payer, call.to, call.data))
        cost = gas_limit * offered.max_fee
        value = cost * call.fee_basis_points // BASIS_POINTS
        self._require_funds(cost + value)
        if is_new:
            call.simulate(Offer(gas_limit, offered.max_fee, value))
        fields: dict[str, Any] = {
            "type": 2,
            "chainId": self._node.chain_id,
            "nonce": nonce,
            "value": value,
            "data": call.data,
            "gas": gas_limit,
            "maxFeePerGas": offered.max_fee,
            "maxPriorityFeePerGas": offered.priority_fee,
        }
        if call.to is not None:
            fields["to"] = checksummed(call.to)
        signed = self._account.sign_transaction(fields)
        return SignedTransaction(
            hash=bytes(signed.hash),
            raw=bytes(signed.raw_transaction),
            payer=self.payer,
            nonce=nonce,
            gas_limit=gas_limit,
            fees=offered,
        )

    def _require_funds(self, needed: int) -> None:
        balance = self._node.balance(self.payer)
        if balance < needed:
            raise PayerEmpty(
                f"payer {checksummed(self.payer)} holds {fees.tokens(balance)} ({balance} wei), "
                f"and a transaction may cost {fees.tokens(needed)} ({needed} wei)",
                hint="fund the account; the daemon resumes by itself",
            )

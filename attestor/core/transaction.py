"""Transactions of the payer at each point of their life."""

from dataclasses import dataclass

from attestor.core.fees import Fees


@dataclass(frozen=True)
class SignedTransaction:
    """A transaction that can be sent, and sent again, as it is."""

    hash: bytes
    raw: bytes
    payer: bytes
    nonce: int
    gas_limit: int
    fees: Fees


@dataclass(frozen=True)
class Pending:
    """A sent transaction that is not known to be mined."""

    hash: bytes
    nonce: int
    fees: Fees


@dataclass(frozen=True)
class Receipt:
    """A mined transaction's outcome. `effective_gas_price` is wei per gas."""

    transaction_hash: bytes
    block_number: int
    block_hash: bytes
    succeeded: bool
    gas_used: int
    effective_gas_price: int
    contract: bytes | None = None

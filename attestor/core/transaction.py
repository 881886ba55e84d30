"""The payer's transactions at each stage of their life."""

from dataclasses import dataclass

from attestor.core.fees import Fees


@dataclass(frozen=True)
class SignedTransaction:
    """A signed transaction, which can be sent any number of times."""

    hash: bytes
    raw: bytes
    payer: bytes
    nonce: int
    gas_limit: int
    fees: Fees


@dataclass(frozen=True)
class Pending:
    """A transaction that was sent and has not been seen mined."""

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

"""Transactions at each stage of their life."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from attestor.core.fees import Fees

Note = Callable[[], None]
"""Writes what belongs to an intent beside its attempt; kept together with it, or not at all."""


def nothing() -> None:
    """The note of an intent of which nothing else is kept."""


class Purpose(StrEnum):
    """What a transaction is for."""

    REGISTRATION = "registration"
    UPLOAD = "upload"
    DEPLOYMENT = "deployment"
    CANCELLATION = "cancellation"
    """Takes the nonce of one that must not be mined any more."""


class Outcome(StrEnum):
    """What became of an attempt."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    REVERTED = "reverted"
    REPLACED = "replaced"
    """Another transaction took its nonce."""


@dataclass(frozen=True)
class Intent:
    """Something to be done once by a transaction, however many attempts it takes. The name is
    unique among all purposes. `signer` is the one whose registration it is, if it is one."""

    purpose: Purpose
    name: str
    signer: bytes | None = None


@dataclass(frozen=True)
class SignedTransaction:
    """A signed transaction, which can be sent any number of times. Uploads of earlier versions were
    recorded without `raw`: they cannot."""

    hash: bytes
    raw: bytes
    payer: bytes
    nonce: int
    gas_limit: int
    fees: Fees


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


@dataclass(frozen=True)
class Receipt:
    """A mined transaction's outcome. `effective_gas_price` is wei per gas. `logs` are its events,
    in order; a receipt from the database has none."""

    transaction_hash: bytes
    block_number: int
    block_hash: bytes
    succeeded: bool
    gas_used: int
    effective_gas_price: int
    contract: bytes | None = None
    logs: tuple[Log, ...] = field(default=(), compare=False)

    @property
    def outcome(self) -> Outcome:
        """The outcome that it shows."""
        return Outcome.SUCCEEDED if self.succeeded else Outcome.REVERTED


@dataclass(frozen=True)
class Attempt:
    """One signed transaction of an intent; `number` counts from 1. `receipt` is the last one that
    was seen, of a block that may have been reorged out since."""

    intent: str
    purpose: Purpose
    number: int
    transaction: SignedTransaction
    outcome: Outcome = Outcome.PENDING
    receipt: Receipt | None = None

    @property
    def hash(self) -> bytes:
        """Of the transaction."""
        return self.transaction.hash

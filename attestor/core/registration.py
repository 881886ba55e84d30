"""What the registry knows of a signer."""

from dataclasses import dataclass
from enum import StrEnum


class RegistrationKind(StrEnum):
    """How a signer is registered."""

    REGISTRATION = "registration"
    """Upstream's way: a raw quote, and nothing is kept."""
    ADMISSION = "admission"
    """By a quote whose attestation key is kept."""
    RENEWAL = "renewal"
    """By the kept attestation key."""


class VerifierKind(StrEnum):
    """What verifies quotes for the registry; its numbers on chain are in this order."""

    OWN = "own"
    AUTOMATA_1_0 = "automata-1.0"
    AUTOMATA_1_1 = "automata-1.1"


@dataclass(frozen=True)
class Terms:
    """What the registry asks for: seconds of validity and the width of the block window."""

    attest_validity_seconds: int
    max_block_number_diff: int


@dataclass(frozen=True)
class Admission:
    """An attestation key that the registry keeps, under an id of 12 bytes. `valid_until` is chain
    time."""

    id: bytes
    valid_until: int
    is_live: bool

    def outlasts(self, chain_time: int, seconds: int) -> bool:
        """Whether a renewal now would be registered for all of `seconds`: a registration ends
        with the admission that it was made under."""
        return self.is_live and self.valid_until - chain_time >= seconds


@dataclass(frozen=True)
class Registration:
    """The chain's record of a signer. Times are chain time; all zero when there is none."""

    attested_at: int
    valid_until: int
    measurement: bytes


@dataclass(frozen=True)
class Quoted:
    """A quote that passed the gate, with what it binds and how it was judged. `hash` is keccak256
    of `raw`, `deadline` is Unix seconds, `possession` the signer's own signature (65 bytes)."""

    hash: bytes
    raw: bytes
    signer: bytes
    reference_block: int
    reference_hash: bytes
    measurement: bytes
    deadline: int
    possession: bytes
    provider: str
    simulated: bool
    tcb_status: str


@dataclass(frozen=True)
class RegistrationEvent:
    """A `SignerRegistered` or `SignerRenewed` event and where it stands. `quote_hash` is keccak256
    of the quote as it was sent. A renewal names neither measurement, nor quote, nor block hash:
    the contract computes what the attestation key signed."""

    signer: bytes
    reference_block: int
    valid_until: int
    block_number: int
    transaction_hash: bytes
    measurement: bytes | None = None
    quote_hash: bytes | None = None
    reference_hash: bytes | None = None

"""Registrations of signers, and the attestation keys by which they are renewed."""

import json
from dataclasses import dataclass
from enum import StrEnum

from attestor.core.text import plain_json, to_hex


class RegistrationKind(StrEnum):
    """How a signer is registered. The values are those of database and journal."""

    LEGACY = "registration"
    """By upstream's call: full verification of a raw quote, which enrols no key."""
    ADMISSION = "admission"
    """By full verification of a quote, which enrols its attestation key."""
    RENEWAL = "renewal"
    """By one signature of the enrolled attestation key."""


class VerifierKind(StrEnum):
    """The verifier that the registry uses; its numbers on chain are in this order."""

    OWN = "own"
    AUTOMATA_1_0 = "automata-1.0"
    AUTOMATA_1_1 = "automata-1.1"


@dataclass(frozen=True)
class Terms:
    """The registry's settings: validity in seconds, and how old a reference block may be."""

    attest_validity_seconds: int
    max_block_number_diff: int


@dataclass(frozen=True)
class AdmissionName:
    """By what a registry finds the admission of a quote's evidence: the address of its template (20
    bytes), and the first of the numbers that it can have."""

    template: bytes
    first_number: int


@dataclass(frozen=True)
class Admission:
    """The registry's record of an admission, under a number: the attestation key that it enrolled,
    for renewals. `valid_until` is chain time."""

    number: int
    valid_until: int
    is_live: bool

    def outlasts(self, chain_time: int, seconds: int) -> bool:
        """Whether a renewal now would be valid for all of `seconds`: a registration ends at the
        latest with the admission that it was made under."""
        return self.is_live and self.valid_until - chain_time >= seconds


@dataclass(frozen=True)
class Registration:
    """The chain's record of a signer. Times are chain time; all zero when there is none."""

    attested_at: int
    valid_until: int
    measurement: bytes


@dataclass(frozen=True)
class PolicyEvent:
    """A change of what the registry takes, or an end of what it took, and where it stands.
    `arguments` are the event's, by name; bytes are bytes, addresses are text. `log_index` is its
    place among all events of its block."""

    name: str
    arguments: dict[str, object]
    block_number: int
    transaction_hash: bytes
    block_hash: bytes = bytes(32)
    log_index: int = 0

    @property
    def id(self) -> str:
        """Names it as long as its block is on the chain: a block that replaces it has another."""
        return f"{to_hex(self.block_hash)}:{self.log_index}"

    @property
    def arguments_text(self) -> str:
        """The arguments as a JSON object in the contract's order, bytes as 0x text."""
        return json.dumps(plain_json(self.arguments), separators=(",", ":"))


@dataclass(frozen=True)
class DatedPolicyEvent:
    """A policy event, who sent its transaction (20 bytes), and the time of its block (Unix
    seconds). The sender may only have relayed what an owner that is a contract decided."""

    event: PolicyEvent
    sender: bytes
    timestamp: int


@dataclass(frozen=True)
class Quoted:
    """A quote that passed the gate, with what it binds and how it was judged. `hash` is keccak256
    of `raw`, `deadline` is Unix seconds, `possession` the signer's own signature (65 bytes), which
    an admission alone needs, and `collateral` the id of what it was judged with (None where the
    registry alone judges it)."""

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
    collateral: bytes | None = None


@dataclass(frozen=True)
class RegistrationEvent:
    """A `SignerRegistered` or `SignerRenewed` event and its place in the chain. `signed_hash` is
    keccak256 of what the attestation key signed, header and body of the quote. A renewal has
    neither measurement, nor quote, nor block hash: the contract computes what was signed."""

    signer: bytes
    reference_block: int
    valid_until: int
    block_number: int
    transaction_hash: bytes
    platform: bytes
    admission: int
    fmspc: bytes
    measurement: bytes | None = None
    signed_hash: bytes | None = None
    reference_hash: bytes | None = None

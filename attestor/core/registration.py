"""What the registry knows of a signer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Terms:
    """What the registry asks for: seconds of validity and the width of the block window."""

    attest_validity_seconds: int
    max_block_number_diff: int


@dataclass(frozen=True)
class Registration:
    """The chain's record of a signer. Times are chain time; all zero when there is none."""

    attested_at: int
    valid_until: int
    measurement: bytes


@dataclass(frozen=True)
class RegistrationEvent:
    """A `SignerRegistered` event and where it stands."""

    signer: bytes
    measurement: bytes
    quote_hash: bytes
    reference_block: int
    reference_hash: bytes
    valid_until: int
    block_number: int
    transaction_hash: bytes

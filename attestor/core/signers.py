"""Signers on their way from key to registration and back."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """How far a signer has come. Each but the last two leads to the next."""

    CREATED = "created"
    QUOTED = "quoted"
    SUBMITTED = "submitted"
    ACTIVE = "active"
    RETIRED = "retired"
    ABANDONED = "abandoned"


@dataclass(frozen=True)
class Candidate:
    """The signer that is on its way to registration."""

    address: bytes
    stage: Stage
    reference_block: int = 0
    reference_hash: bytes = b""


@dataclass(frozen=True)
class Active:
    """The signer that proofs are signed with. Times are chain time."""

    address: bytes
    activated_at: int
    valid_until: int

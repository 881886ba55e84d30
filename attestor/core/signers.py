"""The life of a signer, from its key to its registration and retirement."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """The stages of a signer, in order. Paused and active lead to each other."""

    CREATED = "created"
    QUOTED = "quoted"
    SUBMITTED = "submitted"
    ACTIVE = "active"
    PAUSED = "paused"
    """The active signer while the chain does not vouch for it: it keeps its key."""
    RETIRED = "retired"
    ABANDONED = "abandoned"


@dataclass(frozen=True)
class Candidate:
    """The signer that is being registered."""

    address: bytes
    stage: Stage
    reference_block: int = 0
    reference_hash: bytes = b""


@dataclass(frozen=True)
class Active:
    """The signer that proofs are signed with, unless it is paused. Times are chain time."""

    address: bytes
    activated_at: int
    valid_until: int
    paused: bool = False
    """Whether it signs nothing at present, as the chain does not vouch for it."""

    def due_at(self, period: int, margin: int) -> int:
        """Chain time from which a successor is due: after `period` seconds, or `margin` seconds
        before the registration ends. One may be short from the start, when collateral or an
        admission expires: it is then replaced at half of its life, or each successor would be due
        as soon as it is active."""
        life = self.valid_until - self.activated_at
        return min(self.activated_at + period, self.valid_until - min(margin, life // 2))


@dataclass(frozen=True)
class Cover:
    """After a step of the rotation: who may sign, what the rotation waits for, and which signer it
    registers."""

    active: Active | None = None
    reason: str = "the rotation has not begun"
    candidate: Candidate | None = None

    @property
    def is_signing(self) -> bool:
        """Whether a signer signs proofs."""
        return self.active is not None and not self.active.paused


class Standing(StrEnum):
    """What the registry says of a signer at one block."""

    VALID = "valid"
    INVALID = "invalid"
    """Confirmed: it was asked twice, and where there are several endpoints most of them said so."""
    UNKNOWN = "unknown"
    """The nodes could not be asked, or did not agree."""

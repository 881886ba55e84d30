"""What a decision of the rotation depends on. Times are in seconds, spans in blocks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from attestor.core.back_off import BackOff, Step
from attestor.core.blocks import BlockWindow
from attestor.core.signers import Active, Candidate, Standing

FAILED_TRIES = 3
"""So many registrations may fail, one after the other, before a signer's own one ends."""


@dataclass(frozen=True)
class RotationPolicy:
    """The operator's options and the registry's settings."""

    period: int
    expiry_margin: int
    confirmations: int
    block_lag: int
    max_block_number_diff: int
    inclusion_margin: int
    final_depth: int = 64
    """Blocks on top of one, after which no reorg is expected to take it back."""
    lease_seconds: float = 180.0
    """How long the signer goes on without a new block that shows it registered."""
    leases_need_blocks: bool = True
    """Off on development chains, which may have no new block for as long as nobody sends."""

    def sendable(self, reference_block: int, head: int) -> bool:
        """Whether a transaction sent now can still be included inside the window.

        The contract wants block.number - reference < max_block_number_diff; the next block is
        head + 1, and `inclusion_margin` further ones may pass before ours is taken.
        """
        return head + 1 + self.inclusion_margin - reference_block < self.max_block_number_diff

    def margin(self, block_seconds: float | None) -> int:
        """How much a registration has to live when its successor is due, in seconds: what the
        operator chose, or more where the tries that may fail and a good one take longer, each of
        which may wait `inclusion_margin` blocks for its own one, and then for confirmations."""
        blocks = (FAILED_TRIES + 1) * (self.inclusion_margin + self.confirmations)
        return max(self.expiry_margin, int(blocks * (block_seconds or 0)))

    def includable(self, reference_block: int, head: int) -> bool:
        """Whether the next block can still include it."""
        return self.blocks_left(reference_block, head) > 0

    def blocks_left(self, reference_block: int, head: int) -> int:
        """How many of the next blocks can include it; 0 or less for none."""
        return reference_block + self.max_block_number_diff - head - 1


@dataclass(frozen=True)
class Inclusion:
    """The block that includes a registration, and its outcome."""

    block_number: int
    block_hash: bytes
    succeeded: bool


@dataclass(frozen=True)
class Sent:
    """A registration that was sent, and where it is included, as far as that is known. Without an
    `inclusion`, `is_known` says whether the nodes were asked, or could not be."""

    reference_block: int
    reference_hash: bytes
    inclusion: Inclusion | None = None
    is_known: bool = True


@dataclass(frozen=True)
class Situation:
    """Everything that a decision depends on.

    `standings` are of the registry at the block of the window's head. `sent` is the registration of
    the candidate, or of the active signer while it is paused. `now` is of the clock of `back_off`.
    """

    now: float
    window: BlockWindow
    active: Active | None = None
    candidate: Candidate | None = None
    sent: Sent | None = None
    standings: Mapping[bytes, Standing] = field(default_factory=dict)
    back_off: BackOff = field(default_factory=BackOff)

    def standing(self, signer: bytes) -> Standing:
        """What the registry says of a signer at the head."""
        return self.standings.get(signer, Standing.UNKNOWN)

    def is_held_back(self, step: Step) -> bool:
        """Whether that kind of step failed too short a time ago."""
        return self.back_off.is_waiting(step, self.now)

"""Who is right in a storm: the chain itself, asked without any endpoint in between."""

from dataclasses import dataclass, field

from measures.chain import BLOCK_SECONDS

from attestor.chain.registry import Registry


@dataclass
class Judge:
    """Counts in blocks. The count of idle ones begins with the first proof."""

    registry: Registry
    blocks: int = 0
    uncovered: int = 0
    idle: int = 0
    signers: set[bytes] = field(default_factory=set)
    upstream_uncovered: int = 0

    def see(self, handed_out: bytes | None) -> str | None:
        """At the head of now, nothing else happening: a proof of that signer was handed out. What
        is wrong with that, if anything."""
        fault = None
        if handed_out is None:
            fault = "idle" if self.signers else None
        else:
            self.signers.add(handed_out)
            fault = None if self.registry.vouches_for(handed_out) else "uncovered"
        self.idle += fault == "idle"
        self.uncovered += fault == "uncovered"
        self.blocks += bool(self.signers)
        return fault

    def see_upstream(self, signer: bytes | None) -> None:
        """A model of upstream signs with whatever key it has."""
        if self.signers and signer is not None:
            self.upstream_uncovered += not self.registry.vouches_for(signer)

    @property
    def uncovered_seconds(self) -> int:
        return self.uncovered * BLOCK_SECONDS

    @property
    def idle_seconds(self) -> int:
        return self.idle * BLOCK_SECONDS

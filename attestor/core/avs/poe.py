"""A statement about the execution of a batch (PoE), as provers of the AVS sign it.

    digest     = keccak(batch_hash ‖ state_hash ‖ prev_state_root ‖ new_state_root
                 ‖ withdrawal_root)
    state_hash = keccak of 32 zero bytes per block

Source: automata-network/sgx-prover, branch avs, crates/prover-types (0.5.0). `state_hash` says
nothing of the state; operators aggregate signatures over the JSON of a PoE, so it has to be what
all others have. `signature` in the JSON is zero for the same reason; the signature is beside it.
"""

from dataclasses import dataclass, fields
from typing import Any

from attestor.core.keccak import keccak
from attestor.core.text import to_hex

WORD = 32
SIGNATURE_BYTES = 65


@dataclass(frozen=True)
class Poe:
    """Each field has 32 bytes; the order is that of the digest and of the JSON."""

    batch_hash: bytes
    state_hash: bytes
    prev_state_root: bytes
    new_state_root: bytes
    withdrawal_root: bytes

    def __post_init__(self) -> None:
        for one in fields(self):
            size = len(getattr(self, one.name))
            if size != WORD:
                raise ValueError(f"{one.name} has {size} bytes, not {WORD}")

    @property
    def digest(self) -> bytes:
        """What is signed, without any prefix."""
        return keccak(b"".join(getattr(self, one.name) for one in fields(self)))

    def to_json(self) -> dict[str, str]:
        """With a zero signature."""
        found = {one.name: to_hex(getattr(self, one.name)) for one in fields(self)}
        return {**found, "signature": to_hex(bytes(SIGNATURE_BYTES))}


@dataclass(frozen=True)
class PoeAnswer:
    """What a call for a proof gets. `signature` is r ‖ s ‖ v over the digest."""

    batch_id: int
    start_block: int
    end_block: int
    poe: Poe
    signature: bytes

    def to_json(self) -> dict[str, Any]:
        """As clients read it."""
        return {
            "not_ready": False,
            "batch_id": self.batch_id,
            "start_block": self.start_block,
            "end_block": self.end_block,
            "poe": self.poe.to_json(),
            "poe_signature": to_hex(self.signature),
        }


def state_hash_of(blocks: int) -> bytes:
    """The `state_hash` of so many blocks."""
    if blocks < 1:
        raise ValueError("a batch has at least one block")
    return keccak(bytes(WORD * blocks))

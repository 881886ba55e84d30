"""The legacy message, which a proof's signature covers.

That of Automata's sp1-tee-prover (bin/sp1-tee-prover/src/main.rs, `tee_sign`), which the
MultiProof contract computes too:

    message = sha256(vk hash bytes ‖ public values)
    digest  = keccak256(message)
    signature = r ‖ s ‖ v over digest, v 27 or 28, s in the lower half of the order
"""

import hashlib
from dataclasses import dataclass

from attestor.core.keccak import keccak


@dataclass(frozen=True)
class LegacyMessage:
    """One program's result: its key (vk hash bytes, 32 bytes) and its public values."""

    vk_hash_bytes: bytes
    public_values: bytes

    @property
    def message(self) -> bytes:
        """sha256 of key and public values: upstream's `encodedMessageBytes` (32 bytes)."""
        return hashlib.sha256(self.vk_hash_bytes + self.public_values).digest()

    @property
    def digest(self) -> bytes:
        """The 32 bytes that are signed."""
        return keccak(self.message)

"""What a signature in sp1-tee's form covers: that of Succinct's TEE service, which the contract
`SP1TeeVerifier` computes too.

    digest    = keccak256(keccak256(version as u32 LE) ‖ program vkey ‖ keccak256(public values))
    signature = r ‖ s ‖ v over digest, v 27 or 28

It names neither chain, contract nor time: it is good wherever, and for as long as, the owner of
such a contract lists the signer.
"""

import struct
from dataclasses import dataclass

from attestor.core.keccak import keccak

VERSION = 2
"""`SP1_TEE_VERSION` of sp1-tee and of SP1's SDK."""


@dataclass(frozen=True)
class Sp1TeeMessage:
    """One program's result: its key (bytes32) and its public values."""

    program_vkey: bytes
    public_values: bytes

    @property
    def digest(self) -> bytes:
        """The 32 bytes that are signed."""
        version = keccak(struct.pack("<I", VERSION))
        return keccak(version + self.program_vkey + keccak(self.public_values))

"""The statement (EIP-712) that MultiProof checks: `MultiProof.digestOf`.

The signer process signs it in addition to the legacy message (`attestor.core.legacy_message`)
where a MultiProof is configured.
"""

from dataclasses import dataclass

from attestor.core.circuits import Circuit
from attestor.core.eip712 import Domain, exactly, word
from attestor.core.keccak import keccak

CIRCUIT_VERSION = Circuit.V6
"""The version of SP1's circuits that every service runs programs for."""

_STATEMENT_TYPE = (
    b"Statement(bytes32 programVKey,bytes32 publicValuesHash,uint32 exitCode,bytes32 stdinHash,"
    b"string circuitVersion,uint64 expiresAt)"
)


@dataclass(frozen=True)
class SignedStatement:
    """The signature (65 bytes) of a statement for a MultiProof (20 bytes), valid until `expires_at`
    in Unix seconds. The other fields of the statement are in the proof."""

    contract: bytes
    expires_at: int
    signature: bytes


@dataclass(frozen=True)
class Statement:
    """One execution of a program. Hashes are sha256, 32 bytes; `expires_at` is in Unix seconds.

    `stdin_hash` is the job's `stdin_sha256`. Raises `ValueError` for values that the
    contract's struct cannot hold.
    """

    program_vkey: bytes
    public_values_hash: bytes
    exit_code: int
    stdin_hash: bytes
    circuit_version: str
    expires_at: int

    def __post_init__(self) -> None:
        exactly(self.program_vkey, 32, "program vkey")
        exactly(self.public_values_hash, 32, "public values hash")
        exactly(self.stdin_hash, 32, "stdin hash")
        word(self.exit_code, 32)
        word(self.expires_at, 64)

    def digest(self, domain: Domain) -> bytes:
        """The 32 bytes that are signed (EIP-712)."""
        fields = (
            self.program_vkey,
            self.public_values_hash,
            word(self.exit_code, 32),
            self.stdin_hash,
            keccak(self.circuit_version.encode()),
            word(self.expires_at, 64),
        )
        return domain.digest(keccak(keccak(_STATEMENT_TYPE) + b"".join(fields)))

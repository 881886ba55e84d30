"""The EIP-712 form of a statement, which MultiProof checks.

The signer process does not sign this form yet; it signs `attestor.core.statement`. This is the
digest for those who do, and it equals `MultiProof.digestOf`.
"""

from dataclasses import dataclass

from eth_utils.crypto import keccak

NAME = "attestor"
VERSION = "1"

_DOMAIN_TYPE = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
_STATEMENT_TYPE = (
    b"Statement(bytes32 programVKey,bytes32 publicValuesHash,uint32 exitCode,bytes32 stdinHash,"
    b"string circuitVersion,uint64 expiresAt)"
)


@dataclass(frozen=True)
class Domain:
    """Where a statement holds: a chain, and a contract on it (20 bytes)."""

    chain_id: int
    contract: bytes

    def __post_init__(self) -> None:
        _word(self.chain_id, 256)
        _exactly(self.contract, 20, "contract")

    @property
    def separator(self) -> bytes:
        """EIP-712's hash of the domain (32 bytes)."""
        return keccak(
            keccak(_DOMAIN_TYPE)
            + keccak(NAME.encode())
            + keccak(VERSION.encode())
            + _word(self.chain_id, 256)
            + self.contract.rjust(32, b"\0")
        )


@dataclass(frozen=True)
class TypedStatement:
    """One run of a program. Hashes are sha256, 32 bytes; `expires_at` is in Unix seconds.

    `stdin_hash` is the job's `stdin_sha256`. Raises `ValueError` for what the contract's struct
    could not hold.
    """

    program_vkey: bytes
    public_values_hash: bytes
    exit_code: int
    stdin_hash: bytes
    circuit_version: str
    expires_at: int

    def __post_init__(self) -> None:
        _exactly(self.program_vkey, 32, "program vkey")
        _exactly(self.public_values_hash, 32, "public values hash")
        _exactly(self.stdin_hash, 32, "stdin hash")
        _word(self.exit_code, 32)
        _word(self.expires_at, 64)

    def digest(self, domain: Domain) -> bytes:
        """The 32 bytes that are signed (EIP-712)."""
        return keccak(b"\x19\x01" + domain.separator + self._hash)

    @property
    def _hash(self) -> bytes:
        return keccak(
            keccak(_STATEMENT_TYPE)
            + self.program_vkey
            + self.public_values_hash
            + _word(self.exit_code, 32)
            + self.stdin_hash
            + keccak(self.circuit_version.encode())
            + _word(self.expires_at, 64)
        )


def _word(number: int, bits: int) -> bytes:
    if not 0 <= number < 1 << bits:
        raise ValueError(f"{number} is not a number of {bits} bits")
    return number.to_bytes(32, "big")


def _exactly(data: bytes, size: int, name: str) -> None:
    if len(data) != size:
        raise ValueError(f"{name} has {len(data)} bytes, not {size}")

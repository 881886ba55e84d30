"""EIP-712: typed data that binds a chain and a contract.

All our domains have the name "attestor" and the version "1"; the contract's address differs.
"""

from dataclasses import dataclass

from attestor.core.keccak import keccak

NAME = "attestor"
VERSION = "1"

_DOMAIN_TYPE = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"


@dataclass(frozen=True)
class Domain:
    """Where a signature is valid: a chain, and a contract on it (20 bytes)."""

    chain_id: int
    contract: bytes

    def __post_init__(self) -> None:
        word(self.chain_id, 256)
        exactly(self.contract, 20, "contract")

    @property
    def separator(self) -> bytes:
        """EIP-712's hash of the domain (32 bytes)."""
        return keccak(
            keccak(_DOMAIN_TYPE)
            + keccak(NAME.encode())
            + keccak(VERSION.encode())
            + word(self.chain_id, 256)
            + address(self.contract)
        )

    def digest(self, struct_hash: bytes) -> bytes:
        """The 32 bytes that are signed for a struct in this domain."""
        return keccak(b"\x19\x01" + self.separator + struct_hash)


def word(number: int, bits: int) -> bytes:
    """An unsigned number as a word of 32 bytes. Raises `ValueError` over `bits`."""
    if not 0 <= number < 1 << bits:
        raise ValueError(f"{number} is not a number of {bits} bits")
    return number.to_bytes(32, "big")


def address(data: bytes) -> bytes:
    """An address (20 bytes) as a word."""
    return exactly(data, 20, "address").rjust(32, b"\0")


def exactly(data: bytes, size: int, name: str) -> bytes:
    """`data`, which must have `size` bytes. Raises `ValueError`."""
    if len(data) != size:
        raise ValueError(f"{name} has {len(data)} bytes, not {size}")
    return data

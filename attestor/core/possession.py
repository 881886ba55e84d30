"""Proof of possession: a signer shows the registry that it holds its key.

    Admit(address signer,uint64 referenceBlockNumber,address template,uint256 deadline,bool keepKey)

in the EIP-712 domain of the registry (contracts/src/registry/Registrations.sol).
"""

from dataclasses import dataclass

from attestor.core.eip712 import Domain, address, word
from attestor.core.keccak import keccak

_ADMIT_TYPE = (
    b"Admit(address signer,uint64 referenceBlockNumber,address template,uint256 deadline,"
    b"bool keepKey)"
)


@dataclass(frozen=True)
class Possession:
    """What a signer (20 bytes) signs; `template` (20 bytes) names the evidence of its quote, so
    that nobody registers it on other evidence, `deadline` is Unix seconds, `keep_key` whether the
    registry should enrol the attestation key, for renewals. Raises `ValueError` for values that
    the contract's struct cannot hold."""

    signer: bytes
    reference_block: int
    template: bytes
    deadline: int
    keep_key: bool

    def digest(self, domain: Domain) -> bytes:
        """The 32 bytes that are signed."""
        fields = (
            address(self.signer),
            word(self.reference_block, 64),
            address(self.template),
            word(self.deadline, 256),
            word(int(self.keep_key), 256),
        )
        return domain.digest(keccak(keccak(_ADMIT_TYPE) + b"".join(fields)))

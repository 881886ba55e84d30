"""The registrations that one service signs for."""

from dataclasses import dataclass
from typing import Any

from attestor.core.text import checksummed, from_hex, to_hex


@dataclass(frozen=True)
class Served:
    """A registry (20 bytes) on a chain for whose signers results are signed. `name` is the
    operator's name of the chain, empty where there is one without a name. With `has_statements`
    the statement for its MultiProof is signed, too."""

    name: str
    chain_id: int
    registry: bytes
    has_statements: bool = False

    @property
    def registration(self) -> str:
        """What a proof is good for: "chain id:registry", the address in lower case."""
        return f"{self.chain_id}:{to_hex(self.registry)}"

    @property
    def told(self) -> str:
        """As `registration`, with the address as people read it."""
        return f"{self.chain_id}:{checksummed(self.registry)}"

    def is_meant_by(self, given: str) -> bool:
        """Whether a caller means it: by its name, or by chain id and registry."""
        return given == self.name != "" or given.lower() == self.registration

    def to_header(self) -> dict[str, Any]:
        """As a part of a frame's header."""
        return {
            "name": self.name,
            "chain_id": self.chain_id,
            "registry": to_hex(self.registry),
            "has_statements": self.has_statements,
        }

    @classmethod
    def from_header(cls, header: dict[str, Any]) -> "Served":
        """What is in a part of a frame's header."""
        registry = from_hex(header["registry"])
        has_statements = bool(header["has_statements"])
        return cls(str(header["name"]), int(header["chain_id"]), registry, has_statements)

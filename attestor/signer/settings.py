"""What the daemon tells the signer process in its first frame."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class SignerSettings:
    """All settings of the signer process; it reads no file, argument or environment for them."""

    chain_id: int
    provider: str
    simulation_seed: str
    executor_directory: str
    workers: int
    wall_seconds: float
    cpu_seconds: int
    memory_bytes: int
    public_values_bytes: int

    def to_header(self) -> dict[str, Any]:
        """The settings as a frame's header."""
        return asdict(self)

    @classmethod
    def from_header(cls, header: dict[str, Any]) -> "SignerSettings":
        """The settings in a frame's header."""
        return cls(**header)

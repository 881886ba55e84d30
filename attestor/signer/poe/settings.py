"""The settings of a signer process in the role `poe`, which it gets in its first frame."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from attestor.core.execution import Limits
from attestor.signer.settings import AUTO

ROLE = "poe"


class PoeProvider(StrEnum):
    """Who makes quotes of the key."""

    CONFIGFS = "configfs"
    GRAMINE = "gramine"
    SIMULATED = "simulated"
    SIMULATED_SGX = "simulated-sgx"
    NONE = "none"


_WITHOUT_TEE = (PoeProvider.SIMULATED, PoeProvider.SIMULATED_SGX, PoeProvider.NONE)


@dataclass(frozen=True)
class PoeSettings:
    """`chain_id` is the L2 chain whose blocks are executed, with `forks` where its table is not
    built in (`executor.scroll.Chain`); `quoted_chain_id` is the chain that its quotes are for.
    """

    chain_id: int
    executor_directory: str
    provider: str
    forks: Mapping[str, int] | None = None
    quoted_chain_id: int = 1
    simulation_seed: str = "attestor"
    workers: int = 2
    wall_seconds: float = Limits.wall_seconds
    cpu_seconds: int = Limits.cpu_seconds
    memory_bytes: int = Limits.memory_bytes
    user: str = ""
    sandbox_level: str = AUTO

    def to_header(self) -> dict[str, Any]:
        """The settings as a frame's header."""
        return {**asdict(self), "role": ROLE}

    @classmethod
    def from_header(cls, header: dict[str, Any]) -> "PoeSettings":
        """The settings in a frame's header."""
        return cls(**{name: value for name, value in header.items() if name != "role"})

    @property
    def development(self) -> bool:
        """Whether nobody can rely on what it signs, as its key is in no genuine quote: then it may
        be less strict about its executor and its walls."""
        return self.provider in _WITHOUT_TEE

    @property
    def limits(self) -> Limits:
        """The bounds of one executor's child."""
        return Limits(
            wall_seconds=self.wall_seconds,
            cpu_seconds=self.cpu_seconds,
            memory_bytes=self.memory_bytes,
        )

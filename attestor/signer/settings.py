"""The settings that the daemon sends to the signer process in its first frame."""

from dataclasses import asdict, dataclass
from typing import Any, get_type_hints

from attestor.core.cross_check import CheckingEngine, CrossCheckPolicy, Mode
from attestor.core.eip712 import Domain
from attestor.core.execution import Limits
from attestor.core.report_data import Binding, Layout
from attestor.core.text import from_hex
from attestor.errors import ConfigurationInvalid

ROLE = "sp1"
AUTO = "auto"
"""A sandbox.level: `isolated`, and on development chains whatever the machine offers."""


def require_kinds(settings: object) -> None:
    """Raise `ConfigurationInvalid` for settings, as they came in a frame, that have a value of
    another kind than is meant."""
    for name, kind in get_type_hints(type(settings)).items():
        value = getattr(settings, name)
        meant = (float, int) if kind is float else kind
        if kind in (str, int, float) and (not isinstance(value, meant) or isinstance(value, bool)):
            raise ConfigurationInvalid(
                f"the signer process's {name} is {value!r:.40}, which is no {kind.__name__}"
            )


@dataclass(frozen=True)
class SlotSettings:
    """The registry that a slot's signers are for, and the MultiProof that statements are signed
    for, empty where none are; addresses as 0x text."""

    name: str
    chain_id: int
    registry: str
    layout: str
    multiproof: str = ""

    @property
    def binding(self) -> Binding:
        """Where its quotes are to be registered."""
        return Binding(self.chain_id, from_hex(self.registry), Layout(self.layout))

    @property
    def statements(self) -> Domain | None:
        """Where statements are to hold, if they are to be signed."""
        return Domain(self.chain_id, from_hex(self.multiproof)) if self.multiproof else None


@dataclass(frozen=True)
class SignerSettings:
    """All settings of the signer process; it reads no file, argument or environment for them."""

    slots: tuple[SlotSettings, ...]
    provider: str
    simulation_seed: str
    executor_directory: str
    workers: int
    wall_seconds: float
    cpu_seconds: int
    memory_bytes: int
    public_values_bytes: int
    cycles: int
    engine: str
    cross_check_within_budget: str
    cross_check_beyond_budget: str
    cross_check_budget_cycles: int
    cross_check_sample_rate: float
    cross_check_engine: str = CheckingEngine.AUTO.value
    cross_check_portable_cycles: int = CrossCheckPolicy.portable_cycles
    user: str = ""
    sandbox_level: str = AUTO

    def to_header(self) -> dict[str, Any]:
        """The settings as a frame's header."""
        return {**asdict(self), "role": ROLE}

    @classmethod
    def from_header(cls, header: dict[str, Any]) -> "SignerSettings":
        """The settings in a frame's header."""
        slots = tuple(SlotSettings(**slot) for slot in header["slots"])
        given = {name: value for name, value in header.items() if name != "role"}
        for slot in slots:
            require_kinds(slot)
        return cls(**{**given, "slots": slots})

    @property
    def development(self) -> bool:
        """Whether its quotes are simulated, which they are on development chains only: what it
        signs carries no security then, and it may be less strict. The chain's id alone does not
        say so: an upstream registry's report data does not hold it."""
        return self.provider == "simulated"

    @property
    def limits(self) -> Limits:
        """The bounds of one executor's child."""
        return Limits(
            wall_seconds=self.wall_seconds,
            cpu_seconds=self.cpu_seconds,
            memory_bytes=self.memory_bytes,
            public_values_bytes=self.public_values_bytes,
            cycles=self.cycles,
        )

    @property
    def policy(self) -> CrossCheckPolicy:
        """Which runs SP1's engine cross-checks."""
        return CrossCheckPolicy(
            within_budget=Mode(self.cross_check_within_budget),
            beyond_budget=Mode(self.cross_check_beyond_budget),
            budget_cycles=self.cross_check_budget_cycles,
            sample_rate=self.cross_check_sample_rate,
            engine=CheckingEngine(self.cross_check_engine),
            portable_cycles=self.cross_check_portable_cycles,
        )

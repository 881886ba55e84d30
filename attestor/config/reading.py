"""What a configuration says, with the origin of each value and every fault: also where it is no
configuration to start with."""

from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any

from attestor.config import names
from attestor.config.chains import ChainConfig, Chains
from attestor.config.given import Options
from attestor.config.options import Config
from attestor.errors import ConfigurationInvalid

_PLACEHOLDER = 1
"""A chain id where none was given."""


@dataclass(frozen=True)
class ReadChain:
    """One chain's options, as they were given, and the values of those that can be read."""

    name: str
    given: Options
    values: dict[str, Any]

    @property
    def faulty(self) -> frozenset[str]:
        """Options that have no value because of a fault."""
        required = {known.name for known in fields(Config) if known.default is MISSING}
        return frozenset((set(self.given) | required) - set(self.values))

    @property
    def config(self) -> Config:
        """With defaults in place of the faulty ones."""
        missing = self.faulty & {known.name for known in fields(Config) if known.default is MISSING}
        return Config(**{**dict.fromkeys(missing, _PLACEHOLDER), **self.values})

    def place(self, option: str) -> str:
        """Where an option was given, or its name."""
        given = self.given.get(option)
        if given is not None:
            return given.place
        known = next(known for known in fields(Config) if known.name == option)
        key = names.key(known)
        return (
            key if not self.name or option not in names.PER_CHAIN else f"chains.{self.name}.{key}"
        )


@dataclass(frozen=True)
class Reading:
    """All chains, in the order of the file. `notes` is what works and should be written
    otherwise."""

    file: Path | None
    each: tuple[ReadChain, ...]
    store_path: Path
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_whole: bool = True
    """Not where the file could not be read: what it has of options is not known."""

    def as_chains(self) -> Chains:
        """With defaults in place of what is faulty."""
        each = tuple(ChainConfig(chain.name, chain.config) for chain in self.each)
        return Chains(each, self.store_path if each[0].name else each[0].config.store_path)

    def chains(self) -> Chains:
        """Raises `ConfigurationInvalid` that lists every problem."""
        self.require(self.faults)
        return self.as_chains()

    def require(self, faults: tuple[str, ...]) -> None:
        """Raise `ConfigurationInvalid` for these faults, where there are any."""
        if faults:
            where = f" in {self.file}" if self.file else ""
            raise ConfigurationInvalid(
                f"configuration: {len(faults)} problem(s){where}: " + "; ".join(faults),
                hint="attestor run --help lists every option",
                faults=faults,
            )

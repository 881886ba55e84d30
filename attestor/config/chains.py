"""The chains of one daemon: one without a name, or several by their names."""

from dataclasses import dataclass
from pathlib import Path

from attestor.config.options import Config
from attestor.errors import ChainNotNamed


@dataclass(frozen=True)
class ChainConfig:
    """One chain with its registry; the name is empty where the file names no chains. Options that
    are the same for all chains are in each `config`."""

    name: str
    config: Config

    @property
    def told(self) -> str:
        """Before a message that is about this chain: nothing where there is no name."""
        return f"chain {self.name}: " if self.name else ""


@dataclass(frozen=True)
class Chains:
    """All of them, in the order of the file: the first one is the default. `store_path` is the
    option `store.path`, beside which the jobs of all chains are kept."""

    each: tuple[ChainConfig, ...]
    store_path: Path

    @classmethod
    def of(cls, config: Config) -> "Chains":
        """One chain without a name."""
        return cls((ChainConfig("", config),), config.store_path)

    @property
    def shared(self) -> Config:
        """For the options that are the same for all chains."""
        return self.each[0].config

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(chain.name for chain in self.each)

    def named(self, name: str | None) -> ChainConfig:
        """The chain of that name; without one, the only chain. Raises `ChainNotNamed`."""
        if name is None and len(self.each) == 1:
            return self.each[0]
        for chain in self.each:
            if chain.name and chain.name == name:
                return chain
        told = ", ".join(self.names)
        if not self.names[0]:
            raise ChainNotNamed(
                f"no chain is named {name!r:.40}: the configuration has one, without a name",
                hint="leave --chain out",
            )
        if name is None:
            raise ChainNotNamed(f"there are several chains: {told}", hint="say which with --chain")
        raise ChainNotNamed(f"no chain is named {name!r:.40}", hint=f"there are {told}")


def beside(path: Path, name: str) -> Path:
    """`attestor.sqlite` has `attestor-NAME.sqlite` beside it: a chain's, and that of the jobs."""
    return path.with_name(f"{path.stem}-{name}{path.suffix}")


def duplicates(chains: Chains) -> list[str]:
    """What two chains may not have in common, as far as the options tell."""
    faults: list[str] = []
    files = {beside(chains.store_path, "jobs").resolve(): "the jobs of all chains"}
    registries: dict[tuple[int, bytes], str] = {}
    for chain in chains.each if len(chains.each) > 1 else ():
        name, config = f"chains.{chain.name}", chain.config
        path = config.store_path.resolve()
        if path in files:
            faults.append(f"{name}.store.path {path} is also that of {files[path]}")
        files[path] = name
        place = config.chain_id, config.chain_registry
        if config.chain_registry and place in registries:
            told = f"the registry of {registries[place]}, on chain {config.chain_id}"
            faults.append(f"{name}.registry is also {told}")
        registries[place] = name
    return faults

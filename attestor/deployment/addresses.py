"""The contract addresses of a configuration."""

from dataclasses import dataclass

from attestor.config import Config
from attestor.core.text import from_hex
from attestor.deployment import record
from attestor.errors import ConfigurationInvalid


@dataclass(frozen=True)
class Addresses:
    """20 bytes each. `store` is None where the registry's verifier does not use our store,
    `multiproof` where no EIP-712 statements are signed."""

    registry: bytes
    store: bytes | None
    multiproof: bytes | None = None


def of(config: Config) -> Addresses:
    """From the options, or from the deployment file that they name.

    Raises `ConfigurationInvalid` when neither gives the registry or the file is of another chain,
    and `DeploymentFileInvalid`.
    """
    registry, store = config.chain_registry, config.chain_collateral_store
    multiproof = config.chain_multiproof
    if config.chain_deployment is not None:
        found = record.read(config.chain_deployment)
        if found.chain_id != config.chain_id:
            raise ConfigurationInvalid(
                f"{config.chain_deployment} is for chain {found.chain_id}, "
                f"but chain.id is {config.chain_id}"
            )
        registry = registry or found.address("TEERegistry")
        if "CollateralStore" in found.contracts:
            store = store or found.address("CollateralStore")
        if "MultiProof" in found.contracts:
            multiproof = multiproof or found.address("MultiProof")
    if not registry:
        raise ConfigurationInvalid(
            "the registry's address is missing",
            hint="set chain.registry, or chain.deployment to the file that attestor deploy wrote",
        )
    return Addresses(registry, store or None, multiproof or None)


def registry_block(config: Config, registry: bytes) -> int:
    """The block from which the registry has events: of the option, or of the deployment file when
    it is that registry's; 0 where neither says."""
    if config.chain_registry_block or config.chain_deployment is None:
        return config.chain_registry_block
    found = record.read(config.chain_deployment).contracts.get("TEERegistry")
    is_ours = found is not None and from_hex(found.address.lower()) == registry
    return found.block if found is not None and is_ours else 0

"""Chain ids of development chains, on which simulated platforms are allowed."""

from attestor.errors import SimulationRefused

DEVELOPMENT_CHAIN_IDS = frozenset({1337, 31337})
"""geth --dev and anvil/hardhat. The contracts have the same list: `DevelopmentChains.sol`."""


def require_development_chain(chain_id: int, what: str) -> None:
    """Raise `SimulationRefused` unless `chain_id` is a development chain."""
    if chain_id not in DEVELOPMENT_CHAIN_IDS:
        known = ", ".join(str(known_id) for known_id in sorted(DEVELOPMENT_CHAIN_IDS))
        raise SimulationRefused(
            f"{what} is simulated and refuses chain id {chain_id}",
            hint=f"use it on a development chain ({known}), or set quote.provider to configfs",
        )

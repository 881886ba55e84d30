"""Options of a chain that may change while it runs."""

from dataclasses import dataclass

from attestor.config import Config
from attestor.core.fees import GWEI
from attestor.transactions.budget import GasBudget
from attestor.transactions.pricing import Pricer
from attestor.transactions.replacement import FeePolicy


def fee_policy(config: Config) -> FeePolicy:
    """What is offered at most."""
    cap, tip = config.payer_max_fee_gwei, config.payer_max_priority_fee_gwei
    return FeePolicy(int(cap * GWEI), int(tip * GWEI))


@dataclass(frozen=True)
class Renewal:
    """The parts of one chain that go by them."""

    pricer: Pricer
    budget: GasBudget

    def use(self, config: Config) -> None:
        """Put the options of a configuration in force."""
        self.pricer.use(fee_policy(config))
        self.budget.use(config.payer_max_reverted_gas_per_day)

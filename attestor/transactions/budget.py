"""How much gas may be lost to transactions that are mined and revert."""

from collections.abc import Callable
from typing import Protocol

from attestor.errors import GasBudgetSpent

DAY = 86_400.0


class RevertedGas(Protocol):
    """What was lost: `store.transactions.Transactions`."""

    def reverted_gas(self, payer: bytes, since: float) -> int:
        """Gas of the payer's reverted transactions signed after `since` (Unix seconds), but for
        those whose purpose somebody else's copy has fulfilled."""


class GasBudget:
    """At most `gas_per_day` in any 24 hours. `clock` gives Unix seconds; one that jumps makes the
    day longer or shorter, and no more."""

    def __init__(
        self, lost: RevertedGas, payer: bytes, gas_per_day: int, clock: Callable[[], float]
    ) -> None:
        self._lost = lost
        self._payer = payer
        self._gas_per_day = gas_per_day
        self._clock = clock

    def use(self, gas_per_day: int) -> None:
        """Allow another amount from now on."""
        self._gas_per_day = gas_per_day

    def require(self) -> None:
        """Raises `GasBudgetSpent`."""
        spent = self._lost.reverted_gas(self._payer, self._clock() - DAY)
        if spent >= self._gas_per_day:
            raise GasBudgetSpent(
                f"transactions that reverted cost {spent} gas within a day, and "
                f"{self._gas_per_day} may be lost",
                hint="find out why: the table signers has the reasons; or raise "
                "payer.max_reverted_gas_per_day",
            )

"""How long the collateral on chain still carries our registrations, and when to say so."""

from dataclasses import dataclass

SECONDS_PER_DAY = 86400


@dataclass(frozen=True)
class CollateralExpiry:
    """What is known of the collateral that our own machine's quotes are verified with.

    `ends_at` is when the part `first_to_end` ends, in Unix seconds; 0 when it is missing or
    revoked. `fault` says why upkeep does not mend that, and is empty when its last round went well.
    """

    ends_at: int
    first_to_end: str
    fault: str = ""

    def warning(self, now: float, margin: float) -> str | None:
        """One sentence when what is on chain ends within `margin` seconds of `now`, else None."""
        left = self.ends_at - now
        if left > margin:
            return None
        what = f"the {self.first_to_end} on chain"
        if self.ends_at == 0:
            state = f"{what} is missing or revoked: quotes are refused"
        elif left < 0:
            state = f"{what} has expired: quotes are refused"
        else:
            state = f"{what} ends in {left / SECONDS_PER_DAY:.1f} days: then quotes are refused"
        return f"{state}; {self.fault or 'nothing newer was to be had'}"

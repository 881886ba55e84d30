"""When the collateral on chain expires, and when to warn of it."""

from dataclasses import dataclass

SECONDS_PER_DAY = 86400


@dataclass(frozen=True)
class CollateralExpiry:
    """The collateral on chain that our own machine's quotes are verified with.

    `ends_at` is when the part `first_to_end` expires, in Unix seconds; 0 when it is missing or
    revoked. `fault` says why it was not renewed, and is empty when the last round succeeded.
    """

    ends_at: int
    first_to_end: str
    fault: str = ""

    def warning(self, now: float, margin: float) -> str | None:
        """One sentence when it expires within `margin` seconds of `now`, else None."""
        left = self.ends_at - now
        if left > margin:
            return None
        what = f"the {self.first_to_end} on chain"
        if self.ends_at == 0:
            state = f"{what} is missing or revoked: quotes are refused"
        elif left < 0:
            state = f"{what} has expired: quotes are refused"
        else:
            state = f"{what} expires in {left / SECONDS_PER_DAY:.1f} days: then quotes are refused"
        return f"{state}; {self.fault or 'no newer collateral was available'}"

"""What each client has used of its requests and bytes. In memory: a restart gives them back."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from attestor.core.client import Client
from attestor.errors.access import QuotaExceeded

MINUTE, HOUR = 60.0, 3600.0
MAX_ADDRESSES = 20_000
"""Of those without a name. Names are the operator's, and are not bounded here: nobody can crowd
them out."""


@dataclass
class Level:
    """How much is left of a quota, when that was, and in what time all of it comes back."""

    left: float
    at: float

    def refill(self, quota: int, seconds: float, now: float) -> None:
        """What came back since."""
        self.left = min(float(quota), self.left + (now - self.at) * quota / seconds)
        self.at = now


class Usage:
    """Quotas that fill again steadily. `clock` counts seconds. Lives in one event loop."""

    def __init__(self, clock: Callable[[], float], max_addresses: int = MAX_ADDRESSES) -> None:
        self._clock = clock
        self._max = max_addresses
        self._named: dict[str, Level] = {}
        self._others: OrderedDict[str, Level] = OrderedDict()

    def __len__(self) -> int:
        return len(self._named) + len(self._others)

    def request(self, client: Client) -> None:
        """One request. Raises `QuotaExceeded`."""
        self._take(client, "requests_per_minute", client.quotas.requests_per_minute, MINUTE, 1)

    def reserve_bytes(self, client: Client, count: int) -> None:
        """A body of that many bytes is on its way. Raises `QuotaExceeded`."""
        self._take(client, "bytes_per_hour", client.quotas.bytes_per_hour, HOUR, count)

    def settle_bytes(self, client: Client, reserved: int, came: int) -> None:
        """So many came in truth: what was not announced counts afterwards."""
        quota = client.quotas.bytes_per_hour
        if quota is not None and reserved != came:
            level = self._level(client, "bytes_per_hour", quota, HOUR)
            level.left = min(float(quota), level.left + reserved - came)

    def _take(
        self, client: Client, limit: str, quota: int | None, seconds: float, count: int
    ) -> None:
        if quota is None:
            return
        level = self._level(client, limit, quota, seconds)
        # A body of nothing passes only while something is left: one of unknown length does so too.
        missing = max(count, 1) - level.left
        if missing > 0:
            raise exceeded(client, limit, quota, missing * seconds / quota, count > quota)
        level.left -= count

    def _level(self, client: Client, limit: str, quota: int, seconds: float) -> Level:
        name, now = f"{limit} {client.share}", self._clock()
        levels = self._named if client.is_named else self._others
        level = levels.get(name)
        if level is None:
            level = levels[name] = Level(float(quota), now)
        level.refill(quota, seconds, now)
        if not client.is_named:
            self._others.move_to_end(name)
            while len(self._others) > self._max:
                self._others.popitem(last=False)
        return level


def exceeded(
    client: Client, limit: str, quota: int, seconds: float, never: bool = False
) -> QuotaExceeded:
    """The error of a quota that is used up, and comes back in `seconds`."""
    who = client.name if client.is_named else "clients without a name"
    what = limit.replace("_", " ")
    hint = "a smaller request" if never else f"try again in {max(1, round(seconds))} s"
    if not client.is_named:
        hint += ", or ask the operator for a key"
    return QuotaExceeded(
        f"the quota of {who}, {quota} {what}, is used up", hint=hint, limit=limit, seconds=seconds
    )

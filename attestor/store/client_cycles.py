"""How many cycles each client had executed of late: in the database, since a restart of the process
that serves clients must not give them back. By the wall clock, in slices of ten minutes."""

from attestor.store.database import Store
from attestor.store.journal import Clock

SLICE_SECONDS = 600
DAY_SECONDS = 86_400
MAX_CYCLES = (1 << 62) - 1


class ClientCycles:
    """The table client_cycles. A client is a name of `core.client.Client.share`."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def charge(self, client: str, cycles: int) -> None:
        """Count a run, and forget what is older than a day, or from a time that is not yet."""
        now = int(self._clock())
        with self._store.transaction():
            self._store.execute(
                "INSERT INTO client_cycles (client, slice, cycles) VALUES (?, ?, ?) "
                "ON CONFLICT DO UPDATE SET cycles = min(cycles + excluded.cycles, ?)",
                *(client, now - now % SLICE_SECONDS, cycles, MAX_CYCLES),
            )
            oldest = now - DAY_SECONDS - SLICE_SECONDS
            self._store.execute(
                "DELETE FROM client_cycles WHERE slice < ? OR slice > ?", oldest, now
            )

    def since(self, client: str, seconds: int) -> int:
        """The cycles of the slices that end within the last `seconds`."""
        return sum(cycles for _, cycles in self._slices(client, seconds))

    def free_in(self, client: str, seconds: int, quota: int) -> float:
        """Seconds until the client has used less than `quota` in `seconds`; 0 where it has now."""
        slices = self._slices(client, seconds)
        used = sum(cycles for _, cycles in slices)
        if used < quota:
            return 0.0
        for begin, cycles in slices:
            used -= cycles
            if used < quota:
                return begin + SLICE_SECONDS + seconds - self._clock()
        return float(seconds)

    def _slices(self, client: str, seconds: int) -> list[tuple[int, int]]:
        now = int(self._clock())
        rows = self._store.rows(
            "SELECT slice, cycles FROM client_cycles WHERE client = ? AND slice > ? AND slice <= ? "
            "ORDER BY slice",
            *(client, now - seconds - SLICE_SECONDS, now),
        )
        return [(int(row["slice"]), int(row["cycles"])) for row in rows]

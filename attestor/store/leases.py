"""Who works on a job for how long, by the monotonic clock: nobody can set it."""

import json
from collections.abc import Callable


class Leases:
    """Ends of leases, in memory. They are those of one process, which has the database for itself:
    after a restart nobody holds anything."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._ends: dict[str, float] = {}

    def hold(self, job: str, seconds: float) -> None:
        """The job is held for that long from now."""
        self._ends[job] = self._monotonic() + seconds

    def drop(self, job: str) -> None:
        """Nobody works on the job any more."""
        self._ends.pop(job, None)

    def held(self) -> str:
        """The jobs that are held, as a JSON list, for SQLite's `json_each`."""
        now = self._monotonic()
        self._ends = {job: end for job, end in self._ends.items() if end > now}
        return json.dumps(list(self._ends))

    def clear(self) -> None:
        """Nobody holds anything."""
        self._ends = {}

"""Which finished jobs are kept, and for how long."""

from collections.abc import Collection
from dataclasses import dataclass

from attestor.store.database import Store
from attestor.store.job_ends import JobEnds
from attestor.store.journal import Clock, iso

AT_ONCE = 200
"""Jobs that one round forgets at most: others want to write, too."""
OVER = "state IN ('done', 'failed')"


@dataclass(frozen=True)
class Kept:
    """How long finished jobs are kept, how many, and how many bytes of programs."""

    seconds: float
    jobs: int
    program_bytes: int


class Retention:
    """Forgets what is older, or more, than may be kept. Each job is one transaction."""

    def __init__(self, store: Store, jobs: JobEnds, kept: Kept, clock: Clock) -> None:
        self._store = store
        self._jobs = jobs
        self._kept = kept
        self._clock = clock

    def forget(self, waited: Collection[str]) -> int:
        """Forget jobs with their results, the oldest first, but none that somebody waits for; and
        programs that were sent to stay. How many jobs."""
        before = iso(self._clock() - self._kept.seconds)
        rows = self._store.rows(
            f"SELECT id FROM jobs WHERE {OVER} AND finished_at < ? "  # noqa: S608
            "ORDER BY finished_at LIMIT ?",
            *(before, AT_ONCE),
        )
        rows += self._store.rows(
            f"SELECT id FROM jobs WHERE {OVER} AND finished_at IS NOT NULL "  # noqa: S608
            "ORDER BY finished_at DESC, rowid DESC LIMIT ? OFFSET ?",
            *(AT_ONCE, self._kept.jobs),
        )
        held = set(waited)
        names = [name for name in dict.fromkeys(row["id"] for row in rows) if name not in held]
        for name in names:
            self._jobs.forget(name)
        self._jobs.programs.retain(self._kept.program_bytes)
        return len(names)

"""Whether a client may have one more job run, who pays for which run, and how far it may go."""

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from attestor.access.usage import exceeded
from attestor.core.client import NO_LIMITS, Client
from attestor.core.quotas import Quotas

HOUR_SECONDS, DAY_SECONDS = 3600, 86_400
JOBS_RETRY_SECONDS = 5.0
SWEEP_AT = 4096
"""So many noted jobs, after which those that ended are looked for among all of them."""
SHARES = 16
"""A job without a limit of its own reserves this part of a quota at first: so many run at once."""


class Cycles(Protocol):
    """What clients had executed: `store.client_cycles.ClientCycles`."""

    def charge(self, client: str, cycles: int) -> None: ...

    def since(self, client: str, seconds: int) -> int: ...

    def free_in(self, client: str, seconds: int, quota: int) -> float: ...


@dataclass
class _Run:
    """Who pays for a job, the limit that came with it, and the cycles that are reserved for it."""

    share: str
    limit: int | None = None
    reserved: int = 0
    quotas: Quotas = NO_LIMITS


class Admission:
    """Safe to use from several threads. `asking` is the client on whose behalf the caller works;
    `is_open` says of a job whether it still waits or runs, and is wanted; `max_cycles` are those of
    any run.

    A run is paid by who asked for it first; those who join it pay nothing. Its cycles are reserved
    when it is accepted, so that what is used and what is reserved never exceed a quota together.
    """

    def __init__(
        self,
        asking: Callable[[], Client | None],
        is_open: Callable[[str], bool],
        cycles: Cycles,
        max_cycles: int,
    ) -> None:
        self._asking = asking
        self._is_open = is_open
        self._cycles = cycles
        self._max_cycles = max_cycles
        self._lock = threading.Lock()
        self._runs: dict[str, _Run] = {}
        """By job."""

    def take_over(self, payers: Mapping[str, tuple[str, int | None]]) -> None:
        """The open jobs of an earlier run, with the share (`core.client.Client.share`) of who pays
        for each and the cycle limit that came with it."""
        with self._lock:
            for job, (share, limit) in payers.items():
                self._runs[job] = _Run(share, limit, self._bounded(limit or 0))

    def require(self, job: str, limit: int | None = None) -> None:
        """Note that the client that asks wants a job, which is to be queued, and reserve its
        cycles. Raises `QuotaExceeded`."""
        client = self._asking()
        if client is None:
            return
        with self._lock:
            if len(self._runs) >= SWEEP_AT:
                self._forget_closed(list(self._runs))
            own = self._own(client, job)
            quota = client.quotas.jobs
            if quota is not None and len(own) >= quota:
                raise exceeded(client, "jobs", quota, JOBS_RETRY_SECONDS)
            reserved = self._reservable(client, limit, sum(run.reserved for run in own))
            self._runs[job] = _Run(client.share, limit, reserved, client.quotas)

    def join(self, job: str, limit: int | None = None) -> None:
        """The client that asks joins an open job: for one that nobody pays for, as those who did
        had left it, that is to want it anew. Raises `QuotaExceeded`."""
        with self._lock:
            is_paid = job in self._runs
        if not is_paid:
            self.require(job, limit)

    def begin(self, job: str) -> int | None:
        """The run of a job begins; how many cycles it may take, where that is less than it would
        be bounded by anyway."""
        with self._lock:
            run = self._runs.get(job)
            if run is None or run.limit is not None or not list(_bounds(run.quotas)):
                return None
            others = sum(one.reserved for one in self._of(run.share)) - run.reserved
            left = min(
                quota - self._cycles.since(run.share, seconds) - others
                for _, quota, seconds in _bounds(run.quotas)
            )
            # At least one: a run of none could not say that there were too few.
            run.reserved = max(1, min(left, self._max_cycles))
            return run.reserved if run.reserved < self._max_cycles else None

    def charge(self, job: str, cycles: int, is_over: bool = True) -> None:
        """A run of that job ended, and took so many cycles; one that is not over is run again, at
        the cost of the same client."""
        with self._lock:
            run = self._runs.get(job)
            try:
                if run is not None and cycles > 0:
                    # Under the lock: nobody may see what is reserved gone and not yet used.
                    self._cycles.charge(run.share, cycles)
                    run.reserved = max(0, run.reserved - cycles)
            finally:
                if is_over:
                    self._runs.pop(job, None)

    def _own(self, client: Client, job: str) -> list[_Run]:
        """The client's other runs: those that are open, where anything depends on it."""
        if client.quotas.jobs is None and not list(_bounds(client.quotas)):
            return []
        mine = [name for name, run in self._runs.items() if run.share == client.share]
        self._forget_closed([name for name in mine if name != job])
        return [self._runs[name] for name in mine if name in self._runs and name != job]

    def _of(self, share: str) -> list[_Run]:
        return [run for run in self._runs.values() if run.share == share]

    def _reservable(self, client: Client, limit: int | None, reserved: int) -> int:
        """How many cycles a job reserves: those of its limit, all of which have to be there; else
        some, or what is left where nothing else of the client runs."""
        wanted = 0
        for name, quota, seconds in _bounds(client.quotas):
            part = self._bounded(max(1, quota // SHARES) if limit is None else limit)
            is_alone = limit is None and reserved == 0
            most_used = quota - (1 if is_alone else reserved + part)
            wanted = min(wanted, part) if wanted else part
            if most_used < 0:
                never = part > quota
                raise exceeded(client, name, quota, JOBS_RETRY_SECONDS, never)
            wait = self._cycles.free_in(client.share, seconds, most_used + 1)
            if wait > 0:
                raise exceeded(client, name, quota, wait)
        return wanted

    def _bounded(self, cycles: int) -> int:
        return min(cycles, self._max_cycles)

    def _forget_closed(self, jobs: list[str]) -> None:
        for job in jobs:
            if not self._is_open(job):
                del self._runs[job]


def _bounds(quotas: Quotas) -> Iterator[tuple[str, int, int]]:
    """The quotas of cycles that there are: name, number, and in how many seconds."""
    if quotas.cycles_per_day is not None:
        yield "cycles_per_day", quotas.cycles_per_day, DAY_SECONDS
    if quotas.cycles_per_hour is not None:
        yield "cycles_per_hour", quotas.cycles_per_hour, HOUR_SECONDS

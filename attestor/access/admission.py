"""Whether a client may have one more job run, and who pays for which run."""

import threading
from collections.abc import Callable, Mapping
from typing import Protocol

from attestor.access.usage import exceeded
from attestor.core.client import Client

HOUR_SECONDS, DAY_SECONDS = 3600, 86_400
JOBS_RETRY_SECONDS = 5.0
SWEEP_AT = 4096
"""So many noted jobs, after which those that ended are looked for among all of them."""


class Cycles(Protocol):
    """What clients had executed: `store.client_cycles.ClientCycles`."""

    def charge(self, client: str, cycles: int) -> None: ...

    def free_in(self, client: str, seconds: int, quota: int) -> float: ...


class Admission:
    """Safe to use from several threads. `asking` is the client on whose behalf the caller works;
    `is_open` says of a job whether it still waits or runs, and is wanted.

    A run is paid by who asked for it first; those who join it pay nothing.
    """

    def __init__(
        self,
        asking: Callable[[], Client | None],
        is_open: Callable[[str], bool],
        cycles: Cycles,
    ) -> None:
        self._asking = asking
        self._is_open = is_open
        self._cycles = cycles
        self._lock = threading.Lock()
        self._payers: dict[str, str] = {}
        """By job, the share of who pays."""

    def take_over(self, payers: Mapping[str, str]) -> None:
        """The open jobs of an earlier run, with the share (`core.client.Client.share`) of who pays
        for each."""
        with self._lock:
            self._payers.update(payers)

    def require(self, job: str) -> None:
        """Note that the client that asks wants a job, which is to be queued. Raises
        `QuotaExceeded`."""
        client = self._asking()
        if client is None:
            return
        self._require_cycles(client)
        with self._lock:
            if len(self._payers) >= SWEEP_AT:
                self._forget_closed(list(self._payers))
            quota = client.quotas.jobs
            if quota is not None:
                own = [name for name, payer in self._payers.items() if payer == client.share]
                self._forget_closed([name for name in own if name != job])
                left = [name for name in own if name in self._payers and name != job]
                if len(left) >= quota:
                    raise exceeded(client, "jobs", quota, JOBS_RETRY_SECONDS)
            self._payers[job] = client.share

    def charge(self, job: str, cycles: int, is_over: bool = True) -> None:
        """A run of that job ended, and took so many cycles; one that is not over is run again, at
        the cost of the same client."""
        with self._lock:
            payer = self._payers.get(job)
            if is_over:
                self._payers.pop(job, None)
        if payer is not None and cycles > 0:
            self._cycles.charge(payer, cycles)

    def _require_cycles(self, client: Client) -> None:
        quotas = client.quotas
        for limit, quota, seconds in (
            ("cycles_per_day", quotas.cycles_per_day, DAY_SECONDS),
            ("cycles_per_hour", quotas.cycles_per_hour, HOUR_SECONDS),
        ):
            if quota is not None:
                wait = self._cycles.free_in(client.share, seconds, quota)
                if wait > 0:
                    raise exceeded(client, limit, quota, wait)

    def _forget_closed(self, jobs: list[str]) -> None:
        for job in jobs:
            if not self._is_open(job):
                del self._payers[job]

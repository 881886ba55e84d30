"""What the databases count, asked for within bounds: `/metrics` answers whatever hangs."""

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Protocol

from loguru import logger

from attestor.core.events import Event
from attestor.errors import AttestorError
from attestor.http.metrics import Counts
from attestor.store.disagreements import Disagreements
from attestor.store.proofs import Proofs

DATABASE_SECONDS = 2.0


class Counted(Protocol):
    """A chain, as far as it is counted: `http.health.ChainStanding`."""

    @property
    def name(self) -> str: ...

    @property
    def proofs(self) -> Proofs | None: ...

    @property
    def disagreements(self) -> Disagreements | None: ...


class Counting:
    """Each database is asked once at a time: what hangs must not take a thread for each request,
    nor hold up what is counted elsewhere."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: dict[str, ThreadPoolExecutor] = {}
        self._counting: dict[str, Future[Counts]] = {}

    def of(self, chains: Sequence[Counted]) -> dict[str, Counts]:
        """What the database of each chain counts, by its name; nothing of those that do not answer
        in time."""
        asked = {chain.name: self._ask(chain) for chain in chains if chain.proofs is not None}
        found = {}
        for name, counting in asked.items():
            try:
                found[name] = counting.result(DATABASE_SECONDS)
            except FutureTimeout:
                continue
            except AttestorError as error:
                logger.bind(event=Event.METRICS_INCOMPLETE).warning(
                    "/metrics has no counts: {} [{}]", error, error.code
                )
        return found

    def _ask(self, chain: Counted) -> "Future[Counts]":
        with self._lock:
            running = self._counting.get(chain.name)
            if running is None or running.done():
                threads = self._threads.setdefault(
                    chain.name, ThreadPoolExecutor(1, thread_name_prefix="metrics")
                )
                running = self._counting[chain.name] = threads.submit(_count, chain)
            return running


def _count(chain: Counted) -> Counts:
    assert chain.proofs is not None
    assert chain.disagreements is not None
    return Counts(chain.proofs.cross_check_counts(), chain.disagreements.count())

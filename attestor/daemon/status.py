"""The status document of the running daemon: its view, and what its databases add. It comes soon
whatever hangs: what a database does not answer in time is left out, or is as it was."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from loguru import logger

from attestor import __version__
from attestor.chain.pace import block_seconds
from attestor.core.events import Event
from attestor.core.readiness import judge
from attestor.core.service_view import ServiceView
from attestor.core.statement import CIRCUIT_VERSION
from attestor.daemon.build import Parts
from attestor.daemon.chain_unit import ChainUnit
from attestor.errors import AttestorError
from attestor.http.status import Status
from attestor.observe.repeated import Repeated
from attestor.status import collect
from attestor.status import history as kept
from attestor.status.collect import Known, Terms
from attestor.status.document import Build, Document
from attestor.status.history import History
from attestor.store.database import Store
from attestor.store.moving import jobs_path
from attestor.store.opening import HISTORY, JOBS, DatabaseKind

T = TypeVar("T")
WAIT_SECONDS = 1.0
"""What a database gets to answer."""
FRESH_SECONDS = 2.0
"""For which an answer is used again: many may look at once."""


class Answer(Generic[T]):
    """What a database says, asked by one thread at a time. Safe to use from several."""

    def __init__(self, ask: Callable[[], T], clock: Callable[[], float]) -> None:
        self._ask = ask
        self._clock = clock
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="status")
        self._known: T | None = None
        self._due = clock()
        self._asking = False
        self._repeated = Repeated(clock)

    def now(self) -> T | None:
        """The answer, or the one before where it does not come in time; None before the first."""
        with self._lock:
            if self._asking or self._clock() < self._due:
                return self._known
            self._asking = True
            asked = self._threads.submit(self._look)
        try:
            asked.result(WAIT_SECONDS)
        except FutureTimeout:
            logger.debug("the status goes without what a database did not say in time")
        return self._known

    def _look(self) -> None:
        try:
            self._known = self._ask()
            self._repeated.passed("")
        except AttestorError as error:
            if self._repeated.failed("", error.code):
                logger.bind(event=Event.STATUS_INCOMPLETE).warning(
                    "the status lacks what is in a database: {} [{}]", error, error.code
                )
        finally:
            self._due = self._clock() + FRESH_SECONDS
            self._asking = False


class StatusView:
    """Makes the document, in any thread. `jobs` is the database of all jobs."""

    def __init__(
        self,
        view: Callable[[], ServiceView],
        units: tuple[ChainUnit, ...],
        jobs: Path,
        wall: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self._view = view
        self._units = units
        self._build = Build(__version__, CIRCUIT_VERSION)
        self._jobs = Answer(lambda: _read(jobs, kept.jobs, JOBS), monotonic)
        self._histories = {
            unit.chain.name: Answer(
                partial(_history, unit.chain.config.store_path, wall), monotonic
            )
            for unit in units
        }

    def document(self) -> Document:
        """As of now."""
        known = {unit.chain.name: self._known(unit) for unit in self._units}
        view = self._view()
        return collect.document(view, judge(view), known, self._build, self._jobs.now())

    def _known(self, unit: ChainUnit) -> Known:
        history = self._histories[unit.chain.name].now() or History()
        running = unit.running
        if running is None:
            return Known(unit.served, None, history)
        policy = running.rotation.policy
        margin = policy.margin(block_seconds(running.heads.window))
        terms = Terms(policy.period, margin, policy.max_block_number_diff)
        return Known(unit.served, terms, history)


def status_of(parts: Parts, view: Callable[[], ServiceView]) -> Status:
    """What serves it."""
    jobs, clocks = jobs_path(parts.store_path), parts.clocks
    return Status(StatusView(view, parts.units, jobs, clocks.wall, clocks.monotonic).document)


def _history(path: Path, wall: Callable[[], float]) -> History:
    return _read(path, lambda store: kept.history(store, wall()))


def _read(path: Path, read: Callable[[Store], T], kind: DatabaseKind = HISTORY) -> T:
    """By a connection of its own, which is closed at once: one that is open when the daemon ends
    would keep it from tidying up, and a long query keeps the rotation from nothing."""
    store = Store.open_to_read(path, kind)
    try:
        return read(store)
    finally:
        store.close()

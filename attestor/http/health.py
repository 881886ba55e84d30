"""What supervisors and Prometheus ask: whether all goes well, and the figures behind that.

Both calls answer whatever hangs: `/health` reads nothing but memory, and `/metrics` waits for the
database for `DATABASE_SECONDS` at most.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any, Protocol

from aiohttp import web
from loguru import logger

from attestor.core.duty import DutyBounds, DutyRecord, fault
from attestor.core.execution import ExecutorBuild
from attestor.core.expiry import CollateralExpiry
from attestor.errors import AttestorError, WorkersFailing
from attestor.http import metrics
from attestor.http.metrics import Counts
from attestor.jobs.queue import ProofQueue
from attestor.store.disagreements import Disagreements
from attestor.store.jobs import Jobs

DATABASE_SECONDS = 2.0


class Collateral(Protocol):
    """What is told of the collateral on chain: `collateral.duty.CollateralDuty`."""

    expiry: CollateralExpiry | None

    @property
    def failing(self) -> bool: ...

    def warning(self) -> str | None: ...


class WorkersState(Protocol):
    """What is told of the workers: `jobs.worker.Workers`."""

    internal_errors: int

    def fault(self) -> WorkersFailing | None: ...


class Health:
    """Handlers of `GET /health` and `GET /metrics`; `collateral` is None where the
    daemon has no store, `duties` gives the record of each duty, `database_fault` why the database
    cannot be used at the moment."""

    def __init__(
        self,
        queue: ProofQueue,
        jobs: Jobs,
        disagreements: Disagreements,
        workers: WorkersState,
        collateral: Collateral | None = None,
        duties: Callable[[], list[DutyRecord]] = list,
        bounds: DutyBounds | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        executor: ExecutorBuild = ExecutorBuild.RECORDED,
        database_fault: Callable[[], AttestorError | None] = lambda: None,
    ) -> None:
        self._queue = queue
        self._jobs = jobs
        self._disagreements = disagreements
        self._workers = workers
        self._collateral = collateral
        self._duties = duties
        self._bounds = bounds or DutyBounds()
        self._monotonic = monotonic
        self._executor = executor
        self._database_fault = database_fault
        self._counting: asyncio.Future[Counts] | None = None

    def add_to(self, application: web.Application) -> None:
        """Serve the two paths."""
        application.router.add_get("/health", self.health)
        application.router.add_get("/metrics", self.metrics)

    async def health(self, request: web.Request) -> web.Response:
        """200 and {"ok":true}, or 503 and {"ok":false,"error":{"code","message","hint"}}: signing
        is halted, the database cannot be used, a duty fails or hangs (its name is in
        `error.duty`), or the workers fail.

        With "executor":"unrecorded" where other programs run than were recorded at build, and with
        "warnings":[{"code","message"}] where registrations will end unless somebody acts.
        """
        warning = self._collateral.warning() if self._collateral is not None else None
        told: dict[str, Any] = {}
        if self._executor is not ExecutorBuild.RECORDED:
            told["executor"] = self._executor
        if warning is not None:
            told["warnings"] = [{"code": "collateral_ends", "message": warning}]
        error = self._error()
        if error is None:
            return web.json_response({"ok": True, **told})
        return web.json_response({"ok": False, "error": error, **told}, status=503)

    async def metrics(self, request: web.Request) -> web.Response:
        """Prometheus' text format, version 0.0.4."""
        collateral = self._collateral
        lines = [
            *metrics.of_signing(self._queue.halted is not None),
            *metrics.of_counts(await self._counts()),
            *metrics.of_workers(self._workers.internal_errors),
            *metrics.of_duties(self._duties(), self._monotonic()),
        ]
        if collateral is not None:
            lines += metrics.of_collateral(collateral.failing, collateral.expiry)
        return web.Response(text="\n".join(lines) + "\n", content_type="text/plain")

    def _error(self) -> dict[str, Any] | None:
        """The gravest thing that is wrong."""
        if self._queue.halted is not None:
            return _told(self._queue.halted)
        unusable = self._database_fault()
        if unusable is not None:
            return _told(unusable)
        now = self._monotonic()
        for record in self._duties():
            found = fault(record, now, self._bounds)
            if found is not None:
                return {**_told(found), "duty": record.name}
        failing = self._workers.fault()
        return None if failing is None else _told(failing)

    async def _counts(self) -> Counts | None:
        """What the database counts, or None when it does not answer in time. It is asked once at a
        time: what hangs must not take a thread for each request."""
        if self._counting is None or self._counting.done():
            self._counting = asyncio.ensure_future(asyncio.to_thread(self._count))
        done, _ = await asyncio.wait({self._counting}, timeout=DATABASE_SECONDS)
        if not done:
            return None
        try:
            return self._counting.result()
        except AttestorError as error:
            logger.warning("/metrics has no counts: {} [{}]", error, error.code)
            return None

    def _count(self) -> Counts:
        return Counts(self._jobs.cross_check_counts(), self._disagreements.count())


def _told(error: AttestorError) -> dict[str, Any]:
    return {"code": error.code, "message": error.message, "hint": error.hint}

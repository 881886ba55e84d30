"""What supervisors and Prometheus ask: whether all goes well, and the figures behind that.

Both calls answer whatever hangs: `/health` reads nothing but memory, and `/metrics` waits for the
database for `DATABASE_SECONDS` at most.
"""

import asyncio
import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any, Protocol

from aiohttp import web
from loguru import logger

from attestor.core.duty import DutyBounds, DutyRecord, fault
from attestor.core.execution import ExecutorBuild
from attestor.core.expiry import CollateralExpiry
from attestor.core.signers import Cover
from attestor.errors import AttestorError, SigningHalted
from attestor.http import metrics
from attestor.http.metrics import Counts
from attestor.store.disagreements import Disagreements
from attestor.store.proofs import Proofs

DATABASE_SECONDS = 2.0


class Collateral(Protocol):
    """What is told of the collateral on chain: `collateral.duty.CollateralDuty`."""

    expiry: CollateralExpiry | None

    @property
    def failing(self) -> bool: ...

    def warning(self) -> str | None: ...


class ApiStanding(Protocol):
    """What is told of the API process: `daemon.api_supervisor.ApiSupervisor`."""

    starts: int

    @property
    def internal_errors(self) -> int: ...

    @property
    def connections(self) -> int: ...

    def fault(self) -> AttestorError | None: ...


class Health:
    """Handlers of `GET /health` and `GET /metrics`; `collateral` is None where the
    daemon has no store, `duties` gives the record of each duty, `database_fault` why the database
    cannot be used at the moment, `halted` why nothing is signed any more, `cover` who signs."""

    def __init__(
        self,
        halted: Callable[[], SigningHalted | None],
        proofs: Proofs,
        disagreements: Disagreements,
        api: ApiStanding,
        collateral: Collateral | None = None,
        duties: Callable[[], list[DutyRecord]] = list,
        bounds: DutyBounds | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        executor: ExecutorBuild = ExecutorBuild.RECORDED,
        database_fault: Callable[[], AttestorError | None] = lambda: None,
        cover: Callable[[], Cover] | None = None,
    ) -> None:
        self._halted = halted
        self._proofs = proofs
        self._disagreements = disagreements
        self._api = api
        self._collateral = collateral
        self._duties = duties
        self._bounds = bounds or DutyBounds()
        self._monotonic = monotonic
        self._executor = executor
        self._database_fault = database_fault
        self._cover = cover
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(1, thread_name_prefix="metrics")
        self._counting: Future[Counts] | None = None

    def add_to(self, application: web.Application) -> None:
        """Serve the two paths."""
        application.router.add_get("/health", self.health)
        application.router.add_get("/metrics", self.metrics)

    async def health(self, request: web.Request) -> web.Response:
        """200 and {"ok":true}, or 503 and {"ok":false,"error":{"code","message","hint"}}: signing
        is halted, the database cannot be used, a duty fails or hangs (its name is in
        `error.duty`), the API process does not answer, or its workers fail.

        With "executor":"unrecorded" where other programs run than were recorded at build, and with
        "warnings":[{"code","message"}] where no signer signs, and where registrations will end
        unless somebody acts.
        """
        status, body = self.told()
        return web.Response(status=status, body=body, content_type="application/json")

    def told(self) -> tuple[int, bytes]:
        """Status and body of `/health`, for any thread."""
        told: dict[str, Any] = {}
        if self._executor is not ExecutorBuild.RECORDED:
            told["executor"] = self._executor
        if warnings := self._warnings():
            told["warnings"] = warnings
        error = self._error()
        if error is None:
            return 200, json.dumps({"ok": True, **told}).encode()
        return 503, json.dumps({"ok": False, "error": error, **told}).encode()

    async def metrics(self, request: web.Request) -> web.Response:
        """Prometheus' text format, version 0.0.4."""
        text = await asyncio.to_thread(self.metrics_text)
        return web.Response(text=text, content_type="text/plain")

    def metrics_text(self) -> str:
        """The body of `/metrics`, for any thread: it waits for the database, within bounds."""
        collateral = self._collateral
        lines = [
            *metrics.of_signing(self._halted() is not None),
            *(metrics.of_cover(self._cover()) if self._cover is not None else ()),
            *metrics.of_counts(self._counts()),
            *metrics.of_api(self._api.internal_errors, self._api.connections, self._api.starts),
            *metrics.of_duties(self._duties(), self._monotonic()),
        ]
        if collateral is not None:
            lines += metrics.of_collateral(collateral.failing, collateral.expiry)
        return "\n".join(lines) + "\n"

    def _warnings(self) -> list[dict[str, str]]:
        found = []
        if self._cover is not None and not (cover := self._cover()).is_signing:
            found.append(("no_active_signer", f"no proof is signed: {cover.reason}"))
        ends = self._collateral.warning() if self._collateral is not None else None
        if ends is not None:
            found.append(("collateral_ends", ends))
        return [{"code": code, "message": message} for code, message in found]

    def _error(self) -> dict[str, Any] | None:
        """The gravest thing that is wrong."""
        halted = self._halted()
        if halted is not None:
            return _told(halted)
        unusable = self._database_fault()
        if unusable is not None:
            return _told(unusable)
        now = self._monotonic()
        for record in self._duties():
            found = fault(record, now, self._bounds)
            if found is not None:
                return {**_told(found), "duty": record.name}
        failing = self._api.fault()
        return None if failing is None else _told(failing)

    def _counts(self) -> Counts | None:
        """What the database counts, or None when it does not answer in time. It is asked once at a
        time: what hangs must not take a thread for each request."""
        with self._lock:
            if self._counting is None or self._counting.done():
                self._counting = self._threads.submit(self._count)
            counting = self._counting
        try:
            return counting.result(DATABASE_SECONDS)
        except FutureTimeout:
            return None
        except AttestorError as error:
            logger.warning("/metrics has no counts: {} [{}]", error, error.code)
            return None

    def _count(self) -> Counts:
        return Counts(self._proofs.cross_check_counts(), self._disagreements.count())


def _told(error: AttestorError) -> dict[str, Any]:
    return {"code": error.code, "message": error.message, "hint": error.hint}

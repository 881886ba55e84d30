"""What supervisors and Prometheus ask: whether all goes well, and the figures behind that.

Both calls answer whatever hangs: `/health` reads nothing but memory, and `/metrics` waits for the
database for `counting.DATABASE_SECONDS` at most.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web

from attestor.core.duty import DutyBounds, DutyRecord, fault
from attestor.core.execution import ExecutorBuild
from attestor.core.expiry import CollateralExpiry
from attestor.core.redaction import without_credentials
from attestor.core.service_view import ServiceView
from attestor.core.signers import Cover
from attestor.errors import AttestorError, ChainNotNamed, SigningHalted
from attestor.http import metrics
from attestor.http.counting import Counting
from attestor.http.metrics import Sample
from attestor.http.view_metrics import of_view
from attestor.store.disagreements import Disagreements
from attestor.store.proofs import Proofs


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


@dataclass(frozen=True)
class ChainStanding:
    """How one chain stands: `name` is empty where there is one without a name, `failure` is why it
    does not run at present, `collateral` is None where there is no store, `database_fault` is why
    its database cannot be used."""

    name: str
    proofs: Proofs | None = None
    disagreements: Disagreements | None = None
    duties: Sequence[DutyRecord] = ()
    collateral: Collateral | None = None
    database_fault: AttestorError | None = None
    cover: Cover | None = None
    failure: AttestorError | None = None


class Health:
    """Handlers of `GET /health` and `GET /metrics`; `chains` is how each of them stands, `duties`
    gives the records of those duties that are of no chain, `halted` why nothing is signed any
    more."""

    def __init__(
        self,
        halted: Callable[[], SigningHalted | None],
        chains: Callable[[], Sequence[ChainStanding]],
        api: ApiStanding,
        duties: Callable[[], list[DutyRecord]] = list,
        bounds: DutyBounds | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        executor: ExecutorBuild = ExecutorBuild.RECORDED,
        view: Callable[[], ServiceView] = ServiceView,
    ) -> None:
        self._halted = halted
        self._chains = chains
        self._api = api
        self._duties = duties
        self._bounds = bounds or DutyBounds()
        self._monotonic = monotonic
        self._executor = executor
        self._view = view
        self._counting = Counting()

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
        unless somebody acts. Where chains have names, `error.chain` and `warnings[].chain` say
        which it is about, "chains" says how each stands, and `?chain=NAME` asks about one of them
        and what all share; 404 where there is none.
        """
        status, body = self.told(request.query.get("chain"))
        return web.Response(status=status, body=body, content_type="application/json")

    def told(self, chain: str | None = None) -> tuple[int, bytes]:
        """Status and body of `/health`, for any thread."""
        all_chains = self._chains()
        chains = [one for one in all_chains if chain is None or one.name == chain != ""]
        if not chains:
            names = ", ".join(one.name for one in all_chains if one.name) or "one, without a name"
            unknown = ChainNotNamed(f"no chain is named {chain!r:.40}", hint=f"there are {names}")
            return 404, json.dumps({"ok": False, "error": _told(unknown)}).encode()
        told: dict[str, Any] = {}
        if self._executor is not ExecutorBuild.RECORDED:
            told["executor"] = self._executor
        if warnings := [one for standing in chains for one in _warnings(standing)]:
            told["warnings"] = warnings
        errors = {one.name: self._error_of(one) for one in chains}
        if chains[0].name:
            told["chains"] = {name: {"ok": found is None} for name, found in errors.items()}
        error = self._shared_error() or next(filter(None, errors.values()), None)
        error = error or self._last_error()
        if error is None:
            return 200, json.dumps({"ok": True, **told}).encode()
        return 503, json.dumps({"ok": False, "error": error, **told}).encode()

    async def metrics(self, request: web.Request) -> web.Response:
        """Prometheus' text format, version 0.0.4."""
        text = await asyncio.to_thread(self.metrics_text)
        return web.Response(text=text, content_type="text/plain")

    def metrics_text(self) -> str:
        """The body of `/metrics`, for any thread: it waits for the database, within bounds."""
        return metrics.text(self._samples())

    def _samples(self) -> Iterator[Sample]:
        chains, now = self._chains(), self._monotonic()
        yield from metrics.of_signing(self._halted() is not None)
        yield from metrics.of_api(
            self._api.internal_errors, self._api.connections, self._api.starts
        )
        yield from metrics.of_duties(self._duties(), now)
        counted = self._counting.of(chains)
        for one in chains:
            if one.name:
                yield from metrics.of_chain(one.failure is None, one.name)
            if one.cover is not None:
                yield from metrics.of_cover(one.cover, one.name)
            if one.proofs is not None:
                yield from metrics.of_counts(counted.get(one.name), one.name)
            yield from metrics.of_duties(one.duties, now, one.name)
            if one.collateral is not None:
                expiry = one.collateral.expiry
                yield from metrics.of_collateral(one.collateral.failing, expiry, one.name)
        yield from of_view(self._view(), self._executor)

    def _shared_error(self) -> dict[str, Any] | None:
        """The gravest thing that is wrong for all chains."""
        halted = self._halted()
        if halted is not None:
            return _told(halted)
        return self._duty_error(self._duties())

    def _error_of(self, chain: ChainStanding) -> dict[str, Any] | None:
        """The gravest thing that is wrong with a chain."""
        found = chain.failure or chain.database_fault
        error = _told(found) if found is not None else self._duty_error(chain.duties)
        return {**error, "chain": chain.name} if error is not None and chain.name else error

    def _duty_error(self, records: Sequence[DutyRecord]) -> dict[str, Any] | None:
        now = self._monotonic()
        for record in records:
            found = fault(record, now, self._bounds)
            if found is not None:
                return {**_told(found), "duty": record.name}
        return None

    def _last_error(self) -> dict[str, Any] | None:
        failing = self._api.fault()
        return None if failing is None else _told(failing)


def _warnings(chain: ChainStanding) -> list[dict[str, str]]:
    found = []
    if chain.cover is not None and not chain.cover.is_signing:
        found.append(("no_active_signer", f"no proof is signed: {chain.cover.reason}"))
    ends = chain.collateral.warning() if chain.collateral is not None else None
    if ends is not None:
        found.append(("collateral_ends", ends))
    named = {"chain": chain.name} if chain.name else {}
    return [{"code": code, "message": message, **named} for code, message in found]


def _told(error: AttestorError) -> dict[str, Any]:
    """Clients may ask, too: what an endpoint said may repeat its own URL and key."""
    hint = without_credentials(error.hint) if error.hint is not None else None
    return {"code": error.code, "message": without_credentials(error.message), "hint": hint}

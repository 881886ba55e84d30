"""`/health`, `/livez`, `/readyz` and `/metrics` at clients' address: what the daemon says, asked
for a few times a second at most. The daemon serves them itself too, at an address in which this
process has no part.

Who is neither on this machine nor has a name hears whether all goes well, and nothing else: what is
wrong, and the figures, are the operator's business."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from aiohttp import web

from attestor.api.link import DaemonLink
from attestor.errors import AttestorError, RegistrationUnknown
from attestor.http.clients import CLIENT
from attestor.http.probes import LIVE, READY, wants_text

FRESH_SECONDS = 0.2


@dataclass(frozen=True)
class _Told:
    status: int
    body: bytes
    content_type: str
    at: float


class HealthRelay:
    """Handlers of the four calls. Lives in one event loop."""

    def __init__(self, daemon: DaemonLink, names: tuple[str, ...] = ()) -> None:
        """`names` are those of the chains."""
        self._daemon = daemon
        self._names = names
        self._known: dict[str, _Told] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    def add_to(self, application: web.Application) -> None:
        """Serve the four paths."""
        application.router.add_get("/health", self.health)
        application.router.add_get("/metrics", self.metrics)
        application.router.add_get(LIVE, self.probe)
        application.router.add_get(READY, self.probe)

    async def health(self, request: web.Request) -> web.Response:
        """The daemon's answer, with `?chain=` about one chain; 503 with `daemon_not_answering`
        where there is none. Strangers get its status with {"ok":true} or {"ok":false}. Raises
        `RegistrationUnknown`."""
        chain = self._chain(request)
        told = await self._answer(f"/health {chain or ''}", partial(self._health, chain))
        if _is_strange(request):
            return web.json_response({"ok": told.status == 200}, status=told.status)
        return told

    async def probe(self, request: web.Request) -> web.Response:
        """The same of `/livez` and `/readyz`; strangers get {"live":…} or {"ready":…} alone."""
        chain, path, text = self._chain(request), request.path, wants_text(request)
        ask = partial(self._probe, path, chain, text)
        told = await self._answer(f"{path} {chain or ''} {text}", ask)
        if _is_strange(request):
            field = {LIVE: "live", READY: "ready"}[path]
            return web.json_response({field: told.status == 200}, status=told.status)
        return told

    async def metrics(self, request: web.Request) -> web.Response:
        """The daemon's answer; 503 where there is none, and 404 for strangers."""
        if _is_strange(request):
            return web.Response(status=404)
        return await self._answer("/metrics", self._metrics)

    async def _answer(self, path: str, ask: Callable[[], _Told]) -> web.Response:
        async with self._locks[path]:
            known = self._known.get(path)
            if known is None or time.monotonic() - known.at > FRESH_SECONDS:
                try:
                    known = await asyncio.to_thread(ask)
                except AttestorError as error:
                    # Kept as well: who waited meanwhile must not ask once more, one by one.
                    known = _failed(error)
                self._known[path] = known
        return _response(known)

    def _health(self, chain: str | None = None) -> _Told:
        status, body = self._daemon.health(chain)
        return _Told(status, body, "application/json", time.monotonic())

    def _chain(self, request: web.Request) -> str | None:
        """Of which the caller wants to know; None for all."""
        chain = request.query.get("chain")
        if chain is not None and chain not in self._names:
            hint = f"there are {', '.join(self._names)}" if self._names else "leave ?chain= out"
            raise RegistrationUnknown(f"no chain is named {chain!r:.40}", hint=hint)
        return chain

    def _probe(self, path: str, chain: str | None, text: bool) -> _Told:
        return _Told(*self._daemon.probe(path, chain, text), time.monotonic())

    def _metrics(self) -> _Told:
        return _Told(200, self._daemon.metrics(), "text/plain", time.monotonic())


def _response(told: _Told) -> web.Response:
    return web.Response(
        status=told.status, body=told.body, content_type=told.content_type, charset="utf-8"
    )


def _is_strange(request: web.Request) -> bool:
    client = request.get(CLIENT)
    return client is not None and not client.is_named and not client.is_local


def _failed(error: AttestorError) -> _Told:
    told = {"code": error.code, "message": error.message, "hint": error.hint}
    body = json.dumps({"ok": False, "error": told}).encode()
    return _Told(503, body, "application/json", time.monotonic())

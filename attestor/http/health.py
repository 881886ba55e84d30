"""What supervisors and Prometheus ask: whether proofs are signed, and how they were confirmed."""

import asyncio
from typing import Any, Protocol

from aiohttp import web

from attestor.core.expiry import CollateralExpiry
from attestor.jobs.queue import ProofQueue
from attestor.store.disagreements import Disagreements
from attestor.store.jobs import Jobs


class CollateralDuty(Protocol):
    """What is told of the collateral on chain: `collateral.loop.CollateralDuty`."""

    expiry: CollateralExpiry | None

    @property
    def failing(self) -> bool: ...

    def warning(self) -> str | None: ...


class Health:
    """Handlers of `GET /health` and `GET /metrics`; `collateral` is None where the
    daemon has no store."""

    def __init__(
        self,
        queue: ProofQueue,
        jobs: Jobs,
        disagreements: Disagreements,
        collateral: CollateralDuty | None = None,
    ) -> None:
        self._queue = queue
        self._jobs = jobs
        self._disagreements = disagreements
        self._collateral = collateral

    def add_to(self, application: web.Application) -> None:
        """Serve the two paths."""
        application.router.add_get("/health", self.health)
        application.router.add_get("/metrics", self.metrics)

    async def health(self, request: web.Request) -> web.Response:
        """200 and {"ok":true}, or 503 and {"ok":false,"error":{…}} once signing is halted; with
        "warnings":[{"code","message"}] where registrations will end unless somebody acts."""
        warning = self._collateral.warning() if self._collateral is not None else None
        told: dict[str, Any] = {}
        if warning is not None:
            told["warnings"] = [{"code": "collateral_ends", "message": warning}]
        halted = self._queue.halted
        if halted is None:
            return web.json_response({"ok": True, **told})
        error = {"code": halted.code, "message": halted.message, "hint": halted.hint}
        return web.json_response({"ok": False, "error": error, **told}, status=503)

    async def metrics(self, request: web.Request) -> web.Response:
        """Prometheus' text format, version 0.0.4."""
        counts = await asyncio.to_thread(self._jobs.confirmation_counts)
        disagreements = await asyncio.to_thread(self._disagreements.count)
        lines = [
            "# TYPE attestor_signing_halted gauge",
            f"attestor_signing_halted {int(self._queue.halted is not None)}",
            "# TYPE attestor_engine_disagreements_total counter",
            f"attestor_engine_disagreements_total {disagreements}",
            "# TYPE attestor_proofs gauge",
            *(_proofs_line(row) for row in counts),
            *_collateral_lines(self._collateral),
        ]
        return web.Response(text="\n".join(lines) + "\n", content_type="text/plain")


def _proofs_line(row: dict[str, Any]) -> str:
    labels = ",".join(
        f'{name}="{row[name] or "none"}"' for name in ("engine", "confirmation", "finding")
    )
    return f"attestor_proofs{{{labels}}} {row['n']}"


def _collateral_lines(collateral: CollateralDuty | None) -> list[str]:
    if collateral is None:
        return []
    lines = [
        "# TYPE attestor_collateral_failing gauge",
        f"attestor_collateral_failing {int(collateral.failing)}",
    ]
    if collateral.expiry is not None:
        lines += [
            "# TYPE attestor_collateral_end_timestamp_seconds gauge",
            f"attestor_collateral_end_timestamp_seconds {collateral.expiry.ends_at}",
        ]
    return lines

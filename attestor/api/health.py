"""What supervisors and Prometheus ask: whether proofs are signed, and how they were confirmed."""

import asyncio
from typing import Any, Protocol

from aiohttp import web

from attestor.core.outlook import Outlook
from attestor.proofs.queue import ProofQueue
from attestor.store.disagreements import Disagreements
from attestor.store.jobs import Jobs


class Upkeep(Protocol):
    """What is told of the collateral on chain: `upkeep.loop.Upkeep`."""

    outlook: Outlook | None

    @property
    def failing(self) -> bool: ...

    def warning(self) -> str | None: ...


class Health:
    """Handlers of `GET /health` and `GET /metrics`; `upkeep` is None without a store of ours."""

    def __init__(
        self,
        queue: ProofQueue,
        jobs: Jobs,
        disagreements: Disagreements,
        upkeep: Upkeep | None = None,
    ) -> None:
        self._queue = queue
        self._jobs = jobs
        self._disagreements = disagreements
        self._upkeep = upkeep

    def add_to(self, application: web.Application) -> None:
        """Serve the two paths."""
        application.router.add_get("/health", self.health)
        application.router.add_get("/metrics", self.metrics)

    async def health(self, request: web.Request) -> web.Response:
        """200 and {"ok":true}, or 503 and {"ok":false,"error":{…}} once signing is halted; with
        "warnings":[{"code","message"}] where registrations will end unless somebody acts."""
        warning = self._upkeep.warning() if self._upkeep is not None else None
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
            *_upkeep_lines(self._upkeep),
        ]
        return web.Response(text="\n".join(lines) + "\n", content_type="text/plain")


def _proofs_line(row: dict[str, Any]) -> str:
    labels = ",".join(
        f'{name}="{row[name] or "none"}"' for name in ("engine", "confirmation", "finding")
    )
    return f"attestor_proofs{{{labels}}} {row['n']}"


def _upkeep_lines(upkeep: Upkeep | None) -> list[str]:
    if upkeep is None:
        return []
    lines = [
        "# TYPE attestor_upkeep_failing gauge",
        f"attestor_upkeep_failing {int(upkeep.failing)}",
    ]
    if upkeep.outlook is not None:
        lines += [
            "# TYPE attestor_collateral_end_timestamp_seconds gauge",
            f"attestor_collateral_end_timestamp_seconds {upkeep.outlook.ends_at}",
        ]
    return lines

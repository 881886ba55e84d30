"""What supervisors and Prometheus ask: whether proofs are signed, and how they were confirmed."""

import asyncio
from typing import Any

from aiohttp import web

from attestor.proofs.queue import ProofQueue
from attestor.store.disagreements import Disagreements
from attestor.store.jobs import Jobs


class Health:
    """Handlers of `GET /health` and `GET /metrics`."""

    def __init__(self, queue: ProofQueue, jobs: Jobs, disagreements: Disagreements) -> None:
        self._queue = queue
        self._jobs = jobs
        self._disagreements = disagreements

    def add_to(self, application: web.Application) -> None:
        """Serve the two paths."""
        application.router.add_get("/health", self.health)
        application.router.add_get("/metrics", self.metrics)

    async def health(self, request: web.Request) -> web.Response:
        """200 and {"ok":true}, or 503 and {"ok":false,"error":{…}} once signing is halted."""
        halted = self._queue.halted
        if halted is None:
            return web.json_response({"ok": True})
        error = {"code": halted.code, "message": halted.message, "hint": halted.hint}
        return web.json_response({"ok": False, "error": error}, status=503)

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
        ]
        return web.Response(text="\n".join(lines) + "\n", content_type="text/plain")


def _proofs_line(row: dict[str, Any]) -> str:
    labels = ",".join(
        f'{name}="{row[name] or "none"}"' for name in ("engine", "confirmation", "finding")
    )
    return f"attestor_proofs{{{labels}}} {row['n']}"

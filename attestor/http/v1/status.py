"""`GET /v1/status`, and the document that describes all calls."""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from attestor import __version__
from attestor.core.statement import CIRCUIT_VERSION
from attestor.core.text import checksummed
from attestor.http.v1 import schemas
from attestor.http.v1.answers import answer, error_body
from attestor.http.v1.description import JSON, Call, Content, Handler
from attestor.http.v1.forms import ProofForm
from attestor.http.wire import MAX_STDIN_ENTRIES
from attestor.jobs.queue import ProofQueue

STATUS = Call(
    name="showStatus",
    method="GET",
    path="/v1/status",
    summary="Show how the service stands, and what may be asked of it.",
    about="Answers while signing is halted, too.",
    answers={200: Content("The status.", schemas.ref("Status"))},
)
DOCUMENT = Call(
    name="showDescription",
    method="GET",
    path="/v1/openapi.json",
    summary="Show this description.",
    about="OpenAPI 3.1.",
    answers={200: Content("The description.", {"type": "object"})},
)


@dataclass(frozen=True)
class Told:
    """What a status says that does not change."""

    chain_id: int
    forms: Collection[ProofForm]
    max_body_bytes: int
    wait_seconds: float


class StatusCalls:
    """The handlers; `signing` gives who signs (20 bytes), if anybody does, and the chain's time."""

    def __init__(
        self,
        queue: ProofQueue,
        told: Told,
        signing: Callable[[], tuple[bytes | None, int]],
        document: Mapping[str, Any],
    ) -> None:
        self._queue = queue
        self._told = told
        self._signing = signing
        self._document = json.dumps(document).encode()

    def handlers(self) -> Mapping[Call, Handler]:
        """By call."""
        return {STATUS: self.status, DOCUMENT: self.document}

    async def status(self, request: web.Request) -> web.Response:
        signer, time = self._signing()
        halted = self._queue.halted
        most, most_of_one = self._queue.bounds
        return answer(
            {
                "version": __version__,
                "chain_id": self._told.chain_id,
                "signer": checksummed(signer) if signer is not None else None,
                "chain_time": time,
                "circuit_version": CIRCUIT_VERSION,
                "forms": sorted(self._told.forms),
                "open_jobs": await self._queue.open_count(),
                "limits": {
                    "open_jobs": most,
                    "open_jobs_per_client": most_of_one,
                    "body_bytes": self._told.max_body_bytes,
                    "stdin_entries": MAX_STDIN_ENTRIES,
                    "wait_seconds": self._told.wait_seconds,
                },
                "halted": error_body(halted) if halted is not None else None,
            }
        )

    async def document(self, request: web.Request) -> web.Response:
        return web.Response(body=self._document, content_type=JSON)

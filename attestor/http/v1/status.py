"""`GET /v1/status`, and the document that describes all calls."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from attestor import __version__
from attestor.core.statement import CIRCUIT_VERSION
from attestor.core.text import checksummed
from attestor.errors import RegistrationUnknown
from attestor.http.registrations import Registrations
from attestor.http.v1 import schemas
from attestor.http.v1.answers import answer, error_body
from attestor.http.v1.description import JSON, Call, Content, Handler
from attestor.http.v1.forms import forms_of
from attestor.http.v1.jobs import REGISTRATION
from attestor.http.wire import MAX_STDIN_ENTRIES

STATUS = Call(
    name="showStatus",
    method="GET",
    path="/v1/status",
    summary="Show how the service stands, and what may be asked of it.",
    about="Answers while signing is halted, too. What is of one registration is of the one that is "
    "asked for.",
    parameters=(REGISTRATION,),
    answers={200: Content("The status.", schemas.ref("Status"))},
    errors=(RegistrationUnknown,),
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
class Bounds:
    """What a client may ask for: bytes of a body, seconds of a long poll."""

    max_body_bytes: int
    wait_seconds: float


class StatusCalls:
    """The handlers."""

    def __init__(
        self, registrations: Registrations, bounds: Bounds, document: Mapping[str, Any]
    ) -> None:
        self._registrations = registrations
        self._bounds = bounds
        self._document = json.dumps(document).encode()

    def handlers(self) -> Mapping[Call, Handler]:
        """By call."""
        return {STATUS: self.status, DOCUMENT: self.document}

    async def status(self, request: web.Request) -> web.Response:
        serving = self._registrations.asked_for(request)
        signer, time = serving.signing()
        halted = serving.queue.halted
        most, most_of_one = serving.queue.bounds
        return answer(
            {
                "version": __version__,
                "registration": serving.served.told,
                "registrations": [
                    {"name": name or None, "registration": place}
                    for name, place in self._registrations.told()
                ],
                "chain_id": serving.served.chain_id,
                "signer": checksummed(signer) if signer is not None else None,
                "chain_time": time,
                "circuit_version": CIRCUIT_VERSION,
                "forms": sorted(forms_of(serving.served)),
                "open_jobs": await serving.queue.open_count(),
                "limits": {
                    "open_jobs": most,
                    "open_jobs_per_client": most_of_one,
                    "body_bytes": self._bounds.max_body_bytes,
                    "stdin_entries": MAX_STDIN_ENTRIES,
                    "wait_seconds": self._bounds.wait_seconds,
                },
                "halted": error_body(halted) if halted is not None else None,
            }
        )

    async def document(self, request: web.Request) -> web.Response:
        return web.Response(body=self._document, content_type=JSON)

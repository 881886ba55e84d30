"""The OpenAPI 3.1 document, from the descriptions beside the handlers."""

from typing import Any

from attestor import __version__
from attestor.errors import (
    AttestorError,
    BodyCompressed,
    BodyTooLarge,
    DatabaseUnavailable,
    InternalError,
    SigningHalted,
)
from attestor.errors.access import (
    ClientRefused,
    KeyRefused,
    QuotaExceeded,
    Unauthenticated,
)
from attestor.http.statuses import status_of
from attestor.http.v1 import events, jobs, programs, proofs, schemas, status
from attestor.http.v1.description import JSON, Call, Content

CALLS: tuple[Call, ...] = (
    programs.SEND,
    programs.SHOW,
    jobs.ASK,
    jobs.SHOW,
    jobs.WITHDRAW,
    events.FOLLOW,
    proofs.SHOW,
    proofs.ASK,
    status.STATUS,
    status.DOCUMENT,
)
ALWAYS: tuple[type[AttestorError], ...] = (
    Unauthenticated,
    KeyRefused,
    ClientRefused,
    QuotaExceeded,
    SigningHalted,
    DatabaseUnavailable,
    InternalError,
)
WITH_BODY: tuple[type[AttestorError], ...] = (BodyTooLarge, BodyCompressed)
ANY_FAILURE = (422, 500, 503)
"""What a failed job answers in place of its proof."""


def document() -> dict[str, Any]:
    """The whole document, in JSON's types."""
    paths: dict[str, dict[str, Any]] = {}
    for call in CALLS:
        paths.setdefault(call.path, {})[call.method.lower()] = _operation(call)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "attestor",
            "version": __version__,
            "description": "Signed results of SP1 programs that are run in a TEE.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {"schemas": schemas.SCHEMAS},
    }


def _operation(call: Call) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": call.name,
        "summary": call.summary,
        "description": call.about,
        "responses": {
            **{str(code): _response(content) for code, content in call.answers.items()},
            **_errors(call),
        },
    }
    if call.parameters:
        operation["parameters"] = [
            {
                "name": parameter.name,
                "in": parameter.place,
                "required": parameter.needed,
                "description": parameter.about,
                "schema": dict(parameter.schema),
            }
            for parameter in call.parameters
        ]
    if call.body is not None:
        content = {call.body.kind: {"schema": dict(call.body.schema)}}
        about = call.body.about
        operation["requestBody"] = {"required": True, "description": about, "content": content}
    return operation


def _response(content: Content) -> dict[str, Any]:
    body = {content.kind: {"schema": dict(content.schema)}}
    return {"description": content.about, "content": body}


def _errors(call: Call) -> dict[str, Any]:
    """By status, with the codes that it may have."""
    kinds = (*call.errors, *(WITH_BODY if call.body is not None else ()), *ALWAYS)
    codes: dict[int, list[str]] = {}
    for kind in dict.fromkeys(kinds):
        codes.setdefault(status_of(kind), []).append(kind.code)
    if call in (proofs.SHOW, proofs.ASK):
        for code in ANY_FAILURE:
            codes.setdefault(code, []).append("what the job failed with")
    return {
        str(code): _response(Content(", ".join(names), schemas.ref("Error"), JSON))
        for code, names in sorted(codes.items())
    }

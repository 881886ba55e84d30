"""Answers of `/v1`, as JSON."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from attestor.core.job import JobState
from attestor.errors import AttestorError
from attestor.http.v1.description import JSON


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A value, encoded compactly."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return web.Response(status=status, body=body, content_type=JSON, headers=headers)


def error_body(error: AttestorError) -> dict[str, str | None]:
    """An error's code, message and hint."""
    return {"code": error.code, "message": error.message, "hint": error.hint}


def job_body(job: str, state: JobState) -> dict[str, Any]:
    """How a job stands."""
    failed = error_body(state.error()) if state.state == "failed" else None
    if failed is not None and state.error_code is not None:
        failed["code"] = state.error_code
    return {"id": job, "state": state.state, "error": failed}

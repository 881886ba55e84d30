"""The HTTP application: two calls, as upstream answers them.

Where upstream drops the connection (a guest that fails, a bad ELF), the answer here is a status
with {"error":{"code","message","hint"}}.
"""

import asyncio
import json

from aiohttp import web
from aiohttp.typedefs import Handler

from attestor.errors import (
    AttestorError,
    BodyInvalid,
    BodyTooLarge,
    QueueFull,
    Rejected,
    SigningHalted,
    Transient,
    restore,
)
from attestor.http import wire
from attestor.jobs.queue import ProofQueue
from attestor.store.jobs import Jobs, JobState, StoredProof

BODY_SECONDS = 60.0
BODIES_AT_ONCE = 8
"""Bodies that may be held in memory together; each is at most api.max_body_bytes."""
SLOT_SECONDS = 5.0
FAULT_HEADER = "X-Attestor-Fault"
MAX_ID_BYTES = 256


class Api:
    """Handlers of the two calls."""

    def __init__(self, queue: ProofQueue, jobs: Jobs, max_body: int, wait_seconds: float) -> None:
        self._queue = queue
        self._jobs = jobs
        self._max_body = max_body
        self._wait_seconds = wait_seconds
        # One body at a time is turned from JSON numbers into bytes: that takes 40 times its size.
        self._decoding = asyncio.Lock()
        self._bodies = asyncio.Semaphore(BODIES_AT_ONCE)

    def application(self) -> web.Application:
        """An application that serves `POST /request_proof` and `POST /wait_proof`."""
        application = web.Application(
            client_max_size=self._max_body, middlewares=[_answer_errors, _answer_unknown]
        )
        application.router.add_post("/request_proof", self.request_proof)
        application.router.add_post("/wait_proof", self.wait_proof)
        return application

    async def request_proof(self, request: web.Request) -> web.Response:
        """Accept a job and answer with its id once it is finished."""
        job = await self._accept(request)
        while True:
            state = await self._queue.wait(job, self._wait_seconds)
            if state is not None and state.state in ("done", "failed"):
                break
        _raise_if_failed(state)
        return web.Response(text=job)

    async def _accept(self, request: web.Request) -> str:
        """Read, decode and store a job; its id. Raises `QueueFull` when too many do so."""
        try:
            await asyncio.wait_for(self._bodies.acquire(), SLOT_SECONDS)
        except TimeoutError:
            raise QueueFull(
                f"{BODIES_AT_ONCE} requests are being read already", hint="try again later"
            ) from None
        try:
            body = await self._body(request, self._max_body)
            async with self._decoding:
                asked = await asyncio.to_thread(wire.decode_request, body)
            return await self._queue.add(asked.program, asked.stdin)
        finally:
            self._bodies.release()

    async def wait_proof(self, request: web.Request) -> web.Response:
        """Answer with the proof of a job."""
        raw = await self._body(request, MAX_ID_BYTES)
        try:
            job = raw.decode()
        except UnicodeDecodeError:
            raise BodyInvalid("the body is not UTF-8") from None
        state = await self._queue.wait(job, self._wait_seconds)
        if state is None:
            return web.Response(status=404, text=f"{json.dumps(job, ensure_ascii=False)} Not found")
        _raise_if_failed(state)
        proof = await asyncio.to_thread(self._jobs.proof, job)
        if proof is None:
            return _error(504, "proof_pending", "the job is not finished yet", "ask again")
        answer = wire.TeeProof(proof.signature, proof.vk_hash_bytes, proof.public_values)
        return web.Response(
            body=wire.encode_proof(answer),
            content_type="application/json",
            headers=_trust_headers(proof),
        )

    async def _body(self, request: web.Request, limit: int) -> bytes:
        if request.content_length is not None and request.content_length > limit:
            raise _too_large(limit)
        try:
            body = await asyncio.wait_for(request.read(), BODY_SECONDS)
        except web.HTTPRequestEntityTooLarge:
            raise _too_large(limit) from None
        except TimeoutError:
            raise BodyInvalid(f"the body took longer than {BODY_SECONDS:.0f} s") from None
        if len(body) > limit:
            raise _too_large(limit)
        return body


@web.middleware
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except BodyInvalid as error:
        # Upstream's text; what was wrong with the body is in a header beside it.
        return web.Response(
            status=400, text="Invalid body", headers={FAULT_HEADER: error.message[:200]}
        )
    except AttestorError as error:
        return _error(_status(error), error.code, error.message, error.hint)


@web.middleware
async def _answer_unknown(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Other methods and paths get an empty 404, as upstream gives it."""
    try:
        return await handler(request)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        return web.Response(status=404)


def _trust_headers(proof: StoredProof) -> dict[str, str]:
    """Beside upstream's body: what ran the program, and what was checked of it until now."""
    checked = (
        proof.confirmation if proof.finding is None else f"{proof.confirmation}, {proof.finding}"
    )
    return {
        "X-Attestor-Engine": proof.engine,
        "X-Attestor-Cycles": str(proof.cycles),
        "X-Attestor-Cross-Check": checked,
    }


def _raise_if_failed(state: JobState) -> None:
    if state.state == "failed":
        raise restore(state.error_code or "", state.error_message or "the job failed", None)


def _status(error: AttestorError) -> int:
    if isinstance(error, BodyTooLarge):
        return 413
    if isinstance(error, Rejected):
        return 422
    if isinstance(error, Transient | SigningHalted):
        return 503
    return 500


def _error(status: int, code: str, message: str, hint: str | None) -> web.Response:
    soon = status in (503, 504) and code != SigningHalted.code
    headers = {"Retry-After": "5"} if soon else None
    error = {"code": code, "message": message, "hint": hint}
    return web.json_response({"error": error}, status=status, headers=headers)


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(
        f"the body is larger than {limit} bytes", hint="the operator's api.max_body_bytes"
    )

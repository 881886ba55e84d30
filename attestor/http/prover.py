"""Two calls, as automata's sp1-tee-prover answers them: `/request_proof` and `/wait_proof`.

Where upstream drops the connection (a guest that fails, a bad ELF), the answer here is an error
of `http.server`.
"""

import asyncio
import json

from aiohttp import web

from attestor.core.job import JobState, Request
from attestor.core.served import Served
from attestor.core.text import checksummed
from attestor.errors import BodyInvalid, InternalError
from attestor.http import wire
from attestor.http.bodies import Bodies, BodyLimits
from attestor.http.clients import client_of
from attestor.http.registrations import Registrations
from attestor.http.server import error_answer
from attestor.http.wire import DecodeLarge
from attestor.store.results import StoredResult

SMALL_BYTES = 16 << 10
"""Of public values that are encoded at once: that takes less time than to wake another thread."""
MAX_ID_BYTES = 8192
"""No job has a name of that length; an answer repeats what was asked for."""


class Api:
    """Handlers of the two calls; `limits` are those of the large bodies, `decode_large` decodes
    them (`http.wire`)."""

    def __init__(
        self,
        registrations: Registrations,
        limits: BodyLimits,
        wait_seconds: float,
        decode_large: DecodeLarge,
    ) -> None:
        self._registrations = registrations
        self._requests = Bodies(limits)
        self._ids = Bodies(BodyLimits(MAX_ID_BYTES))
        self._wait_seconds = wait_seconds
        self._decode_large = decode_large
        # One body at a time: a large one takes a process.
        self._decoding = asyncio.Lock()

    def add_to(self, application: web.Application) -> None:
        """Serve the two paths."""
        application.router.add_post("/request_proof", self.request_proof)
        application.router.add_post("/wait_proof", self.wait_proof)

    async def request_proof(self, request: web.Request) -> web.Response:
        """Accept a job, or join the same one, and answer with its id once it is finished."""
        serving = self._registrations.asked_for(request)
        async with self._requests.whole(request) as body:
            asked = await self._decoded(body)
            identity = await asyncio.to_thread(serving.identify, asked)
            client = client_of(request)
            # Wanted from here on, so that no moment is left in which it would be parked.
            waiting = serving.queue.waiting(identity.job, client)
            with waiting:
                await serving.queue.ask(identity, asked, serving.answers.is_stale, client)
        del body, asked
        state = await serving.queue.until_over(identity.job, client)
        if state is None:
            raise InternalError(f"job {identity.job} is not in the database any more")
        _raise_if_failed(state)
        return web.Response(text=identity.job)

    async def _decoded(self, body: bytes) -> Request:
        async with self._decoding:
            decoded = await asyncio.to_thread(wire.decode_request, body, self._decode_large)
        return Request(decoded.program, decoded.stdin)

    async def wait_proof(self, request: web.Request) -> web.Response:
        """Answer with the proof of a job."""
        raw = await self._ids.small(request)
        if raw is None:
            # No job has such a name; upstream says so too, and repeats it.
            return _not_found("…")
        try:
            job = raw.decode()
        except UnicodeDecodeError:
            raise BodyInvalid("the body is not UTF-8") from None
        serving = await self._registrations.of_job(job, request)
        state = await serving.queue.wait(job, self._wait_seconds, client_of(request))
        if state is None:
            return _not_found(job)
        _raise_if_failed(state)
        result = await serving.answers.result(job) if state.state == "done" else None
        if result is None:
            return error_answer(504, "proof_pending", "the job is not finished yet", "ask again")
        answer = wire.TeeProof(result.signature, result.vk_hash_bytes, result.public_values)
        is_small = len(result.public_values) <= SMALL_BYTES
        return web.Response(
            body=wire.encode_proof(answer)
            if is_small
            else await asyncio.to_thread(wire.encode_proof, answer),
            content_type="application/json",
            headers=_trust_headers(result, serving.served),
        )


def _not_found(job: str) -> web.Response:
    return web.Response(status=404, text=f"{json.dumps(job, ensure_ascii=False)} Not found")


def _trust_headers(result: StoredResult, served: Served) -> dict[str, str]:
    """Beside upstream's body: what ran the program, what was checked of it until now, who signed it
    for which registry, and until when the signer is registered (Unix seconds)."""
    checked = (
        result.cross_check if result.finding is None else f"{result.cross_check}, {result.finding}"
    )
    return {
        "X-Attestor-Engine": result.engine,
        "X-Attestor-Cycles": str(result.cycles),
        "X-Attestor-Cross-Check": checked,
        "X-Attestor-Executor": result.executor or "unknown",
        "X-Attestor-Registration": served.told,
        "X-Attestor-Signer": checksummed(result.signer),
        "X-Attestor-Valid-Until": str(result.valid_until),
    }


def _raise_if_failed(state: JobState) -> None:
    if state.state == "failed":
        raise state.error()

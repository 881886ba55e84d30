"""Two calls, as automata's sp1-tee-prover answers them: `/request_proof` and `/wait_proof`.

Where upstream drops the connection (a guest that fails, a bad ELF), the answer here is an error
of `http.server`.
"""

import asyncio
import json

from aiohttp import web

from attestor.core.job import JobState
from attestor.errors import BodyInvalid, InternalError, restore
from attestor.http import wire
from attestor.http.server import Bodies, BodyLimits, error_answer
from attestor.http.wire import DecodeLarge
from attestor.jobs.queue import ProofQueue
from attestor.store.jobs import Jobs
from attestor.store.proofs import StoredProof

MAX_ID_BYTES = 256


class Api:
    """Handlers of the two calls; `limits` are those of the large bodies, `decode_large` decodes
    them (`http.wire`)."""

    def __init__(
        self,
        queue: ProofQueue,
        jobs: Jobs,
        limits: BodyLimits,
        wait_seconds: float,
        decode_large: DecodeLarge,
    ) -> None:
        self._queue = queue
        self._jobs = jobs
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
        """Accept a job and answer with its id once it is finished."""
        job = await self._accept(request)
        while True:
            state = await self._queue.wait(job, self._wait_seconds)
            if state is None:
                raise InternalError(f"job {job} is not in the database any more")
            if state.state in ("done", "failed"):
                break
        _raise_if_failed(state)
        return web.Response(text=job)

    async def _accept(self, request: web.Request) -> str:
        """Read, decode and store a job; its id. Raises `QueueFull` when too many do so."""
        async with self._requests.slot():
            body = await self._requests.read(request)
            async with self._decoding:
                asked = await asyncio.to_thread(wire.decode_request, body, self._decode_large)
            return await self._queue.add(asked.program, asked.stdin)

    async def wait_proof(self, request: web.Request) -> web.Response:
        """Answer with the proof of a job."""
        raw = await self._ids.read(request)
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
            return error_answer(504, "proof_pending", "the job is not finished yet", "ask again")
        answer = wire.TeeProof(proof.signature, proof.vk_hash_bytes, proof.public_values)
        return web.Response(
            body=wire.encode_proof(answer),
            content_type="application/json",
            headers=_trust_headers(proof),
        )


def _trust_headers(proof: StoredProof) -> dict[str, str]:
    """Beside upstream's body: what ran the program, and what was checked of it until now."""
    checked = (
        proof.cross_check if proof.finding is None else f"{proof.cross_check}, {proof.finding}"
    )
    return {
        "X-Attestor-Engine": proof.engine,
        "X-Attestor-Cycles": str(proof.cycles),
        "X-Attestor-Cross-Check": checked,
        "X-Attestor-Executor": proof.executor or "unknown",
    }


def _raise_if_failed(state: JobState) -> None:
    if state.state == "failed":
        raise restore(state.error_code or "", state.error_message or "the job failed", None)

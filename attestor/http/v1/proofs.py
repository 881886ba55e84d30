"""Proofs of `/v1`: a finished job's result with its signatures, in every form."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Any

from aiohttp import web

from attestor.core.legacy_message import LegacyMessage
from attestor.core.text import checksummed, to_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import FormNotSigned, JobNotFinished, JobUnknown, ParameterInvalid
from attestor.http.prover import Answers
from attestor.http.statements import statement_body
from attestor.http.v1 import requests, schemas
from attestor.http.v1.answers import answer
from attestor.http.v1.description import Call, Content, Handler, Parameter
from attestor.http.v1.forms import ProofForm
from attestor.http.v1.jobs import ID, require_signed
from attestor.jobs.queue import ProofQueue
from attestor.store.results import StoredResult

FORM = Parameter("form", "This form alone; without it all.", schemas.FORM_SCHEMA)
SHOW = Call(
    name="showProof",
    method="GET",
    path="/v1/proofs/{id}",
    summary="Show the proof of a finished job.",
    about="A job that failed answers with its error. Where the signer's registration ends within a "
    "minute, the result is signed anew first, if that can be done without another run.",
    parameters=(ID, FORM),
    answers={200: Content("The proof.", schemas.ref("Proof"))},
    errors=(JobUnknown, JobNotFinished, FormNotSigned, ParameterInvalid),
)


class ProofCalls:
    """The handler. `forms` are those that are signed, `chain_id` is that of statements."""

    def __init__(
        self,
        queue: ProofQueue,
        answers: Answers,
        chain_id: int,
        forms: Collection[ProofForm],
    ) -> None:
        self._queue = queue
        self._answers = answers
        self._chain_id = chain_id
        self._forms = forms
        self._form_bodies: dict[ProofForm, Callable[[StoredResult], dict[str, Any] | None]] = {
            ProofForm.UPSTREAM: _upstream,
            ProofForm.STATEMENT: self._statement,
        }

    def handlers(self) -> Mapping[Call, Handler]:
        """By call."""
        return {SHOW: self.show}

    async def show(self, request: web.Request) -> web.Response:
        job, form = requests.job_id(request), requests.asked_form(request)
        require_signed(form, self._forms)
        state = await self._queue.state(job)
        if state.is_open:
            raise JobNotFinished(
                f"job {job} is {state.state}", hint=f"wait: /v1/jobs/{job}?wait=60"
            )
        if state.state == "failed":
            raise state.error()
        result = await self._answers.result(job)
        if result is None:
            raise JobUnknown(f"job {job} has been deleted")
        return answer(await asyncio.to_thread(self._body, job, result, form))

    def _body(self, job: str, result: StoredResult, only: ProofForm | None) -> dict[str, Any]:
        key = VerifyingKey.from_vk_hash_bytes(result.vk_hash_bytes)
        wanted = self._form_bodies if only is None else (only,)
        bodies = {form: self._form_bodies[form](result) for form in wanted}
        if only is not None and bodies[only] is None:
            # Made before there was a MultiProof.
            raise FormNotSigned(f"job {job} was not signed in the form {only}", hint="ask again")
        return {
            "id": job,
            "program_vkey": to_hex(key.program_vkey),
            "vk_hash_bytes": to_hex(key.vk_hash_bytes),
            "public_values": to_hex(result.public_values),
            "signer": checksummed(result.signer),
            "valid_until": result.valid_until,
            "cycles": result.cycles,
            "engine": result.engine,
            "executor": result.executor,
            "cross_check": result.cross_check,
            "finding": result.finding,
            "forms": {form: body for form, body in bodies.items() if body is not None},
        }

    def _statement(self, result: StoredResult) -> dict[str, Any] | None:
        if result.statement is None:
            return None
        return statement_body(result.statement, self._chain_id)


def _upstream(result: StoredResult) -> dict[str, Any]:
    digest = LegacyMessage(result.vk_hash_bytes, result.public_values).digest
    return {"digest": to_hex(digest), "signature": to_hex(result.signature)}

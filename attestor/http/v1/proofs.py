"""Proofs of `/v1`: a finished job's result with its signatures, in every form."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from attestor.core import circuits
from attestor.core.execution import Engine
from attestor.core.job import JobState
from attestor.core.legacy_message import LegacyMessage
from attestor.core.served import Served
from attestor.core.sp1_tee_message import VERSION, Sp1TeeMessage
from attestor.core.text import checksummed, to_hex
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import RegistrationUnknown
from attestor.errors.jobs import FormNotSigned, JobNotFinished, JobUnknown, ParameterInvalid
from attestor.http.clients import client_of
from attestor.http.registrations import Registrations, Serving
from attestor.http.statements import statement_body
from attestor.http.v1 import requests, schemas
from attestor.http.v1.answers import answer, job_body
from attestor.http.v1.description import Call, Content, Handler, Parameter
from attestor.http.v1.forms import ProofForm, forms_of
from attestor.http.v1.jobs import ASK as JOB
from attestor.http.v1.jobs import (
    ID,
    REGISTRATION,
    SMALL_BYTES,
    WAIT,
    JobCalls,
    over,
    require_signed,
)
from attestor.store.results import StoredResult

FORM = Parameter("form", "This form alone; without it all.", schemas.FORM_SCHEMA)
SHOW = Call(
    name="showProof",
    method="GET",
    path="/v1/proofs/{id}",
    summary="Show the proof of a finished job.",
    about="A job that failed answers with its error. Where the signer's registration ends within a "
    "minute, the result is signed anew first, if that can be done without another run.",
    parameters=(ID, REGISTRATION, FORM, WAIT),
    answers={200: Content("The proof.", schemas.ref("Proof"))},
    errors=(JobUnknown, JobNotFinished, FormNotSigned, ParameterInvalid, RegistrationUnknown),
)
ASK = Call(
    name="askForProof",
    method="POST",
    path="/v1/proofs",
    summary="Ask for a job, and wait for its proof.",
    about="As `askForJob` and `showProof` in one call. `form` of the job is the only one that is "
    "answered then.",
    parameters=(
        REGISTRATION,
        replace(
            WAIT,
            about="How many seconds to wait for the proof; without it, and at most, as long as the "
            "service allows (`limits.wait_seconds` of its status).",
        ),
    ),
    body=JOB.body,
    answers={
        200: SHOW.answers[200],
        202: Content("The job is not finished yet: wait for it by its id.", schemas.ref("Job")),
    },
    errors=(*JOB.errors, JobUnknown, ParameterInvalid),
)


class ProofCalls:
    """The handlers."""

    def __init__(self, registrations: Registrations, jobs: JobCalls, wait_seconds: float) -> None:
        self._registrations = registrations
        self._jobs = jobs
        self._wait_seconds = wait_seconds

    def handlers(self) -> Mapping[Call, Handler]:
        """By call."""
        return {SHOW: self.show, ASK: self.ask}

    async def show(self, request: web.Request) -> web.Response:
        job, form = requests.job_id(request), requests.asked_form(request)
        serving = await self._registrations.of_job(job, request)
        require_signed(form, forms_of(serving.served))
        seconds = requests.wait_seconds(request, self._wait_seconds)
        state = await over(serving.queue, job, seconds, client_of(request))
        if state.is_open:
            raise JobNotFinished(
                f"job {job} is {state.state}", hint=f"wait: /v1/proofs/{job}?wait=60"
            )
        return await _proof(serving, job, state, form)

    async def ask(self, request: web.Request) -> web.Response:
        seconds = requests.wait_seconds(request, self._wait_seconds, self._wait_seconds)
        queued = await self._jobs.queued(request)
        serving, job = queued.serving, queued.job
        state = queued.state
        if state.is_open:
            state = await over(serving.queue, job, seconds, client_of(request))
        if state.is_open:
            return answer(job_body(job, state), 202, queued.headers)
        return await _proof(serving, job, state, queued.form)


async def _proof(
    serving: Serving, job: str, state: JobState, form: ProofForm | None
) -> web.Response:
    """The answer of a job that is over. Raises what it failed with."""
    if state.state == "failed":
        raise state.error()
    result = await serving.answers.result(job)
    if result is None:
        raise JobUnknown(f"job {job} has been deleted")
    told = job, result, serving.served, form
    if len(result.public_values) <= SMALL_BYTES:
        return answer(_body(*told))
    return answer(await asyncio.to_thread(_body, *told))


def _body(job: str, result: StoredResult, served: Served, only: ProofForm | None) -> dict[str, Any]:
    key = VerifyingKey.from_vk_hash_bytes(result.vk_hash_bytes)
    wanted = _FORM_BODIES if only is None else (only,)
    bodies = {form: _FORM_BODIES[form](result, served) for form in wanted}
    if only is not None and bodies[only] is None:
        # Made before there was a MultiProof, or by a version that did not sign it.
        raise FormNotSigned(
            f"job {job} was not signed in the form {only}", hint="delete it, then ask again"
        )
    return {
        "id": job,
        "registration": served.told,
        "program_vkey": to_hex(key.program_vkey),
        "vk_hash_bytes": to_hex(key.vk_hash_bytes),
        "public_values": to_hex(result.public_values),
        "signer": checksummed(result.signer),
        "valid_until": result.valid_until,
        "cycles": result.cycles,
        "engine": result.engine,
        "circuit_version": circuits.of_engine(Engine(result.engine)),
        "executor": result.executor,
        "cross_check": result.cross_check,
        "finding": result.finding,
        "forms": {form: body for form, body in bodies.items() if body is not None},
    }


def _statement(result: StoredResult, served: Served) -> dict[str, Any] | None:
    if result.statement is None:
        return None
    return statement_body(result.statement, served)


def _upstream(result: StoredResult, served: Served) -> dict[str, Any]:
    digest = LegacyMessage(result.vk_hash_bytes, result.public_values).digest
    return {"digest": to_hex(digest), "signature": to_hex(result.signature)}


def _sp1_tee(result: StoredResult, served: Served) -> dict[str, Any] | None:
    signature = result.sp1_tee_signature
    if signature is None:
        return None
    vkey = VerifyingKey.from_vk_hash_bytes(result.vk_hash_bytes).program_vkey
    digest = Sp1TeeMessage(vkey, result.public_values).digest
    told = {"version": VERSION, "digest": to_hex(digest), "signature": to_hex(signature)}
    return {**told, "recovery_id": signature[64] - 27}


_FORM_BODIES: dict[ProofForm, Callable[[StoredResult, Served], dict[str, Any] | None]] = {
    ProofForm.UPSTREAM: _upstream,
    ProofForm.STATEMENT: _statement,
    ProofForm.SP1_TEE: _sp1_tee,
}

"""Jobs of `/v1`: asked for, looked at, withdrawn."""

import asyncio
from collections.abc import Collection, Mapping

from aiohttp import web

from attestor.core.job import Request
from attestor.errors import (
    BodyInvalid,
    FormNotSigned,
    JobUnknown,
    NotJobOwner,
    ParameterInvalid,
    ProgramUnknown,
    QueueFull,
)
from attestor.http.bodies import Bodies, BodyLimits
from attestor.http.clients import client_of
from attestor.http.prover import Answers
from attestor.http.v1 import requests, schemas
from attestor.http.v1.answers import answer, job_body
from attestor.http.v1.description import Call, Content, Handler, Parameter
from attestor.http.v1.forms import ProofForm
from attestor.http.v1.programs import find
from attestor.jobs.queue import ProofQueue
from attestor.store.programs import Programs

ID = Parameter("id", "The job's id.", schemas.JOB_ID_SCHEMA, "path", needed=True)
WAIT = Parameter(
    "wait",
    "Wait for the job to be over, for so many seconds at most; more than the service allows "
    "(`limits.wait_seconds` of its status) count as that.",
    {"type": "number", "minimum": 0, "maximum": 1e15},
)
ASK = Call(
    name="askForJob",
    method="POST",
    path="/v1/jobs",
    summary="Ask for a job.",
    about="Answers at once. A job that is known already is joined, and one that is finished is not "
    "run again. It is the client's until it is withdrawn.",
    body=Content("The job.", schemas.ref("JobRequest")),
    answers={202: Content("The job is accepted, or known.", schemas.ref("Job"))},
    errors=(BodyInvalid, ProgramUnknown, FormNotSigned, QueueFull),
)
SHOW = Call(
    name="showJob",
    method="GET",
    path="/v1/jobs/{id}",
    summary="Show how a job stands, or wait for its end.",
    about="Who waits wants the job: one that nobody wanted any more is run meanwhile.",
    parameters=(ID, WAIT),
    answers={200: Content("The job.", schemas.ref("Job"))},
    errors=(JobUnknown, ParameterInvalid),
)
WITHDRAW = Call(
    name="withdrawJob",
    method="DELETE",
    path="/v1/jobs/{id}",
    summary="Cancel a job, or delete its result.",
    about="For who asked for it. Where others asked for the same or wait for it, it is left to "
    "them.",
    parameters=(ID,),
    answers={200: Content("What became of it.", schemas.ref("Withdrawal"))},
    errors=(JobUnknown, NotJobOwner, ParameterInvalid),
)


class JobCalls:
    """The handlers. `forms` are those that are signed."""

    def __init__(
        self,
        queue: ProofQueue,
        answers: Answers,
        programs: Programs,
        limits: BodyLimits,
        wait_seconds: float,
        forms: Collection[ProofForm],
    ) -> None:
        self._queue = queue
        self._answers = answers
        self._programs = programs
        self._bodies = Bodies(limits)
        self._wait_seconds = wait_seconds
        self._forms = forms
        # One body at a time: a large one takes some tenths of a second of the interpreter.
        self._decoding = asyncio.Lock()

    def handlers(self) -> Mapping[Call, Handler]:
        """By call."""
        return {ASK: self.ask, SHOW: self.show, WITHDRAW: self.withdraw}

    async def ask(self, request: web.Request) -> web.Response:
        async with self._bodies.whole(request) as body:
            async with self._decoding:
                asked = await asyncio.to_thread(requests.job_request, body)
            require_signed(asked.form, self._forms)
            program = await asyncio.to_thread(find, self._programs, asked.program)
            wanted = Request(None, asked.stdin, asked.limits)
            identity = await asyncio.to_thread(wanted.identify, program.sha256)
            client = client_of(request)
            # Wanted from here on, and for a moment more in which its client comes to wait.
            with self._queue.waiting(identity.job, client):
                again = await self._answers.is_stale(identity.job)
                await self._queue.ask(identity, wanted, again, client, kept=asked.keep)
        state = await self._queue.state(identity.job)
        headers = {"Location": f"/v1/jobs/{identity.job}"}
        return answer(job_body(identity.job, state), 202, headers)

    async def show(self, request: web.Request) -> web.Response:
        job = requests.job_id(request)
        seconds = requests.wait_seconds(request, self._wait_seconds)
        if seconds > 0:
            await self._queue.wait(job, seconds, client_of(request), keep=False)
        return answer(job_body(job, await self._queue.state(job)))

    async def withdraw(self, request: web.Request) -> web.Response:
        job = requests.job_id(request)
        outcome = await self._queue.withdraw(job, client_of(request))
        return answer({"id": job, "outcome": outcome})


def require_signed(form: ProofForm | None, forms: Collection[ProofForm]) -> None:
    """Raise `FormNotSigned` for a form that this service does not sign."""
    if form is not None and form not in forms:
        signed = ", ".join(sorted(forms))
        raise FormNotSigned(
            f"this service does not sign the form {form}", hint=f"it signs: {signed}"
        )

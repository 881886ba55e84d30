"""Jobs of `/v1`: asked for, looked at, withdrawn."""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from aiohttp import web

from attestor.core.job import Identity, JobState, Request
from attestor.errors import BodyInvalid, ProgramUnknown, QueueFull, RegistrationUnknown
from attestor.errors.jobs import FormNotSigned, JobUnknown, NotJobOwner, ParameterInvalid
from attestor.http.bodies import Bodies, BodyLimits
from attestor.http.clients import client_of
from attestor.http.registrations import PARAMETER, Registrations, Serving
from attestor.http.v1 import requests, schemas
from attestor.http.v1.answers import answer, job_body
from attestor.http.v1.description import Call, Content, Handler, Parameter
from attestor.http.v1.forms import ProofForm, forms_of
from attestor.http.v1.programs import Keeping, find
from attestor.jobs.queue import ProofQueue
from attestor.store.programs import Programs, StoredProgram

SMALL_BYTES = 16 << 10
"""Of a body that is decoded at once: that takes less time than to wake another thread."""
MAX_FOUND = 4096
"""Names of programs in memory."""
ID = Parameter("id", "The job's id.", schemas.JOB_ID_SCHEMA, "path", needed=True)
REGISTRATION = Parameter(
    PARAMETER,
    "The registration that signatures are for: its name, or chain id and registry as "
    "`31337:0x…`, as the status lists them; without it the first one. What names a job finds the "
    "job's own, and refuses another.",
    {"type": "string"},
)
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
    parameters=(REGISTRATION,),
    body=Content("The job.", schemas.ref("JobRequest")),
    answers={202: Content("The job is accepted, or known.", schemas.ref("Job"))},
    errors=(BodyInvalid, ProgramUnknown, FormNotSigned, RegistrationUnknown, QueueFull),
)
SHOW = Call(
    name="showJob",
    method="GET",
    path="/v1/jobs/{id}",
    summary="Show how a job stands, or wait for its end.",
    about="Who waits wants the job: one that nobody wanted any more is run meanwhile.",
    parameters=(ID, REGISTRATION, WAIT),
    answers={200: Content("The job.", schemas.ref("Job"))},
    errors=(JobUnknown, ParameterInvalid, RegistrationUnknown),
)
WITHDRAW = Call(
    name="withdrawJob",
    method="DELETE",
    path="/v1/jobs/{id}",
    summary="Cancel a job, or delete its result.",
    about="For who asked for it. Where others asked for the same or wait for it, it is left to "
    "them.",
    parameters=(ID, REGISTRATION),
    answers={200: Content("What became of it.", schemas.ref("Withdrawal"))},
    errors=(JobUnknown, NotJobOwner, ParameterInvalid, RegistrationUnknown),
)


@dataclass(frozen=True)
class Queued:
    """A job that was asked for: where it is served, and how it stands."""

    serving: Serving
    job: str
    state: JobState
    form: ProofForm | None

    @property
    def headers(self) -> Mapping[str, str]:
        """Of the answer that it is accepted."""
        return {"Location": f"/v1/jobs/{self.job}"}


class JobCalls:
    """The handlers."""

    def __init__(
        self,
        registrations: Registrations,
        programs: Programs,
        keeping: Keeping,
        limits: BodyLimits,
        wait_seconds: float,
    ) -> None:
        self._registrations = registrations
        self._programs = programs
        self._keeping = keeping
        self._bodies = Bodies(limits)
        self._wait_seconds = wait_seconds
        # One body at a time: a large one takes some tenths of a second of the interpreter.
        self._decoding = asyncio.Lock()
        self._found: dict[bytes, StoredProgram] = {}

    def handlers(self) -> Mapping[Call, Handler]:
        """By call."""
        return {ASK: self.ask, SHOW: self.show, WITHDRAW: self.withdraw}

    async def ask(self, request: web.Request) -> web.Response:
        queued = await self.queued(request)
        return answer(job_body(queued.job, queued.state), 202, queued.headers)

    async def queued(self, request: web.Request) -> Queued:
        """The job that a request's body asks for, accepted or joined."""
        serving = self._registrations.asked_for(request)
        queue = serving.queue
        async with self._bodies.whole(request) as body:
            asked = await self._decoded(body)
            require_signed(asked.form, forms_of(serving.served))
            wanted = Request(None, asked.stdin, asked.limits, asked.priority)
            is_small = len(body) <= SMALL_BYTES
            identity, program = await self._identified(serving, asked.program, wanted, is_small)
            if asked.program == program.program_vkey:
                await self._keeping.require_key(program)
            client = client_of(request)
            # Wanted from here on, and for a moment more in which its client comes to wait.
            with queue.waiting(identity.job, client):
                is_stale = serving.answers.is_stale
                try:
                    state = await queue.ask(identity, wanted, is_stale, client, kept=asked.keep)
                except ProgramUnknown:
                    self._found.pop(asked.program, None)
                    raise
        queue.require_not_halted()
        return Queued(serving, identity.job, state, asked.form)

    async def _decoded(self, body: bytes) -> requests.JobRequest:
        if len(body) <= SMALL_BYTES:
            return requests.job_request(body)
        async with self._decoding:
            return await asyncio.to_thread(requests.job_request, body)

    async def _identified(
        self, serving: Serving, name: bytes, wanted: Request, is_small: bool
    ) -> tuple[Identity, StoredProgram]:
        """The job's names, and its program. What a name stood for it stands for; whether the
        program is still there is seen when the job is queued."""
        found = self._found.get(name)
        if found is None:
            found = await asyncio.to_thread(find, self._programs, name)
            if len(self._found) >= MAX_FOUND:
                self._found.clear()
            self._found[name] = found
        if is_small:
            return serving.identify(wanted, found.sha256), found
        return await asyncio.to_thread(serving.identify, wanted, found.sha256), found

    async def show(self, request: web.Request) -> web.Response:
        job = requests.job_id(request)
        seconds = requests.wait_seconds(request, self._wait_seconds)
        queue = (await self._registrations.of_job(job, request)).queue
        return answer(job_body(job, await over(queue, job, seconds, client_of(request))))

    async def withdraw(self, request: web.Request) -> web.Response:
        job = requests.job_id(request)
        queue = (await self._registrations.of_job(job, request)).queue
        outcome = await queue.withdraw(job, client_of(request))
        return answer({"id": job, "outcome": outcome})


async def over(queue: ProofQueue, job: str, seconds: float, client: str) -> JobState:
    """How a job stands, once it is over or after so many seconds. Raises `JobUnknown`, and
    `SigningHalted`."""
    if seconds > 0:
        state = await queue.wait(job, seconds, client, keep=False)
        queue.require_not_halted()
        if state is not None:
            return state
    return await queue.state(job)


def require_signed(form: ProofForm | None, forms: Collection[ProofForm]) -> None:
    """Raise `FormNotSigned` for a form that is not signed."""
    if form is not None and form not in forms:
        signed = ", ".join(sorted(forms))
        raise FormNotSigned(
            f"the form {form} is not signed for this registration", hint=f"signed are: {signed}"
        )

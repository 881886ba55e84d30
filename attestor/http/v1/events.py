"""`GET /v1/jobs/{id}/events`: how a job stands, told whenever it changes."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import aclosing, contextmanager
from typing import Any

from aiohttp import web

from attestor.core.job import JobState
from attestor.errors import AttestorError, QueueFull, RegistrationUnknown
from attestor.errors.jobs import JobUnknown, ParameterInvalid
from attestor.http.clients import REFUSED, client_of
from attestor.http.registrations import Registrations
from attestor.http.v1 import requests, schemas
from attestor.http.v1.answers import error_body, job_body
from attestor.http.v1.description import Call, Content, Handler
from attestor.http.v1.jobs import ID, REGISTRATION
from attestor.jobs import following

STREAM_SECONDS = 600.0
BEAT_SECONDS = 15.0
"""After which a line is sent that says nothing, so that proxies keep the connection."""
SEND_SECONDS = 15.0
"""What one event gets to be taken in; one that is not ends the stream."""
MAX_STREAMS = 1000
MAX_STREAMS_PER_CLIENT = 32
EVENT_STREAM = "text/event-stream"

FOLLOW = Call(
    name="followJob",
    method="GET",
    path="/v1/jobs/{id}/events",
    summary="Follow a job by server-sent events.",
    about="An event `job` with the job as JSON now and whenever its state changes; the stream ends "
    f"when the job is over, and after {STREAM_SECONDS:.0f} seconds. An event `error` has an error. "
    "Who follows wants the job meanwhile.",
    parameters=(ID, REGISTRATION),
    answers={200: Content("Events.", schemas.ref("Event"), EVENT_STREAM)},
    errors=(JobUnknown, ParameterInvalid, RegistrationUnknown, QueueFull),
)


class Streams:
    """How many are open, in all and of each client."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    @contextmanager
    def one(self, client: str) -> Iterator[None]:
        """One more. Raises `QueueFull`."""
        for count, most, whose in (
            (self._open.total(), MAX_STREAMS, "all clients together"),
            (self._open[client], MAX_STREAMS_PER_CLIENT, "this client"),
        ):
            if count >= most:
                told = f"{most} streams of events are open, as many as {whose} may have"
                raise QueueFull(told, hint="ask with ?wait= instead, or try again later")
        self._open[client] += 1
        try:
            yield
        finally:
            self._open[client] -= 1
            if not self._open[client]:
                del self._open[client]


class EventCalls:
    """The handler."""

    def __init__(self, registrations: Registrations) -> None:
        self._registrations = registrations
        self._streams = Streams()

    def handlers(self) -> Mapping[Call, Handler]:
        """By call."""
        return {FOLLOW: self.follow}

    async def follow(self, request: web.Request) -> web.StreamResponse:
        job, client = requests.job_id(request), client_of(request)
        with self._streams.one(client):
            queue = (await self._registrations.of_job(job, request)).queue
            changes = following.changes(queue, job, client, STREAM_SECONDS, BEAT_SECONDS)
            async with aclosing(changes):
                # Before the head is sent, so that an unknown job has its status.
                first = await anext(changes)
                response = web.StreamResponse(
                    headers={"Content-Type": EVENT_STREAM, "Cache-Control": "no-store"}
                )
                await response.prepare(request)
                await self._tell(request, response, job, first, changes)
        return response

    async def _tell(
        self,
        request: web.Request,
        response: web.StreamResponse,
        job: str,
        first: JobState | None,
        changes: AsyncIterator[JobState | None],
    ) -> None:
        try:
            await _send(request, response, _event(job, first))
            async for state in changes:
                await _send(request, response, _event(job, state))
        except AttestorError as error:
            await _send(request, response, _named("error", error_body(error)))
        except asyncio.CancelledError:
            # The head is sent: no other answer can be.
            if REFUSED not in request:
                raise
            task = asyncio.current_task()
            assert task is not None
            task.uncancel()
            await _send(request, response, _named("error", error_body(request[REFUSED])))


def _event(job: str, state: JobState | None) -> bytes:
    return b":\n\n" if state is None else _named("job", job_body(job, state))


def _named(name: str, value: Any) -> bytes:
    # JSON without line breaks: an event's data is one line.
    return f"event: {name}\ndata: {json.dumps(value)}\n\n".encode()


async def _send(request: web.Request, response: web.StreamResponse, event: bytes) -> None:
    """Raises `ConnectionResetError` for a client that is gone, or that does not read."""
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await response.write(event)
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
        raise ConnectionResetError("the client does not read its events") from None

"""All calls of `/v1`, put together."""

from collections.abc import Callable

from aiohttp import web

from attestor.http.bodies import BodyLimits
from attestor.http.prover import Answers
from attestor.http.v1 import openapi
from attestor.http.v1.description import serve
from attestor.http.v1.events import EventCalls
from attestor.http.v1.jobs import JobCalls
from attestor.http.v1.programs import Keeping, ProgramCalls
from attestor.http.v1.proofs import ProofCalls
from attestor.http.v1.status import StatusCalls, Told
from attestor.jobs.queue import ProofQueue
from attestor.store.programs import Programs


class V1:
    """`limits` are those of programs and of jobs' bodies, `signing` gives who signs."""

    def __init__(
        self,
        queue: ProofQueue,
        answers: Answers,
        programs: Programs,
        keeping: Keeping,
        limits: BodyLimits,
        told: Told,
        signing: Callable[[], tuple[bytes | None, int]],
    ) -> None:
        self._parts = (
            ProgramCalls(programs, keeping, limits),
            JobCalls(queue, answers, programs, limits, told.wait_seconds, told.forms),
            EventCalls(queue),
            ProofCalls(queue, answers, told.chain_id, told.forms),
            StatusCalls(queue, told, signing, openapi.document()),
        )

    def add_to(self, application: web.Application) -> None:
        """Serve the paths."""
        for part in self._parts:
            serve(application, part.handlers())

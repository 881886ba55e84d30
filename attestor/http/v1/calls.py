"""All calls of `/v1`, put together."""

from aiohttp import web

from attestor.http.bodies import BodyLimits
from attestor.http.registrations import Registrations
from attestor.http.v1 import openapi
from attestor.http.v1.description import serve
from attestor.http.v1.events import EventCalls
from attestor.http.v1.jobs import JobCalls
from attestor.http.v1.programs import Keeping, ProgramCalls
from attestor.http.v1.proofs import ProofCalls
from attestor.http.v1.status import Bounds, StatusCalls
from attestor.store.programs import Programs


class V1:
    """`limits` are those of programs and of jobs' bodies. Programs are of all registrations."""

    def __init__(
        self,
        registrations: Registrations,
        programs: Programs,
        keeping: Keeping,
        limits: BodyLimits,
        bounds: Bounds,
    ) -> None:
        jobs = JobCalls(registrations, programs, keeping, limits, bounds.wait_seconds)
        self._parts = (
            ProgramCalls(programs, keeping, limits),
            jobs,
            EventCalls(registrations),
            ProofCalls(registrations, jobs, bounds.wait_seconds),
            StatusCalls(registrations, bounds, openapi.document()),
        )

    def add_to(self, application: web.Application) -> None:
        """Serve the paths."""
        for part in self._parts:
            serve(application, part.handlers())

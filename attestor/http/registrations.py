"""Which registration a caller wants a signature for, and who serves it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from attestor.core.job import Identity, Request
from attestor.core.served import Served
from attestor.errors import RegistrationUnknown
from attestor.jobs.queue import ProofQueue
from attestor.store.results import StoredResult

PARAMETER = "registration"


class Answers(Protocol):
    """Results as they are handed out: `api.answers.Answers`."""

    async def result(self, job: str) -> StoredResult | None:
        """The result of a finished job, signed anew if that is due and possible."""

    async def is_stale(self, job: str) -> bool:
        """Whether its signature ended and only another run can renew it."""


@dataclass(frozen=True)
class Serving:
    """What serves the callers of one registration."""

    served: Served
    queue: ProofQueue
    answers: Answers
    is_default: bool
    signing: Callable[[], tuple[bytes | None, int]] = lambda: (None, 0)
    """Who signs (20 bytes), if anybody does, and the chain's time."""

    def identify(self, request: Request, program_sha256: str | None = None) -> Identity:
        """The names of a request; where its program did not come with it, that has the given hash.
        Those for the default registration are as upstream's callers compute them."""
        where = "" if self.is_default else self.served.registration
        return request.identify(where, program_sha256)


class Registrations:
    """All of them, the default one first. `registration_of` gives the registration of a job."""

    def __init__(
        self, each: tuple[Serving, ...], registration_of: Callable[[str], str | None]
    ) -> None:
        self._each = each
        self._registration_of = registration_of

    def asked_for(self, request: web.Request) -> Serving:
        """The one that the query names, by `?registration=NAME` or `CHAIN_ID:REGISTRY`; the
        default without. Raises `RegistrationUnknown`."""
        return self._named(request.query.get(PARAMETER))

    async def of_job(self, job: str, request: web.Request) -> Serving:
        """The one that a job is for; the default where there is no such job. Raises
        `RegistrationUnknown` where the query names another."""
        asked = request.query.get(PARAMETER)
        if len(self._each) == 1:
            # Whatever the job is for, nobody else is here.
            return self._named(asked)
        for serving in self._each:
            if asked is None and serving.queue.is_known(job):
                return serving
        found = await asyncio.to_thread(self._registration_of, job)
        for serving in self._each:
            if serving.served.registration == found:
                if asked is not None and self._named(asked) is not serving:
                    raise RegistrationUnknown(
                        f"the job is for {serving.served.told}",
                        hint="ask for it once more, for the other registration: what was run is "
                        "not run again",
                    )
                return serving
        return self._named(asked)

    def told(self) -> list[tuple[str, str]]:
        """The names of all, which may be empty, with chain id and registry."""
        return [(serving.served.name, serving.served.told) for serving in self._each]

    def require_not_halted(self) -> None:
        """Raise `SigningHalted` once signing is halted, which it is for all of them."""
        self._each[0].queue.require_not_halted()

    def _named(self, given: str | None) -> Serving:
        if given is None:
            return self._each[0]
        for serving in self._each:
            if serving.served.is_meant_by(given):
                return serving
        raise RegistrationUnknown(
            f"no registration is {given!r:.80} here", hint=f"there are {', '.join(self._listed())}"
        )

    def _listed(self) -> list[str]:
        return [f"{name} ({place})" if name else place for name, place in self.told()]

"""A queue with a caller that asks for each job once, by an id that it keeps."""

import asyncio
import itertools
from collections.abc import Sequence

from attestor.core.job import Request
from attestor.jobs.queue import ProofQueue


class Asking(ProofQueue):
    """`add` accepts a new job each time, which is run whether or not anyone waits."""

    _numbers = itertools.count()

    async def add(self, program: bytes, stdin: Sequence[bytes] = ()) -> str:
        number = str(next(self._numbers)).encode()
        request = Request(program, (*stdin, number))
        identity = request.identify()
        with self.waiting(identity.job):
            await self.ask(identity, request)
            await asyncio.to_thread(self._jobs.keep, identity.job)
        return identity.job

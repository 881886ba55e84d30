"""Large answers on their way to clients who take their time: bounded in memory. Their time is
bounded by `connections`."""

from collections.abc import Callable
from contextlib import suppress

from aiohttp import web
from aiohttp.typedefs import Handler

from attestor.errors import QueueFull
from attestor.http.bodies import Memory
from attestor.http.clients import client_of
from attestor.http.connections import CONNECTIONS

SMALL_BYTES = 64 << 10
"""Up to here an answer stays in its connection's buffer, and counts as sent."""
UNREAD_BYTES = 64 << 20


class Unread:
    """What all answers of an application take together that are being read. When it is full, the
    client that has most of it gives way."""

    def __init__(self, most: int = UNREAD_BYTES) -> None:
        self._most = most
        self._memory = Memory(most)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Send what is large. Raises `QueueFull`."""
        answer = await handler(request)
        if isinstance(answer, web.Response) and not answer.prepared:
            await self.send(request, client_of(request), answer)
        return answer

    async def send(self, request: web.Request, client: str, answer: web.Response) -> None:
        """Send an answer, and hold room for it until it is read; small ones are left to aiohttp.
        Raises `QueueFull` while others have all the room."""
        body = answer.body
        if not isinstance(body, bytes) or len(body) <= SMALL_BYTES:
            return
        with self._memory.share(client, _abort(request)) as share:
            try:
                # One that is larger than all the room has it alone.
                self._memory.grow(share, min(len(body), self._most))
            except QueueFull:
                told = "too many large answers are being read"
                hint = "read those that are on their way, or try again later"
                raise QueueFull(told, hint=hint) from None
            for connections in request.app[CONNECTIONS]:
                connections.request_ends(request.transport)
            # Who leaves in the middle is nobody's fault, and aiohttp finds out about it.
            with suppress(ConnectionError):
                await answer.prepare(request)
                await answer.write_eof()


def _abort(request: web.Request) -> Callable[[], None]:
    transport = request.transport
    return transport.abort if transport is not None else lambda: None

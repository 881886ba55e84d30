"""Ids of requests, and a line in the log for each: without bodies, queries, keys.

request id=… client=… method=POST route=/wait_proof status=200 in=36 out=412 ms=17
"""

import asyncio
import re
import secrets
import time
from collections.abc import Callable

from aiohttp import web
from aiohttp.typedefs import Handler
from loguru import logger

from attestor.core.events import Event
from attestor.http.clients import CLIENT, REQUEST_ID

HEADER = "X-Request-Id"
LEFT = 499
"""What is logged for a client that did not wait for its answer (nginx's number)."""
QUIET = ("/health", "/livez", "/readyz", "/metrics")
REFUSED_AT_ONCE, REFUSED_PER_SECOND = 20.0, 1.0
_SANE = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)


class AccessLog:
    """The outermost middleware of an application, and what sets the header of each answer. Lives in
    one event loop."""

    def __init__(self, is_on: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._is_on = is_on
        self._clock = clock
        self._left, self._at = REFUSED_AT_ONCE, clock()
        self._untold = 0

    def add_to(self, application: web.Application) -> None:
        """Give each answer its id."""
        application.on_response_prepare.append(_stamp)

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Give the request an id, the client's own where that is sane, and log what became of
        it."""
        request[REQUEST_ID] = identity = request_id(request.headers.getall(HEADER, []))
        began, status, sent = self._clock(), LEFT, 0
        try:
            with logger.contextualize(request=identity):
                response = await handler(request)
            status, sent = response.status, _length(response)
            return response
        except web.HTTPException as answered:
            status = answered.status
            raise
        finally:
            if self._is_on:
                # After the answer is sent, which nobody has to wait for.
                told = request, status, sent, self._clock() - began
                asyncio.get_running_loop().call_soon(self._tell, *told)

    def _tell(self, request: web.Request, status: int, sent: int, seconds: float) -> None:
        if 400 <= status < LEFT and not self._may_tell():
            self._untold += 1
            return
        level = "DEBUG" if request.path in QUIET and status == 200 else "INFO"
        client = request.get(CLIENT)
        who = "request id={} client={} from={} "
        told = who + "method={} route={} status={} in={} out={} ms={:.0f}{}"
        more = f" untold_refusals={self._untold}" if self._untold else ""
        self._untold = 0
        logger.bind(event=Event.REQUEST).log(
            level,
            told,
            request[REQUEST_ID],
            "-" if client is None else client.name,
            request.remote or "-",
            request.method[:16],
            _route(request),
            status,
            request.content.total_bytes,
            sent,
            1000 * seconds,
            more,
        )

    def _may_tell(self) -> bool:
        """Whether one more refusal may be told: whoever can connect must not fill the log."""
        now = self._clock()
        back = (now - self._at) * REFUSED_PER_SECOND
        self._left, self._at = min(REFUSED_AT_ONCE, self._left + back), now
        if self._left < 1:
            return False
        self._left -= 1
        return True


def request_id(given: list[str]) -> str:
    """The only one that was given, if it is 1 to 64 of A-Z a-z 0-9 . _ -; otherwise a new one."""
    if len(given) == 1 and _SANE.fullmatch(given[0]):
        return given[0]
    return secrets.token_hex(8)


async def _stamp(request: web.Request, response: web.StreamResponse) -> None:
    if REQUEST_ID in request:
        response.headers[HEADER] = request[REQUEST_ID]


def _route(request: web.Request) -> str:
    """The path as it was declared: what is in its place may be anything."""
    resource = request.match_info.route.resource
    return "-" if resource is None else resource.canonical


def _length(response: web.StreamResponse) -> int:
    if response.prepared:
        return response.body_length
    return response.content_length or 0

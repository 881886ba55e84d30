"""What all HTTP calls share: listeners, and errors as answers.

An error is a status with {"error":{"code","message","hint"}}. Calls attach themselves to an
application by their `add_to`.
"""

import asyncio
import logging
import math
import socket
import ssl
from collections.abc import Sequence
from functools import partial
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler, Middleware
from loguru import logger

from attestor.core.events import Event
from attestor.core.text import one_line
from attestor.errors import (
    AttestorError,
    BodyInvalid,
    ConfigurationInvalid,
    DatabaseFailed,
    Fatal,
    InternalError,
    SigningHalted,
)
from attestor.errors.access import QuotaExceeded
from attestor.http.access_log import LEFT
from attestor.http.clients import REQUEST_ID
from attestor.http.connections import CONNECTIONS, ConnectionLimits, Connections
from attestor.http.expectations import taken_from_aiohttp
from attestor.http.process_limits import bound_tls_memory
from attestor.http.request_handler import RequestHandler
from attestor.http.statuses import status_of
from attestor.http.unread import Unread

FAULT_HEADER = "X-Attestor-Fault"
STOP_SECONDS = 1.0
"""What calls that are being answered get at the end."""
BACKLOG = 1024


def application(
    outer: Sequence[Middleware] = (), inner: Sequence[Middleware] = ()
) -> web.Application:
    """An application without calls. `outer` see every answer, also those that are errors; `inner`
    come before the call, and may raise errors of ours."""
    answered = [_answer_errors, Unread().middleware, *inner, _answer_unknown]
    made = web.Application(middlewares=[_watch, *outer, *answered])
    made[CONNECTIONS] = []
    made.on_response_prepare.append(_drop_banner)
    return made


def listen(host: str, port: int, option: str, hint: str | None = None) -> socket.socket:
    """A socket that listens there; nobody accepts from it yet. Raises `ConfigurationInvalid` with
    the name of the options' table, or another hint."""
    try:
        family, kind, protocol, _, where = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        made = socket.socket(family, kind, protocol)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind(where)
            made.listen(BACKLOG)
        except BaseException:
            made.close()
            raise
    except (OSError, OverflowError) as error:
        raise ConfigurationInvalid(
            f"cannot listen on {host}:{port}: {getattr(error, 'strerror', None) or error}",
            hint=hint or f"set {option}.host and {option}.port to a free address",
        ) from None
    return made


class Listener:
    """An application on a socket that listens."""

    def __init__(
        self,
        served: web.Application,
        listening: socket.socket,
        limits: ConnectionLimits | None = None,
        tls: ssl.SSLContext | None = None,
        stop_seconds: float = STOP_SECONDS,
    ) -> None:
        limits = limits or ConnectionLimits()
        log = logging.getLogger("attestor.http")
        log.addFilter(_is_ours)
        self._runner = web.AppRunner(
            served, shutdown_timeout=stop_seconds, handler_cancellation=True
        )
        self._options: dict[str, Any] = {
            "access_log": None,
            "logger": log,
            "keepalive_timeout": limits.idle_seconds,
            "auto_decompress": False,
            "lingering_time": 1.0,
        }
        self._served = served
        self._listening = listening
        self._limits = limits
        self._tls = tls
        if tls is not None:
            bound_tls_memory()
        self._connections: Connections | None = None

    async def start(self) -> None:
        """Accept connections."""
        await self._runner.setup()
        server = self._runner.server
        assert server is not None
        server.request_factory = taken_from_aiohttp(server.request_factory)
        loop = asyncio.get_running_loop()
        handler = partial(RequestHandler, server, loop=loop, **self._options)
        self._connections = Connections(self._listening, handler, self._limits, tls=self._tls)
        self._served[CONNECTIONS].append(self._connections)
        self._connections.start()
        scheme = "http" if self._tls is None else "https"
        host, port = self.address
        host = f"[{host}]" if ":" in host else host
        logger.bind(event=Event.LISTENING).info("listening on {}://{}:{}", scheme, host, port)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        host, port = self._listening.getsockname()[:2]
        return str(host), int(port)

    def use(self, tls: ssl.SSLContext) -> None:
        """Begin later connections with another certificate."""
        assert self._connections is not None
        self._connections.use(tls)

    @property
    def open_connections(self) -> int:
        """How many there are at this moment."""
        return len(self._connections) if self._connections is not None else 0

    async def stop(self) -> None:
        """Accept nothing more, and let the calls that are being answered end within
        the time to stop."""
        if self._connections is not None:
            self._connections.stop()
        # At once: who connects now should hear that nobody is there, and not wait for nothing.
        self._listening.close()
        await self._runner.cleanup()

    def abort(self) -> None:
        """End the calls that are being answered; for who waits for `stop` no longer."""
        if self._connections is not None:
            self._connections.abort()


def error_answer(
    status: int, code: str, message: str, hint: str | None, **more: str
) -> web.Response:
    """The form of every answer that is an error; `more` are fields beside the usual three."""
    soon = status in (503, 504) and code != SigningHalted.code
    headers = {"Retry-After": "5"} if soon else None
    error = {"code": code, "message": message, "hint": hint, **more}
    return web.json_response({"error": error}, status=status, headers=headers)


async def _drop_banner(request: web.Request, response: web.StreamResponse) -> None:
    """Versions of Python and aiohttp are nobody's business."""
    response.headers.pop("Server", None)


def _is_ours(record: logging.LogRecord) -> bool:
    """Whether a fault that aiohttp logs is the server's: who can connect must not be able to fill
    the log with traces."""
    raised = record.exc_info[1] if record.exc_info else None
    theirs = (HttpProcessingError, web.RequestPayloadError, ConnectionError)
    return not isinstance(raised, theirs)


@web.middleware
async def _watch(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tell the connections' guards when a request is being answered."""
    watching, transport = request.app[CONNECTIONS], request.transport
    for connections in watching:
        connections.request_begins(transport)
    try:
        return await handler(request)
    finally:
        for connections in watching:
            connections.request_ends(transport)


@web.middleware
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except BodyInvalid as error:
        if is_v1(request):
            return error_answer(400, error.code, error.message, error.hint, **_id(request))
        # Upstream's text; what was wrong with the body is in a header beside it.
        return web.Response(
            status=400, text="Invalid body", headers={FAULT_HEADER: error.message[:200]}
        )
    except (Fatal, DatabaseFailed) as error:
        if isinstance(error, SigningHalted):
            return error_answer(503, error.code, error.message, error.hint, **_id(request))
        # What is inside (paths, statements) is the operator's business.
        logger.bind(event=Event.CALL_FAILED).error(
            "{} {} failed: {} [{}]", request.method, request.path, error, error.code
        )
        told = "the service failed", "tell the operator"
        return error_answer(500, error.code, *told, **_id(request))
    except QuotaExceeded as error:
        more = {"limit": error.limit, **_id(request)}
        refused = error_answer(429, error.code, error.message, error.hint, **more)
        refused.headers["Retry-After"] = str(max(1, math.ceil(error.seconds)))
        return refused
    except AttestorError as error:
        status, about = status_of(type(error)), _id(request)
        answer = error_answer(status, error.code, error.message, error.hint, **about)
        if answer.status == 401:
            answer.headers["WWW-Authenticate"] = 'Bearer realm="attestor"'
        return answer
    except web.HTTPException:
        raise
    except Exception as error:
        return _unexpected(request, error)


@web.middleware
async def _answer_unknown(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Other methods and paths get an empty 404, as upstream gives it; below /v1 an error that says
    so."""
    try:
        return await handler(request)
    except web.HTTPMethodNotAllowed as error:
        if not is_v1(request):
            return web.Response(status=404)
        told = f"{request.path} does not take {request.method}"
        answered = error_answer(405, "method_not_allowed", told, "GET /v1/openapi.json says more")
        answered.headers["Allow"] = ", ".join(sorted(error.allowed_methods))
        return answered
    except web.HTTPNotFound:
        if not is_v1(request):
            return web.Response(status=404)
        told = f"there is no call {one_line(request.path)[:100]}"
        return error_answer(404, "not_found", told, "GET /v1/openapi.json lists all")


def _unexpected(request: web.Request, error: Exception) -> web.Response:
    if isinstance(error, ConnectionError) and _has_left(request):
        # No defect, and nobody is there to be answered.
        return web.Response(status=LEFT)
    line = "{} {} met an unexpected error"
    logger.bind(event=Event.UNEXPECTED_ERROR).opt(exception=error).error(
        line, request.method, request.path
    )
    told = "an internal error", "tell the operator"
    return error_answer(500, InternalError.code, *told, **_id(request))


def _has_left(request: web.Request) -> bool:
    """Whether the client's connection is closed, or being closed."""
    return request.transport is None or request.transport.is_closing()


def _id(request: web.Request) -> dict[str, str]:
    """What to tell the operator, where requests have ids."""
    return {"request_id": request[REQUEST_ID]} if REQUEST_ID in request else {}


def is_v1(request: web.Request) -> bool:
    """Whether our own rules of answers apply, and not upstream's."""
    return request.path.startswith("/v1/")

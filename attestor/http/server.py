"""What all HTTP calls share: listeners, and errors as answers.

An error is a status with {"error":{"code","message","hint"}}. Calls attach themselves to an
application by their `add_to`.
"""

import logging
import socket

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler
from loguru import logger

from attestor.core.text import one_line
from attestor.errors import (
    AttestorError,
    BodyCompressed,
    BodyInvalid,
    BodyTooLarge,
    ConfigurationInvalid,
    DatabaseFailed,
    ExecutorCrashed,
    Fatal,
    ForbiddenCall,
    FormNotSigned,
    InternalError,
    JobNotFinished,
    JobUnknown,
    NotJobOwner,
    ParameterInvalid,
    ProgramUnknown,
    Rejected,
    SigningHalted,
    Transient,
)
from attestor.http.clients import name_client
from attestor.http.connections import ConnectionLimits, Connections

FAULT_HEADER = "X-Attestor-Fault"
STOP_SECONDS = 1.0
"""What calls that are being answered get at the end."""
BACKLOG = 1024
CONNECTIONS = web.AppKey("connections", list[Connections])


def application() -> web.Application:
    """An application without calls."""
    made = web.Application(middlewares=[_watch, name_client, _answer_errors, _answer_unknown])
    made[CONNECTIONS] = []
    return made


def listen(host: str, port: int, option: str) -> socket.socket:
    """A socket that listens there; nobody accepts from it yet. Raises `ConfigurationInvalid` with
    the name of the options' table."""
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
            hint=f"set {option}.host and {option}.port to a free address",
        ) from None
    return made


class Listener:
    """An application on a socket that listens."""

    def __init__(
        self,
        served: web.Application,
        listening: socket.socket,
        limits: ConnectionLimits | None = None,
    ) -> None:
        limits = limits or ConnectionLimits()
        log = logging.getLogger("attestor.http")
        log.addFilter(_is_ours)
        self._runner = web.AppRunner(
            served,
            access_log=None,
            shutdown_timeout=STOP_SECONDS,
            logger=log,
            handler_cancellation=True,
            keepalive_timeout=limits.idle_seconds,
            auto_decompress=False,
            lingering_time=1.0,
        )
        self._served = served
        self._listening = listening
        self._limits = limits
        self._connections: Connections | None = None

    async def start(self) -> None:
        """Accept connections."""
        await self._runner.setup()
        server = self._runner.server
        assert server is not None
        self._connections = Connections(self._listening, server, self._limits)
        self._served[CONNECTIONS].append(self._connections)
        self._connections.start()
        logger.info("listening on http://{}:{}", *self.address)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        host, port = self._listening.getsockname()[:2]
        return str(host), int(port)

    @property
    def open_connections(self) -> int:
        """How many there are at this moment."""
        return len(self._connections) if self._connections is not None else 0

    async def stop(self) -> None:
        """Accept nothing more, and let the calls that are being answered end within
        `STOP_SECONDS`."""
        if self._connections is not None:
            self._connections.stop()
        await self._runner.cleanup()
        self._listening.close()


def error_answer(status: int, code: str, message: str, hint: str | None) -> web.Response:
    """The form of every answer that is an error."""
    soon = status in (503, 504) and code != SigningHalted.code
    headers = {"Retry-After": "5"} if soon else None
    error = {"code": code, "message": message, "hint": hint}
    return web.json_response({"error": error}, status=status, headers=headers)


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
            return error_answer(400, error.code, error.message, error.hint)
        # Upstream's text; what was wrong with the body is in a header beside it.
        return web.Response(
            status=400, text="Invalid body", headers={FAULT_HEADER: error.message[:200]}
        )
    except (Fatal, DatabaseFailed) as error:
        if isinstance(error, SigningHalted):
            return error_answer(503, error.code, error.message, error.hint)
        # What is inside (paths, statements) is the operator's business.
        logger.error("{} {} failed: {} [{}]", request.method, request.path, error, error.code)
        return error_answer(500, error.code, "the service failed", "tell the operator")
    except AttestorError as error:
        return error_answer(status_of(type(error)), error.code, error.message, error.hint)
    except web.HTTPException:
        raise
    except Exception as error:
        told = "{} {} met an unexpected error"
        logger.opt(exception=error).error(told, request.method, request.path)
        return error_answer(500, InternalError.code, "an internal error", "tell the operator")


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


def is_v1(request: web.Request) -> bool:
    """Whether our own rules of answers apply, and not upstream's."""
    return request.path.startswith("/v1/")


STATUSES: tuple[tuple[type[AttestorError], int], ...] = (
    (BodyTooLarge, 413),
    (BodyCompressed, 415),
    (BodyInvalid, 400),
    (ParameterInvalid, 400),
    (NotJobOwner, 403),
    (JobUnknown, 404),
    (ProgramUnknown, 404),
    (FormNotSigned, 404),
    (JobNotFinished, 409),
    (InternalError, 500),
    (ForbiddenCall, 422),
    (ExecutorCrashed, 500),
    (Rejected, 422),
    (SigningHalted, 503),
    (Transient, 503),
)
"""The first that an error is one of counts; 500 for all others."""


def status_of(kind: type[AttestorError]) -> int:
    """The status of an answer that is an error of that kind."""
    return next((status for known, status in STATUSES if issubclass(kind, known)), 500)

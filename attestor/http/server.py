"""What all HTTP calls share: listeners, limits on bodies, and errors as answers.

An error is a status with {"error":{"code","message","hint"}}. Calls attach themselves to an
application by their `add_to`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler
from loguru import logger

from attestor.errors import (
    AttestorError,
    BodyInvalid,
    BodyTooLarge,
    ConfigurationInvalid,
    InternalError,
    QueueFull,
    Rejected,
    SigningHalted,
    Transient,
)

FAULT_HEADER = "X-Attestor-Fault"
STOP_SECONDS = 3.0
"""What calls that are being answered get at the end."""


@dataclass(frozen=True)
class BodyLimits:
    """Of the bodies of one call."""

    max_bytes: int
    seconds: float = 60.0
    at_once: int = 8
    """Bodies that may be held in memory together."""
    slot_seconds: float = 5.0
    """How long a request waits for its turn."""


class Bodies:
    """Reads the bodies of one call within limits."""

    def __init__(self, limits: BodyLimits) -> None:
        self._limits = limits
        self._slots = asyncio.Semaphore(limits.at_once)

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """A place in memory for one body. Raises `QueueFull` when all are taken for long."""
        try:
            await asyncio.wait_for(self._slots.acquire(), self._limits.slot_seconds)
        except TimeoutError:
            raise QueueFull(
                f"{self._limits.at_once} requests are being read already", hint="try again later"
            ) from None
        try:
            yield
        finally:
            self._slots.release()

    async def read(self, request: web.Request) -> bytes:
        """The whole body. Raises `BodyTooLarge` and `BodyInvalid`."""
        limit = self._limits.max_bytes
        if request.content_length is not None and request.content_length > limit:
            raise _too_large(limit)
        try:
            body = await asyncio.wait_for(request.read(), self._limits.seconds)
        except web.HTTPRequestEntityTooLarge:
            raise _too_large(limit) from None
        except TimeoutError:
            raise BodyInvalid(f"the body took longer than {self._limits.seconds:.0f} s") from None
        except (web.RequestPayloadError, ConnectionError) as error:
            raise BodyInvalid(f"the body cannot be read: {type(error).__name__}") from None
        if len(body) > limit:
            raise _too_large(limit)
        return body


def application(max_body: int) -> web.Application:
    """An application without calls, whose bodies have at most that many bytes."""
    return web.Application(client_max_size=max_body, middlewares=[_answer_errors, _answer_unknown])


class Listener:
    """An application on a TCP port."""

    def __init__(self, served: web.Application, host: str, port: int) -> None:
        log = logging.getLogger("attestor.http")
        log.addFilter(_is_ours)
        self._runner = web.AppRunner(
            served, access_log=None, shutdown_timeout=STOP_SECONDS, logger=log
        )
        self._host = host
        self._port = port

    async def start(self) -> None:
        """Listen. Raises `ConfigurationInvalid`."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError as error:
            raise ConfigurationInvalid(
                f"cannot listen on {self._host}:{self._port}: {error.strerror}",
                hint="set api.host and api.port to a free address",
            ) from None
        logger.info("listening on http://{}:{}", *self.address)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port, once it listens."""
        host, port = self._runner.addresses[0][:2]
        return str(host), int(port)

    async def stop(self) -> None:
        """Accept nothing more, and let the calls that are being answered end within
        `STOP_SECONDS`."""
        await self._runner.cleanup()


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
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except BodyInvalid as error:
        # Upstream's text; what was wrong with the body is in a header beside it.
        return web.Response(
            status=400, text="Invalid body", headers={FAULT_HEADER: error.message[:200]}
        )
    except AttestorError as error:
        return error_answer(_status(error), error.code, error.message, error.hint)
    except web.HTTPException:
        raise
    except Exception as error:
        told = "{} {} met an unexpected error"
        logger.opt(exception=error).error(told, request.method, request.path)
        return error_answer(500, InternalError.code, "an internal error", "tell the operator")


@web.middleware
async def _answer_unknown(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Other methods and paths get an empty 404, as upstream gives it."""
    try:
        return await handler(request)
    except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
        return web.Response(status=404)


def _status(error: AttestorError) -> int:
    if isinstance(error, BodyTooLarge):
        return 413
    if isinstance(error, InternalError):
        return 500
    if isinstance(error, Rejected):
        return 422
    if isinstance(error, Transient | SigningHalted):
        return 503
    return 500


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(
        f"the body is larger than {limit} bytes", hint="the operator's api.max_body_bytes"
    )

"""JSON-RPC over HTTP, with the statuses and bodies of jsonrpsee 0.23.

A POST has calls, a GET of any path is answered with metrics (as the prover of the AVS does), all
else is refused. Calls attach as methods by name; each gets its params and gives a value for JSON.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web
from loguru import logger

from attestor.core.events import Event
from attestor.core.text import one_line
from attestor.errors import AttestorError, BodyInvalid, BodyTooLarge, QueueFull
from attestor.http import jsonrpc
from attestor.http.bodies import Bodies, BodyLimits
from attestor.http.jsonrpc import Call, Failure, Item, Message, Notification, Refused
from attestor.http.server import CONNECTIONS

Params = list[object] | dict[str, object] | None
Method = Callable[[Params], Awaitable[object]]

JSON = "application/json; charset=utf-8"
CONTENT_TYPES = frozenset(
    name + charset
    for name in ("application/json", "application/json-rpc")
    for charset in ("", "; charset=utf-8", ";charset=utf-8")
)
WRONG_TYPE = "Supplied content type is not allowed. Content-Type: application/json is required\n"
WRONG_VERB = "Used HTTP Method is not allowed. POST or OPTIONS is required\n"
TOO_MANY = "Too many connections. Please try again later."
BESIDE_LOOP_BYTES = 64 << 10
"""Larger bodies are decoded beside the loop."""


@dataclass(frozen=True)
class JsonRpcLimits:
    """`body_bytes` holds for bodies and for answers."""

    body_bytes: int
    batch: int = 100


class JsonRpcServer:
    """Answers calls of `methods`; `metrics` makes the text of a GET, and `failure_of` says how a
    method's error is told."""

    def __init__(
        self,
        methods: Mapping[str, Method],
        metrics: Callable[[], str],
        limits: JsonRpcLimits,
        failure_of: Callable[[AttestorError], Failure],
    ) -> None:
        self._methods = methods
        self._failure_of = failure_of
        self._metrics = metrics
        self._limits = limits
        self._bodies = Bodies(BodyLimits(limits.body_bytes))

    def add_to(self, served: web.Application) -> None:
        """Take all requests of an application."""
        served.router.add_route("*", "/{path:.*}", self._answer)

    async def _answer(self, request: web.Request) -> web.Response:
        if any(one.is_surplus(request.transport) for one in request.app[CONNECTIONS]):
            answer = _plain(429, TOO_MANY)
            answer.force_close()
            return answer
        if request.method == "GET":
            return _json(200, self._metrics().encode())
        if request.method != "POST":
            return _plain(405, WRONG_VERB)
        if request.headers.get("Content-Type", "").lower() not in CONTENT_TYPES:
            return _plain(415, WRONG_TYPE)
        try:
            message = await self._message(request)
        except BodyTooLarge:
            failure = jsonrpc.over_limit(jsonrpc.REQUEST_TOO_BIG, self._limits.body_bytes)
            return _json(413, jsonrpc.error(None, failure))
        except QueueFull as error:
            busy = jsonrpc.standard(jsonrpc.INTERNAL_ERROR, str(error))
            return _json(503, jsonrpc.error(None, busy))
        except BodyInvalid as error:
            unread = jsonrpc.standard(jsonrpc.INTERNAL_ERROR, str(error))
            return _json(500, jsonrpc.error(None, unread))
        if message is None:
            return _json(400, jsonrpc.error(None, jsonrpc.standard(jsonrpc.PARSE_ERROR)))
        return _json(200, await self._respond(message))

    async def _message(self, request: web.Request) -> Message | None:
        """What the body asks; None for what cannot be JSON-RPC."""
        async with self._bodies.whole(request) as body:
            if not jsonrpc.begins_well(body):
                return None
            if len(body) <= BESIDE_LOOP_BYTES:
                return jsonrpc.parse(body, self._limits.batch)
            return await asyncio.to_thread(jsonrpc.parse, body, self._limits.batch)

    async def _respond(self, message: Message) -> bytes:
        """The body of the answer; empty when nobody waits for one."""
        found = await asyncio.gather(*(self._one(item) for item in message.items))
        answers = [answer for answer in found if answer is not None]
        if not answers:
            return b""
        return jsonrpc.batch(answers, self._limits.body_bytes) if message.is_batch else answers[0]

    async def _one(self, item: Item) -> bytes | None:
        match item:
            case Notification():
                return None
            case Refused():
                return jsonrpc.error(item.id, item.failure)
            case Call():
                return await self._call(item)

    async def _call(self, call: Call) -> bytes:
        method = self._methods.get(call.method)
        if method is None:
            return jsonrpc.error(call.id, jsonrpc.standard(jsonrpc.METHOD_NOT_FOUND))
        try:
            value = await method(call.params)
        except AttestorError as error:
            logger.bind(event=Event.CALL_FAILED).info(
                "{} failed: {} [{}]", call.method, one_line(str(error)), error.code
            )
            return jsonrpc.error(call.id, self._failure_of(error))
        except Exception as error:
            logger.bind(event=Event.UNEXPECTED_ERROR).opt(exception=error).error(
                "{} met an unexpected error", call.method
            )
            return jsonrpc.error(call.id, jsonrpc.standard(jsonrpc.INTERNAL_ERROR))
        limit = self._limits.body_bytes
        return await asyncio.to_thread(jsonrpc.result, call.id, value, limit)


def _json(status: int, body: bytes) -> web.Response:
    return web.Response(status=status, body=body, headers={"Content-Type": JSON})


def _plain(status: int, text: str) -> web.Response:
    return web.Response(status=status, body=text.encode(), headers={"Content-Type": "text/plain"})

"""JSON-RPC over HTTP, with the statuses and bodies of jsonrpsee 0.23.

A POST has calls, a GET of any path but `/healthz` is answered with metrics (as the prover of the
AVS does), all else is refused. Calls attach as methods by name; each gets its params and gives a
value for JSON.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Handler
from loguru import logger

from attestor.core.events import Event
from attestor.core.text import one_line
from attestor.errors import (
    AttestorError,
    BodyCompressed,
    BodyInvalid,
    BodyTooLarge,
    QueueFull,
)
from attestor.http import jsonrpc
from attestor.http.addressed import is_of_another_site
from attestor.http.beside_loop import beside_loop
from attestor.http.bodies import Bodies, BodyLimits
from attestor.http.clients import CLIENT, Asking, peer_of
from attestor.http.connections import CONNECTIONS
from attestor.http.jsonrpc import Call, Failure, Item, Message, Notification, Refused
from attestor.http.process_limits import trim_memory
from attestor.http.turns import Turns
from attestor.http.unread import Unread

Params = object
"""As they came: a list or an object, None where there are none, or what is no params at all."""
Method = Callable[[Params], Awaitable[object]]
Health = Callable[[], tuple[int, object]]
"""Status and value of the answer to `GET /healthz`."""

JSON = "application/json; charset=utf-8"
CONTENT_TYPES = frozenset(
    name + charset
    for name in ("application/json", "application/json-rpc")
    for charset in ("", "; charset=utf-8", ";charset=utf-8")
)
WRONG_TYPE = "Supplied content type is not allowed. Content-Type: application/json is required\n"
WRONG_VERB = "Used HTTP Method is not allowed. POST or OPTIONS is required\n"
TOO_MANY = "Too many connections. Please try again later."
OTHER_SITE = "Pages of other sites are not answered: this is asked without a browser.\n"
BESIDE_LOOP_BYTES = 64 << 10
"""Larger bodies are decoded beside the loop, and larger answers count as what is sent."""
LARGE_BYTES = 4 << 20
"""After a larger body memory is given back."""
ANSWERS_IN_MEMORY = 4
"""Answers of the largest size that may wait for clients to read them."""


@dataclass(frozen=True)
class JsonRpcLimits:
    """`body_bytes` holds for bodies and for answers."""

    body_bytes: int
    batch: int = 100


class JsonRpcServer:
    """Answers calls of `methods`, which give large values as `jsonrpc.Encoded`. `metrics` makes the
    text of a GET, and `failure_of` says how a method's error is told."""

    def __init__(
        self,
        methods: Mapping[str, Method],
        metrics: Callable[[], str],
        limits: JsonRpcLimits,
        failure_of: Callable[[AttestorError], Failure],
        asking: Asking | None = None,
        health: Health | None = None,
    ) -> None:
        """`asking` is told for whom a method works. Without `health`, `/healthz` has metrics."""
        self._health = health
        self._methods = methods
        self._asking = asking or Asking()
        self._failure_of = failure_of
        self._metrics = metrics
        self._limits = limits
        self._bodies = Bodies(BodyLimits(limits.body_bytes))
        self._parsing = Turns(1)
        self._unread = Unread(ANSWERS_IN_MEMORY * limits.body_bytes)

    def add_to(self, served: web.Application) -> None:
        """Take all requests of an application; not by a route, as some targets have no path."""

        @web.middleware
        async def take(request: web.Request, handler: Handler) -> web.StreamResponse:
            return await self._answer(request)

        served.middlewares.append(take)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        without = self._without_body(request)
        return await self._answer_post(request) if without is None else without

    def _without_body(self, request: web.Request) -> web.Response | None:
        """The answer to what is no POST of JSON, or not to be answered."""
        if any(one.is_surplus(request.transport) for one in request.app[CONNECTIONS]):
            answer = _plain(429, TOO_MANY)
            answer.force_close()
            return answer
        if is_of_another_site(request):
            return _plain(403, OTHER_SITE)
        if request.method == "GET":
            return self._get(request.path)
        if request.method != "POST":
            return _plain(405, WRONG_VERB)
        if request.headers.get("Content-Type", "").lower() not in CONTENT_TYPES:
            return _plain(415, WRONG_TYPE)
        return None

    def _get(self, path: str) -> web.Response:
        if path == "/healthz" and self._health is not None:
            status, value = self._health()
            return _json(status, jsonrpc.encode(value))
        return _json(200, self._metrics().encode())

    async def _answer_post(self, request: web.Request) -> web.StreamResponse:
        request[CLIENT] = client = peer_of(request)
        self._asking.begin(client)
        try:
            # It holds its memory to the end: what was made of it is as large.
            async with self._bodies.held(request) as body:
                size = len(body)
                try:
                    return await self._answer_body(request, client.share, body)
                finally:
                    del body
                    if size > LARGE_BYTES:
                        await asyncio.to_thread(trim_memory)
        except BodyTooLarge:
            failure = jsonrpc.over_limit(jsonrpc.REQUEST_TOO_BIG, self._limits.body_bytes)
            return _json(413, jsonrpc.error(None, failure))
        except QueueFull as error:
            return _busy(error)
        except BodyCompressed as error:
            # Whatever its coding, it begins with no brace.
            failure = jsonrpc.standard(jsonrpc.PARSE_ERROR, str(error))
            return _json(400, jsonrpc.error(None, failure))
        except BodyInvalid as error:
            unread = jsonrpc.standard(jsonrpc.INTERNAL_ERROR, str(error))
            return _json(500, jsonrpc.error(None, unread))

    async def _answer_body(
        self, request: web.Request, client: str, body: bytes
    ) -> web.StreamResponse:
        if not jsonrpc.begins_well(body):
            return _json(400, jsonrpc.error(None, jsonrpc.standard(jsonrpc.PARSE_ERROR)))
        answer = await self._respond(await self._parsed(client, body))
        if len(answer) <= BESIDE_LOOP_BYTES:
            return _json(200, answer)
        return await self._send(request, client, answer)

    async def _send(self, request: web.Request, client: str, body: bytes) -> web.StreamResponse:
        """A large answer, which takes memory until the client has read it."""
        answer = _json(200, body)
        try:
            await self._unread.send(request, client, answer)
        except QueueFull as error:
            return _busy(error)
        return answer

    async def _parsed(self, client: str, body: bytes) -> Message:
        """What the body asks. Of large ones one is read at a time: it takes several times its
        size, and two at once would take no less time."""
        if len(body) <= BESIDE_LOOP_BYTES:
            return jsonrpc.parse(body, self._limits.batch)
        async with self._parsing.turn(client):
            return await beside_loop(jsonrpc.parse, body, self._limits.batch)

    async def _respond(self, message: Message) -> bytes:
        """The body of the answer; empty when nobody waits for one. The calls of a batch are
        answered one after the other, until the answers are too large."""
        answers: list[bytes] = []
        size, limit = 0, self._limits.body_bytes
        for item in message.items:
            answer = await self._one(item)
            if answer is not None:
                answers.append(answer)
                size += len(answer) + 1
            if message.is_batch and size >= limit:
                break
        if not answers:
            return b""
        return jsonrpc.batch(answers, limit) if message.is_batch else answers[0]

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
        return jsonrpc.result(call.id, value, self._limits.body_bytes)


def _busy(error: QueueFull) -> web.Response:
    return _json(503, jsonrpc.error(None, jsonrpc.standard(jsonrpc.INTERNAL_ERROR, str(error))))


def _json(status: int, body: bytes) -> web.Response:
    return web.Response(status=status, body=body, headers={"Content-Type": JSON})


def _plain(status: int, text: str) -> web.Response:
    return web.Response(status=status, body=text.encode(), headers={"Content-Type": "text/plain"})

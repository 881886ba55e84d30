"""An endpoint between the daemon and a development chain, which answers as its mood is.

It stands in for the HTTP client below an `Rpc`: what it answers is decoded by the daemon's own
code, and what it does with the connection is told as that client tells it. Its time is virtual.
"""

import json
from random import Random
from typing import Any

from cases.lying_endpoints import TABLE, Question, Reply
from storm.clock import VirtualClock

from attestor.chain.rpc import Rpc
from attestor.errors import HttpFailed, HttpFault, RpcError
from attestor.net import Deadline, Response

BEHIND = 4
"""Blocks that an old answer of a balanced endpoint lacks."""
OLD_ANSWERS = 0.3
ANSWER_SECONDS = 0.05
HUGE_SECONDS = 2.0
"""Until so much was sent that an answer is refused."""
_MADE_UP_CHAINS = ("another block", "four blocks ago", "a branch of its own")
"""Lies that need a chain of their own, which here is another."""
LIES = {one.name: one for one in TABLE if one.name not in _MADE_UP_CHAINS}
HONEST, BALANCED, AWAY, FLAKY = "honest", "balanced", "away", "fails once a minute"
SILENT = "takes requests and says nothing"
MOODS = (BALANCED, AWAY, SILENT, FLAKY, *LIES)
FLAKY_ANSWERS = 0.008


class Moods:
    """What an endpoint answers. `mood` may be changed at any time."""

    def __init__(self, upstream: str, seed: int) -> None:
        self.mood = HONEST
        self._upstream = Rpc(upstream)
        self._random = Random(seed)

    def reply(self, request: dict[str, Any]) -> Reply:
        """What is sent for a request, by the mood of this moment."""
        mood, method, params = self.mood, request["method"], request["params"]
        if mood == AWAY or (mood == FLAKY and self._draw(FLAKY_ANSWERS)):
            return Reply(b"", manner="drop")
        if mood == SILENT:
            return Reply(b"", manner="drip")
        is_old = mood == BALANCED and self._draw(OLD_ANSWERS)
        honest = self._old(method, params) if is_old else self._now(method, params)
        question = Question(request["id"], method, params, honest)
        lie = LIES.get(mood)
        return lie.lie(question) if lie is not None else question.truth

    def _draw(self, probability: float) -> bool:
        return self._random.random() < probability

    def _now(self, method: str, params: list[Any]) -> dict[str, Any]:
        try:
            return {"result": self._upstream.call(method, params)}
        except RpcError as error:
            data = {"data": "0x" + error.data.hex()} if error.data else {}
            return {"error": {"code": error.number or 3, "message": error.message, **data}}

    def _old(self, method: str, params: list[Any]) -> dict[str, Any]:
        """The answer of a node that lacks the newest blocks."""
        newest = int(self._upstream.call("eth_blockNumber", []), 16)
        head = max(newest - BEHIND, 0)
        places = [hex(head) if place == "latest" else place for place in params]
        for place in places:
            if isinstance(place, dict) and "blockHash" in place:
                block = self._upstream.call("eth_getBlockByHash", [place["blockHash"], False])
                if block is None or int(block["number"], 16) > head:
                    return {"error": {"code": -32001, "message": "header not found"}}
        answer = self._now(method, places)
        result = answer.get("result")
        named = result if isinstance(result, dict) else {}
        number = named.get("number", named.get("blockNumber"))
        if isinstance(number, str) and int(number, 16) > head:
            return {"result": None}
        return answer


class StormyHttp:
    """A stand-in for `HttpClient`, of one endpoint, as somebody sees it whose time is `clock`'s."""

    def __init__(self, moods: Moods, clock: VirtualClock) -> None:
        self._moods = moods
        self._clock = clock
        self._connected = False

    def request(self, method: str, url: str, deadline: Deadline, **options: Any) -> Response:
        """As `HttpClient.request`."""
        is_new = not (self._connected and options["repeatable"])
        self._connected = False
        self._clock.pass_by(min(ANSWER_SECONDS, deadline.remaining("sending")))
        reply = self._moods.reply(json.loads(options["body"]))
        match reply.manner:
            case "drop":
                raise HttpFailed("the connection was closed", fault=HttpFault.LOST)
            case "drip":
                self._clock.pass_by(deadline.remaining("reading"))
                raise deadline.passed("reading")
            case "endless":
                self._clock.pass_by(min(HUGE_SECONDS, deadline.remaining("reading")))
                raise HttpFailed("the answer is too long", fault=HttpFault.TOO_LARGE)
        self._connected = True
        headers = {name.lower(): value for name, value in reply.headers.items()}
        return Response(reply.status, headers, reply.body, new_connection=is_new)

    def close(self) -> None:
        """Nothing is open."""

"""An endpoint between the daemon and a development chain, which answers as its mood is."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from typing import Any

from cases.lying_endpoints import HUGE_BYTES, TABLE, Question, Reply

from attestor.chain.rpc import Rpc
from attestor.errors import RpcError

BEHIND = 4
"""Blocks that an old answer of a balanced endpoint lacks."""
OLD_ANSWERS = 0.3
STALL_SECONDS = 2.0
_MADE_UP_CHAINS = ("another block", "four blocks ago", "a branch of its own")
"""Lies that need a chain of their own, which here is another."""
LIES = {one.name: one for one in TABLE if one.name not in _MADE_UP_CHAINS}
HONEST, BALANCED, AWAY, FLAKY = "honest", "balanced", "away", "fails once a minute"
MOODS = (BALANCED, AWAY, FLAKY, *LIES)
FLAKY_ANSWERS = 0.008


class StormyEndpoint:
    """Serves JSON-RPC at `url`. `mood` may be changed at any time."""

    def __init__(self, upstream: str, seed: int) -> None:
        self.mood = HONEST
        self.asked = 0
        """How many requests came."""
        self._upstream = Rpc(upstream)
        self._random = Random(seed)
        self._lock = threading.Lock()
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def reply(self, request: dict[str, Any]) -> Reply:
        """What is sent for a request, by the mood of this moment."""
        mood, method, params = self.mood, request["method"], request["params"]
        with self._lock:
            self.asked += 1
        if mood == AWAY or (mood == FLAKY and self._draw(FLAKY_ANSWERS)):
            return Reply(b"", manner="drop")
        is_old = mood == BALANCED and self._draw(OLD_ANSWERS)
        honest = self._old(method, params) if is_old else self._now(method, params)
        question = Question(request["id"], method, params, honest)
        lie = LIES.get(mood)
        return lie.lie(question) if lie is not None else question.truth

    def _draw(self, probability: float) -> bool:
        with self._lock:
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


class _Server(ThreadingHTTPServer):
    """Serves one endpoint."""

    daemon_threads = True

    def __init__(self, endpoint: StormyEndpoint) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.endpoint = endpoint

    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that has heard enough is no error."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            self._send(self.server.endpoint.reply(json.loads(body)))
        except Exception:
            self.close_connection = True

    def _send(self, reply: Reply) -> None:
        if reply.manner == "drop":
            self.close_connection = True
            return
        self._begin(reply, HUGE_BYTES if reply.manner == "endless" else len(reply.body))
        if reply.manner == "drip":
            self._drip(reply.body)
        elif reply.manner == "whole":
            self.wfile.write(reply.body)

    def _begin(self, reply: Reply, length: int) -> None:
        self.send_response(reply.status)
        for name, value in {**reply.headers, "Content-Length": str(length)}.items():
            self.send_header(name, value)
        self.end_headers()

    def _drip(self, body: bytes) -> None:
        ends = time.monotonic() + STALL_SECONDS
        for byte in body:
            if time.monotonic() > ends:
                self.close_connection = True
                return
            self.wfile.write(bytes([byte]))
            time.sleep(0.05)

    def log_message(self, *shown: object) -> None:
        """Nothing is logged."""

"""A recorded node over HTTP, with what goes wrong on the way: bodies that are cut off, throttling,
errors of proxies, silence."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

from cases.scroll_node import Refusal


class Answering(Protocol):
    """`scroll_node.RecordedNode`, or another node."""

    def answer(self, method: str, params: list[Any]) -> Any: ...


@dataclass
class Served:
    """`faults` are what the next calls of a method meet, one each: throttled, cut, proxy, slow.
    `files` are what a GET of a path gives."""

    port: int
    faults: dict[str, list[str]] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    slow_seconds: float = 30.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def fault(self, method: str) -> str:
        left = self.faults.get(method)
        return left.pop(0) if left else ""


@contextmanager
def served(node: Answering) -> Iterator[Served]:
    """The node on a port of its own."""
    state = Served(0)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            method = asked["method"]
            state.asked.append(method)
            fault = state.fault(method)
            if fault == "throttled":
                self._send(429, b"slow down", retry=True)
            elif fault == "proxy":
                self._send(502, b"<html>Bad Gateway</html>")
            elif fault == "slow":
                time.sleep(state.slow_seconds)
                self.close_connection = True
            else:
                body = json.dumps({"jsonrpc": "2.0", "id": asked["id"], **_answer(node, asked)})
                self._send(200, body.encode(), cut=fault == "cut")

        def do_GET(self) -> None:
            found = state.files.get(self.path)
            self._send(404 if found is None else 200, found or b"")

        def _send(self, status: int, body: bytes, cut: bool = False, retry: bool = False) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            if retry:
                self.send_header("Retry-After", "0")
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if cut else body)
            self.close_connection = self.close_connection or cut

        def log_message(self, format: str, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(node: Answering, asked: dict[str, Any]) -> dict[str, Any]:
    try:
        return {"result": node.answer(asked["method"], asked["params"])}
    except Refusal as refusal:
        return {"error": {"code": refusal.number, "message": refusal.said}}

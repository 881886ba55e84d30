"""A real server that answers as `cases.lying_service` says, and as a node of the chain."""

import json
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cases.lying_service import CHAIN_ID, HONEST, NOW, SIGNER, Told

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server:
    """Answers each path by a function, and JSON-RPC as a node on whose chain a registry vouches
    for `SIGNER`."""

    def __init__(
        self, told: Told = HONEST, tls: ssl.SSLContext | None = None, **answers: Answer
    ) -> None:
        self.answers: dict[str, Answer] = {
            **{path: giving(body) for path, body in told.bodies().items()},
            **{f"/{name}": answer for name, answer in answers.items()},
        }
        self.stopping, self.gone = threading.Event(), threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            stopping, gone = outer.stopping, outer.gone

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                if self.path == "/":
                    return giving(_rpc(body))(self)
                with suppress(OSError):
                    outer.answers.get(self.path.partition("?")[0], absent)(self)
                return None

            do_POST = do_PUT = do_GET

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        if tls is not None:
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True)
            self.url = f"https://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()


def giving(body: bytes) -> Answer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def absent(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(404)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def _rpc(body: bytes) -> bytes:
    asked = json.loads(body)
    if asked["method"] == "eth_call":
        signer = bytes.fromhex(asked["params"][0]["data"][-40:])
        result: Any = "0x" + int(signer == SIGNER).to_bytes(32, "big").hex()
    elif asked["method"] == "eth_chainId":
        result = hex(CHAIN_ID)
    else:
        result = _block()
    return json.dumps({"jsonrpc": "2.0", "id": asked["id"], "result": result}).encode()


def _block() -> dict[str, Any]:
    zero = "0x" + "00" * 32
    return {
        "number": "0x10",
        "hash": "0x" + "11" * 32,
        "parentHash": zero,
        "timestamp": hex(NOW),
        "baseFeePerGas": "0x1",
        "gasLimit": "0x1c9c380",
        "gasUsed": "0x0",
    }


def endless(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    while not handler.stopping.is_set():
        handler.wfile.write(b"10000\r\n" + b" " * 65536 + b"\r\n")


def dripping(handler: Any) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    while not handler.stopping.wait(0.1):
        handler.wfile.write(b"a")
        handler.wfile.flush()


def silent(handler: Any) -> None:
    """Until the client is gone."""
    handler.connection.settimeout(10)
    with suppress(OSError):
        handler.connection.recv(1)
        handler.gone.set()


def pending(handler: Any) -> None:
    handler.send_response(504)
    handler.send_header("Content-Length", "0")
    handler.end_headers()

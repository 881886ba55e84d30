"""SIGTERM ends the daemon in time while its endpoint answers a byte at a time, however often the
signal comes and whoever waits for the chain."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from integration.daemon.conftest import StartDevnet
from integration.daemon.test_daemon_faults import REQUEST, STOP_SECONDS, asking, daemon

from attestor.chain.rpc import Rpc
from attestor.errors import RpcError


class Dripping:
    """An endpoint before the devnet's, which drips once it is told to."""

    def __init__(self) -> None:
        self.upstream: Rpc | None = None
        self.drips = threading.Event()
        self.asked = threading.Event()
        self.over = threading.Event()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.endpoint = self
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    endpoint: Dripping


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        endpoint = self.server.endpoint
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": asked["id"]}
        try:
            assert endpoint.upstream is not None
            answer["result"] = endpoint.upstream.call(asked["method"], asked["params"])
        except RpcError as error:
            answer["error"] = {"code": error.number or -32000, "message": error.message}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if endpoint.drips.is_set():
            endpoint.asked.set()
            for place in range(len(body)):
                with suppress(OSError):  # The daemon is gone.
                    self.wfile.write(body[place : place + 1])
                if endpoint.over.wait(0.5):
                    return
        else:
            self.wfile.write(body)

    def log_message(self, *shown: object) -> None:
        """Nothing is logged."""


@pytest.fixture
def dripping() -> Iterator[Dripping]:
    made = Dripping()
    yield made
    made.close()


@pytest.mark.parametrize("signals", [1, 200])
def test_stop__endpoint_drips_and_a_client_waits__ends_in_time(
    start: StartDevnet, dripping: Dripping, signals: int
) -> None:
    environment: dict[str, str] = {}
    devnet = start(environment=environment)
    dripping.upstream = Rpc(devnet.anvil.url)
    devnet.wait_for_signer()
    assert devnet.stop_daemon() == 0
    environment["ATTESTOR_CHAIN_RPC_URL"] = dripping.url
    devnet.restart_daemon()
    devnet.wait_for_signer()
    dripping.drips.set()
    asking(devnet, REQUEST)
    assert dripping.asked.wait(20)
    time.sleep(1)
    asked = time.monotonic()
    for _ in range(signals):
        os.kill(daemon(devnet).pid, signal.SIGTERM)
        time.sleep(0.005)
    code = daemon(devnet).wait(3 * STOP_SECONDS)
    took = time.monotonic() - asked
    log = devnet.log_file.read_text()
    stopping = log[log.rindex("stopping") :]
    assert took <= STOP_SECONDS, stopping
    assert code == 0, stopping
    assert " ERROR " not in stopping
    assert " CRITICAL " not in stopping

"""An endpoint in front of a development chain that counts what it is asked."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from attestor.net import Deadline, HttpClient

SECONDS = 10.0
MOST_BYTES = 64 << 20


class CountingEndpoint:
    """Serves at `url` what the node behind it says."""

    def __init__(self, upstream: str) -> None:
        self.asked = 0
        """How many requests came."""
        self._upstream = upstream
        self._http = HttpClient()
        self._lock = threading.Lock()
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._http.close()

    def answer(self, body: bytes) -> bytes:
        with self._lock:
            self.asked += 1
        return self._http.request(
            "POST",
            self._upstream,
            Deadline(SECONDS),
            max_bytes=MOST_BYTES,
            body=body,
            headers={"Content-Type": "application/json"},
            repeatable=True,
        ).body


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, endpoint: CountingEndpoint) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.endpoint = endpoint


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        answer = self.server.endpoint.answer(self.rfile.read(int(self.headers["Content-Length"])))
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *shown: object) -> None:
        """Nothing is logged."""

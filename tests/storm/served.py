"""An endpoint of a storm as a daemon meets it: over HTTP, in real time."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from storm.endpoint import Moods

SILENT_SECONDS = 4.0
"""How long a request is held that gets no answer."""


class ServedEndpoint:
    """Serves a node at `url`; `moods.mood` says how, and may be changed at any time."""

    def __init__(self, upstream: str, seed: int) -> None:
        self.moods = Moods(upstream, seed)
        self.lock = threading.Lock()
        self._server = _Server(self)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, endpoint: ServedEndpoint) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.endpoint = endpoint


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        endpoint = self.server.endpoint
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        # The moods draw lots and ask their node by one connection.
        with endpoint.lock:
            reply = endpoint.moods.reply(asked)
        if reply.manner != "whole":
            if reply.manner == "drip":
                time.sleep(SILENT_SECONDS)
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *shown: object) -> None:
        """Nothing is logged."""

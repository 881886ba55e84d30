"""Servers on loopback that send what a test writes, at the pace that it chooses."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from integration.net.authority import Authority

Script = Callable[[socket.socket], None]


class ScriptedServer:
    """Runs `script` on each connection, in a thread of its own."""

    def __init__(self, script: Script, family: socket.AddressFamily = socket.AF_INET) -> None:
        self.connections = 0
        self.stopping = threading.Event()
        self._script = script
        self._open: list[socket.socket] = []
        self._listener = socket.socket(family)
        self._listener.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        self._listener.listen(64)
        self.port = self._listener.getsockname()[1]
        host = "[::1]" if family == socket.AF_INET6 else "127.0.0.1"
        self.url = f"http://{host}:{self.port}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self.stopping.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.append(connection)
                threading.Thread(target=self._run, args=(connection,), daemon=True).start()

    def _run(self, connection: socket.socket) -> None:
        with connection, suppress(OSError, ssl.SSLError):
            self._script(connection)


@pytest.fixture
def serve() -> Iterator[Callable[..., ScriptedServer]]:
    running: list[ScriptedServer] = []

    def start(script: Script, family: socket.AddressFamily = socket.AF_INET) -> ScriptedServer:
        running.append(ScriptedServer(script, family))
        return running[-1]

    yield start
    for server in running:
        server.close()


@pytest.fixture(scope="session")
def authority() -> Authority:
    return Authority()

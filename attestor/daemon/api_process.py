"""One run of the API process, as the daemon sees it."""

import socket
import struct
import subprocess
import threading
from contextlib import suppress

from attestor.api.settings import ApiSettings, ApiState
from attestor.core import frame
from attestor.core.frame import Frame
from attestor.hardening import python_process
from attestor.signer.server import Handle, serve

THREADS = 4
"""Requests that may wait for the chain at once, beside the short ones."""
SEND_SECONDS = 2
"""What one frame gets: a process that takes nothing in is not waited for."""


class ApiRun:
    """A process that was started. Make it in a thread that lives as long as the process should: it
    is killed when that thread ends."""

    def __init__(
        self,
        settings: ApiSettings,
        state: ApiState,
        signer: socket.socket,
        listening: socket.socket,
        handle: Handle,
    ) -> None:
        """`signer` is closed: it is the process's. `handle` answers its requests."""
        self._connection, theirs = socket.socketpair()
        bound = struct.pack("@ll", SEND_SECONDS, 0)  # a struct timeval
        self._connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, bound)
        with theirs, signer:
            ends = (theirs.fileno(), signer.fileno(), listening.fileno())
            self._process = python_process.start("attestor.api", ends)
        self._write_lock = threading.Lock()
        self._send(settings.to_header())
        self.tell(state)
        self._handle = handle
        threading.Thread(target=self._serve, name="api-requests", daemon=True).start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, state: ApiState) -> None:
        """What it has to do. Never waits for long, and raises nothing: a process that does not
        listen is ended by its supervisor."""
        self._send(state.to_header())

    def ended(self) -> int | None:
        """Its exit code, or minus the signal that ended it; None while it runs."""
        return self._process.poll()

    def wait(self, seconds: float) -> bool:
        """Whether it ends within that time."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def end(self) -> None:
        """Kill it, if it still runs."""
        self._process.kill()
        self._process.wait()
        with suppress(OSError):
            self._connection.shutdown(socket.SHUT_RDWR)
        self._connection.close()

    def _serve(self) -> None:
        with suppress(Exception):  # What it sent is no frame: its supervisor sees that it is mute.
            serve(self._connection, self._handle, THREADS, self._write_lock)

    def _send(self, header: dict[str, object]) -> None:
        with suppress(OSError), self._write_lock:
            self._connection.sendall(frame.encode(Frame(header)))

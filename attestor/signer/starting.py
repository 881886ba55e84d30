"""Starting a signer process, of whichever role, and ending it."""

import contextlib
import socket
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from attestor.core import frame
from attestor.core.frame import Frame
from attestor.hardening import python_process


@dataclass(frozen=True)
class Started:
    """A process and the two connections to it: one for requests, one over which further ones are
    handed over."""

    process: subprocess.Popen[bytes]
    connection: socket.socket
    attachments: socket.socket

    def send(self, settings: Mapping[str, Any]) -> None:
        """Its first frame. One that is gone is noticed by whoever reads from it."""
        with contextlib.suppress(OSError):
            self.connection.sendall(frame.encode(Frame(dict(settings))))

    def end(self) -> None:
        """End the process; all keys go with it."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        self.connection.close()
        self.attachments.close()
        with contextlib.suppress(PermissionError):
            # Without CAP_KILL another user's process is not ours to kill: it ends by itself then,
            # since nobody is at the other end.
            self.process.kill()
        self.process.wait()


def start_process() -> Started:
    """A new process, which waits for its settings.

    Call it in the main thread: the process is killed when the thread that started it ends.
    """
    ours, theirs = socket.socketpair()
    our_attachments, attachments = socket.socketpair()
    with theirs, attachments:
        ends = (theirs.fileno(), attachments.fileno())
        process = python_process.start("attestor.signer", ends)
    return Started(process, ours, our_attachments)

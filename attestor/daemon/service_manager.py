"""What systemd is told (sd_notify(3)): that the daemon is ready, that it lives, that it stops.

Format: one datagram of `NAME=value` lines to the socket that the variable NOTIFY_SOCKET names.
"""

import socket
from contextlib import suppress

READY = "READY=1"
ALIVE = "WATCHDOG=1"
STOPPING = "STOPPING=1"


class ServiceManager:
    """Nobody, where there is no socket. What it does not hear is no fault of the daemon."""

    def __init__(self, address: str = "") -> None:
        """`address` is that of a Unix socket: a path, or with @ before it a name that is in no
        folder. Others are not told."""
        abstract = address.startswith("@")
        self._address = "\0" + address[1:] if abstract else address
        self.is_told = abstract or address.startswith("/")

    def tell(self, state: str, status: str = "") -> None:
        """A state, and one line of text that `systemctl status` shows. Does not wait."""
        if not self.is_told:
            return
        lines = state + (f"\nSTATUS={' '.join(status.split())}" if status else "")
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as client:
            client.setblocking(False)
            client.sendto(lines.encode(), self._address)

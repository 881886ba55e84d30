"""Ports that a development stack is to listen on."""

import socket

from attestor.errors import PortTaken

HOST = "127.0.0.1"


def require_free(port: int, option: str) -> None:
    """Raise `PortTaken` when something listens on the port already; port 0 is any free one."""
    with socket.socket() as probe:
        # As the servers do: a port whose last connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortTaken(
                f"cannot listen on {HOST}:{port}: {error.strerror}",
                hint=f"stop what listens there, or name another port with {option}",
            ) from None


def free_port() -> int:
    """One that nothing listens on at this moment."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])

"""What a process that serves many connections changes of itself."""

import resource
from asyncio import sslproto

TLS_BUFFER_BYTES = 32 << 10
"""Two TLS records. asyncio's own is 256 KiB for each connection, filled with zeros at once: 10,000
that never end their handshake took 2.5 GB."""


def raise_file_limit() -> None:
    """Let this process open as many files as it may ever."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def bound_tls_memory() -> None:
    """Let later TLS connections of asyncio read into small buffers."""
    sslproto.SSLProtocol.max_size = TLS_BUFFER_BYTES

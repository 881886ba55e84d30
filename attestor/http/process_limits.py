"""What a process that serves many connections changes of itself."""

import ctypes
import resource
from asyncio import sslproto

TLS_BUFFER_BYTES = 32 << 10
"""Two TLS records. asyncio's own is 256 KiB for each connection, filled with zeros at once: 10,000
that never end their handshake took 2.5 GB."""

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
MAPPED_BYTES = 256 << 10
ARENAS = 2


def raise_file_limit() -> None:
    """Let this process open as many files as it may ever."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def bound_tls_memory() -> None:
    """Let later TLS connections of asyncio read into small buffers."""
    sslproto.SSLProtocol.max_size = TLS_BUFFER_BYTES


def give_memory_back() -> None:
    """Have what is freed go back to the kernel: once, before there are threads.

    glibc keeps a heap for each thread, and takes blocks of up to 32 MiB from it once it has freed
    such a block, which then stays with the process. A C library without mallopt(3) is left as it
    is.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, MAPPED_BYTES)
        mallopt(_M_ARENA_MAX, ARENAS)


def trim_memory() -> None:
    """Give back what is free now: after something large, which also had many small parts."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)

"""Entry point of the signer process: `python -m attestor.signer FD`, started by the daemon."""

import ctypes
import resource
import signal
import socket
import sys

from attestor.core import frame
from attestor.errors import AttestorError
from attestor.signer.build import make_service
from attestor.signer.server import MAX_REQUEST_BYTES, serve
from attestor.signer.settings import SignerSettings

_PR_SET_PDEATHSIG = 1
_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38


def main(descriptor: int) -> None:
    """Serve the daemon at the other end of the socket until it goes."""
    harden()
    connection = socket.socket(fileno=descriptor)
    with connection.makefile("rb", buffering=0) as incoming:
        first = frame.read(lambda count: _read_exactly(incoming.read, count), MAX_REQUEST_BYTES)
    if first is None:
        return
    settings = SignerSettings.from_header(first.header)
    serve(connection, make_service(settings).handle, settings.workers)


def harden() -> None:
    """No core dumps, no tracing by the same user, no life without the daemon."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    # The daemon decides when to stop. A Ctrl-C in its terminal, and a supervisor that tells every
    # process of a service, must not take the keys first.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _read_exactly(read: object, count: int) -> bytes:
    """Unbuffered, so that not one byte of the next frame is swallowed."""
    assert callable(read)
    data = b""
    while len(data) < count:
        chunk = read(count - len(data))
        if not chunk:
            break
        data += chunk
    return data


if __name__ == "__main__":
    try:
        main(int(sys.argv[1]))
    except AttestorError as error:
        sys.exit(f"attestor signer: {error} [{error.code}]")

"""Entry point of the API process: `python -m attestor.api FD FD FD`, started by the daemon.

The descriptors are its connections to the daemon and to the signer process, and the socket that
listens for clients. Its first two frames are the settings and the state.
"""

import asyncio
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path

from attestor.api.link import DaemonLink
from attestor.api.process import ApiProcess, in_loop
from attestor.api.settings import ApiSettings, ApiState
from attestor.core import frame
from attestor.core.frame import Frame
from attestor.errors import AttestorError, Fatal, FrameInvalid
from attestor.hardening import process
from attestor.http.process_limits import raise_file_limit
from attestor.observe import logs
from attestor.signer.prover import AttachedProver

NICENESS = 5
"""So that clients' work leaves processor time to the daemon."""
KILLED_FIRST = 500
"""What the kernel adds to this process when it looks for one to end, as memory is short."""


def main(control: int, signer: int, listening: int) -> None:
    """Serve clients until the daemon says otherwise, or goes."""
    with suppress(OSError):  # Before the files of this process are closed to its own user.
        Path("/proc/self/oom_score_adj").write_text(str(KILLED_FIRST))
    process.keep_memory_to_itself()
    process.end_with_parent()
    process.drop_capabilities()
    raise_file_limit()
    os.nice(NICENESS)
    # The daemon decides when to stop.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    connection = socket.socket(fileno=control)
    settings, state = (_read(connection) for _ in range(2))
    told = ApiSettings.from_header(settings.header)
    logs.set_up(told.log_level, told.log_format)
    asyncio.run(
        _serve(
            told,
            ApiState.from_header(state.header),
            connection,
            socket.socket(fileno=signer),
            socket.socket(fileno=listening),
        )
    )


async def _serve(
    settings: ApiSettings,
    state: ApiState,
    control: socket.socket,
    signer: socket.socket,
    listening: socket.socket,
) -> None:
    loop = asyncio.get_running_loop()
    waiting: asyncio.Future[ApiProcess] = loop.create_future()

    def tell(later: ApiState) -> None:
        waiting.add_done_callback(lambda ready: ready.result().told(later))

    daemon = DaemonLink(control, in_loop(loop, tell), on_end=lambda: os._exit(0))
    serving = ApiProcess(settings, AttachedProver(signer), daemon)
    serving.told(state)
    waiting.set_result(serving)
    try:
        await serving.run(listening)
    except Fatal as error:
        os._exit(error.exit_code)
    # Threads that still wait for something must not keep the process.
    os._exit(0)


def _read(connection: socket.socket) -> Frame:
    """Unbuffered, so that not one byte of the next frame is swallowed."""

    def exactly(count: int) -> bytes:
        data = b""
        while len(data) < count and (chunk := connection.recv(count - len(data))):
            data += chunk
        return data

    found = frame.read(exactly, 0)
    if found is None:
        raise FrameInvalid("the daemon went before it said anything")
    return found


if __name__ == "__main__":
    try:
        main(*(int(text) for text in sys.argv[1:4]))
    except AttestorError as error:
        sys.exit(f"attestor api: {error} [{error.code}]")

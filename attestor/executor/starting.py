"""Processes of the executor's programs, from their start to their end; a request comes later."""

import errno
import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from attestor import resources
from attestor.errors import ExecutorCrashed, ExecutorMissing
from attestor.executor import leftovers
from attestor.executor.cgroup import Cgroup
from attestor.executor.resident import Resident

BUILD_COMMAND = resources.how_to_get("make executor")
_END_SECONDS = 60
_NO_ROOM = (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.ENOBUFS)


@dataclass(frozen=True)
class Started:
    """A process that waits for its request, and has given up its privileges until then.

    `requests` is our end of its stdin, and `ended` a descriptor that can be read once it has ended
    (pidfd_open(2)). With `sweep`, whatever leaves its session is ended after it.
    """

    name: str
    process: "subprocess.Popen[bytes]" = field(repr=False)
    requests: socket.socket = field(repr=False)
    resident: Resident = field(repr=False)
    ended: int
    sweep: bool

    @property
    def has_ended(self) -> bool:
        """Whether it has, and waits to be reaped."""
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.process.pid, options) is not None


def start(
    program: Path, sealed: int | None = None, sweep: bool = True, cgroup: Cgroup | None = None
) -> Started:
    """Start `program`, or what is in the descriptor `sealed`, with an empty environment, and put it
    into the `cgroup`.

    Raises `ExecutorMissing` where it cannot be started, and `ExecutorCrashed` where the machine has
    no room for it now.
    """

    def launch(stdin: int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [str(program)],
            executable=None if sealed is None else f"/proc/self/fd/{sealed}",
            pass_fds=() if sealed is None else (sealed,),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={},
            cwd="/",
            bufsize=0,
            start_new_session=True,
        )

    # Any step may find that the machine has no room: what the steps before it made is undone.
    with _failures_told(program), ExitStack() as undo:
        ours, theirs = socket.socketpair()
        undo.callback(ours.close)
        with theirs:
            stdin = theirs.fileno()
            process = leftovers.start(partial(launch, stdin)) if sweep else launch(stdin)
        undo.callback(_end, program.name, process, sweep)
        if cgroup is not None:
            cgroup.take(process.pid)
        ended = os.pidfd_open(process.pid)
        undo.pop_all()
    return Started(program.name, process, ours, Resident(process.pid), ended, sweep)


@contextmanager
def _failures_told(program: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise ExecutorCrashed(f"{program.name} cannot be started now: {error}") from None
        raise ExecutorMissing(
            f"{program} cannot be started: {error.strerror}", hint=BUILD_COMMAND
        ) from None


def destroy(started: Started) -> int:
    """Kill the whole group of a process, which is empty when all went well, and reap it; with
    `sweep` also whatever has left the group. Its exit code, or minus the signal that ended it.

    Raises `ExecutorCrashed` where there is no end to it.
    """
    try:
        return _end(started.name, started.process, started.sweep)
    finally:
        started.requests.close()
        started.resident.close()
        os.close(started.ended)


def _end(name: str, process: "subprocess.Popen[bytes]", sweep: bool) -> int:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    try:
        status = process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        raise ExecutorCrashed(f"{name} cannot be ended", hint=leftovers.KILL_HINT) from None
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    if sweep:
        leftovers.end(process.pid)
    return status

"""One child process: request in, answer out, killed with its process group at the deadline, when it
has taken more memory than it may, or when its answer is not wanted any more."""

import contextlib
import errno
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from attestor import resources
from attestor.core.execution import StopRequest
from attestor.errors import (
    ExecutionMemoryLimit,
    ExecutionStopped,
    ExecutionTimeLimit,
    ExecutorCrashed,
    ExecutorMissing,
)
from attestor.executor import leftovers
from attestor.executor.resident import Resident

BUILD_COMMAND = resources.how_to_get("make executor")
MAX_LOG_BYTES = 64 << 10
_CHUNK_BYTES = 64 << 10
_POLL_SECONDS = 0.05
_WATCH_SECONDS = 0.02
"""Between two looks at a child's memory: it can fill some tens of megabytes meanwhile."""
_END_SECONDS = 60
_STOPPED = "the execution was stopped: its result is not wanted any more"


@dataclass(frozen=True)
class Ended:
    """A child that has ended. `status` is its exit code, or minus the signal that ended it;
    `log` is what it wrote to stderr, cut and printable."""

    name: str
    status: int
    answer: bytes
    log: str


@dataclass(frozen=True)
class Bounds:
    """When a child is stopped: `deadline` is of the monotonic clock, in seconds;
    `resident_bytes` is what of it may be in memory, whatever its own limits let through."""

    wall_seconds: float
    deadline: float
    answer_bytes: int
    resident_bytes: int | None = None
    stop: StopRequest | None = None


@dataclass
class _Traffic:
    """What is still to be written to a child, the next part last, and what came from it."""

    request: list[memoryview]
    answer: bytearray = field(default_factory=bytearray)
    log: bytearray = field(default_factory=bytearray)


def run(
    program: Path,
    request: bytes,
    wall_seconds: float,
    max_answer_bytes: int,
    niceness: int = 0,
    sealed: int | None = None,
    max_resident_bytes: int | None = None,
    stop: StopRequest | None = None,
    attached: bytes = b"",
    sweep: bool = True,
) -> Ended:
    """Start `program` with an empty environment, write `request`, then what is `attached` (so that
    the two need not be joined), and take its answer.

    With `sealed`, a descriptor of a program in memory, that is run and the file not looked at. A
    child with a `niceness` over 0 gets the processor time that others leave.

    Without `sweep` nobody looks for processes that left the child's session: for programs that
    cannot start any, in a process with other children, which would be taken for such.

    Raises `ExecutorMissing`, `ExecutionTimeLimit`, `ExecutionMemoryLimit` for more resident memory
    than that, `ExecutionStopped` once `stop` is set, or `ExecutorCrashed` for an answer over the
    bound. No process is left, however this ends.
    """
    deadline = time.monotonic() + wall_seconds
    bounds = Bounds(wall_seconds, deadline, max_answer_bytes, max_resident_bytes, stop)
    process = _start(program, sealed, sweep)
    parts = [memoryview(part) for part in (attached, request) if part]
    traffic = _Traffic(parts)
    try:
        if niceness:
            # It waits for its request until now, so that all its threads come after this. Root
            # without CAP_SYS_NICE may not, when it is another user already.
            with contextlib.suppress(PermissionError):
                os.setpriority(os.PRIO_PROCESS, process.pid, niceness)
        with Resident(process.pid) as resident:
            _exchange(process, program.name, traffic, bounds, resident)
            _await_end(process.pid, program.name, bounds, resident)
    finally:
        status = _destroy(process, program.name, sweep)
    return Ended(program.name, status, bytes(traffic.answer), _printable(traffic.log))


def _start(program: Path, sealed: int | None, sweep: bool) -> "subprocess.Popen[bytes]":
    def launch() -> "subprocess.Popen[bytes]":
        pipe = subprocess.PIPE
        return subprocess.Popen(
            [str(program)],
            executable=None if sealed is None else f"/proc/self/fd/{sealed}",
            pass_fds=() if sealed is None else (sealed,),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env={},
            cwd="/",
            bufsize=0,
            start_new_session=True,
        )

    try:
        return leftovers.start(launch) if sweep else launch()
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE):
            raise ExecutorCrashed(f"{program.name} cannot be started now: {error}") from None
        raise ExecutorMissing(
            f"{program} cannot be started: {error.strerror}", hint=BUILD_COMMAND
        ) from None


def _exchange(
    process: "subprocess.Popen[bytes]",
    name: str,
    traffic: _Traffic,
    bounds: Bounds,
    resident: Resident,
) -> None:
    """Move bytes until the child has closed its outputs. Raises when a bound comes first."""
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stderr is not None
    outputs = {process.stdout, process.stderr}
    with selectors.DefaultSelector() as selector:
        steps: list[tuple[IO[bytes], int, Callable[[int, _Traffic], bool]]] = [
            (process.stdin, selectors.EVENT_WRITE, _send),
            (process.stdout, selectors.EVENT_READ, _take_answer),
            (process.stderr, selectors.EVENT_READ, _take_log),
        ]
        for stream, event, step in steps:
            os.set_blocking(stream.fileno(), False)
            selector.register(stream, event, step)
        if bounds.stop is not None:
            selector.register(bounds.stop, selectors.EVENT_READ, _stopped)
        while outputs:
            for key, _ in selector.select(_pause(name, bounds, resident)):
                if key.data(key.fd, traffic):
                    continue
                selector.unregister(key.fileobj)
                outputs.discard(key.fileobj)
                if key.fileobj is process.stdin:
                    process.stdin.close()
            if len(traffic.answer) > bounds.answer_bytes:
                raise ExecutorCrashed(f"{name} answered more than {bounds.answer_bytes} bytes")


def _stopped(descriptor: int, traffic: _Traffic) -> bool:
    raise ExecutionStopped(_STOPPED)


def _pause(name: str, bounds: Bounds, resident: Resident) -> float:
    """Seconds until the bounds must be looked at again. Raises when one is reached."""
    remaining = bounds.deadline - time.monotonic()
    if remaining <= 0:
        raise ExecutionTimeLimit(
            f"{name} was stopped after {bounds.wall_seconds:g} s", hint="raise the wall-time limit"
        )
    if bounds.resident_bytes is None:
        return remaining
    if resident.bytes > bounds.resident_bytes:
        raise ExecutionMemoryLimit(
            f"{name} was stopped with more than {bounds.resident_bytes} bytes of memory",
            hint="raise the memory limit",
        )
    return min(remaining, _WATCH_SECONDS)


def _send(descriptor: int, traffic: _Traffic) -> bool:
    """Write some of the request; False when there is no more to write, or no one to read it."""
    if not traffic.request:
        return False
    part = traffic.request.pop()
    try:
        part = part[os.write(descriptor, part[:_CHUNK_BYTES]) :]
    except BlockingIOError:
        pass
    except BrokenPipeError:
        return False
    if part:
        traffic.request.append(part)
    return bool(traffic.request)


def _take_answer(descriptor: int, traffic: _Traffic) -> bool:
    chunk = _receive(descriptor)
    traffic.answer += chunk or b""
    return chunk != b""


def _take_log(descriptor: int, traffic: _Traffic) -> bool:
    """Drain stderr to its end, so that the child never waits, but keep only the start."""
    chunk = _receive(descriptor)
    traffic.log += (chunk or b"")[: MAX_LOG_BYTES - len(traffic.log)]
    return chunk != b""


def _receive(descriptor: int) -> bytes | None:
    """A chunk, b"" at the end of the stream, or None when nothing is there yet."""
    try:
        return os.read(descriptor, _CHUNK_BYTES)
    except BlockingIOError:
        return None


def _await_end(pid: int, name: str, bounds: Bounds, resident: Resident) -> None:
    """Wait for the child's end without reaping it, so that its group stays its own. Raises like
    `_pause`, and once it is to stop: a child that has closed its outputs may stay all the same."""
    pause = _POLL_SECONDS / 128
    while os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if bounds.stop is not None and bounds.stop.is_set:
            raise ExecutionStopped(_STOPPED)
        _pause(name, bounds, resident)
        time.sleep(pause)
        pause = min(2 * pause, _POLL_SECONDS)


def _destroy(process: "subprocess.Popen[bytes]", name: str, sweep: bool) -> int:
    """Kill the child's whole group, which is empty when all went well, and reap it; with `sweep`
    also whatever has left the group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    try:
        status = process.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        raise ExecutorCrashed(f"{name} cannot be ended", hint=leftovers.KILL_HINT) from None
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    if sweep:
        leftovers.end(process.pid)
    return status


def _printable(log: bytearray) -> str:
    text = log.decode("utf-8", "replace")
    return "".join(char if char.isprintable() or char == "\n" else "?" for char in text)

"""One child process: request in, answer out, killed with its process group at the deadline, when it
has taken more memory than it may, or when its answer is not wanted any more."""

import contextlib
import os
import select
import selectors
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from attestor.core.execution import StopRequest
from attestor.errors import (
    ExecutionMemoryLimit,
    ExecutionStopped,
    ExecutionTimeLimit,
    ExecutorCrashed,
)
from attestor.executor import memory_kills, starting
from attestor.executor.cgroup import Cgroup
from attestor.executor.resident import Resident
from attestor.executor.sealed_memory import SealedBytes
from attestor.executor.starting import Started

MAX_LOG_BYTES = 64 << 10
_CHUNK_BYTES = 64 << 10
_WATCH_SECONDS = 0.02
"""Between two looks at a child's memory: it can fill some tens of megabytes meanwhile."""
_STOPPED = "the execution was stopped: its result is not wanted any more"


@dataclass(frozen=True)
class Ended:
    """A child that has ended. `status` is its exit code, or minus the signal that ended it;
    `log` is what it wrote to stderr, cut and printable. `out_of_memory`: it was killed while the
    kernel ended processes for want of memory."""

    name: str
    status: int
    answer: bytes
    log: str
    out_of_memory: bool = False


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
    appended: bytes = b"",
    sweep: bool = True,
    attached: SealedBytes | None = None,
    started: Started | None = None,
    cgroup: Cgroup | None = None,
) -> Ended:
    """Start `program` in the `cgroup`, or take the process of it that is `started`; write
    `request`, then what is `appended` (so that the two need not be joined), and take its answer.
    What is `attached` goes along as a descriptor.

    With `sealed`, a descriptor of a program in memory, that is run and the file not looked at. A
    child with a `niceness` over 0 gets the processor time that others leave.

    Without `sweep` nobody looks for processes that left the child's session: for programs that
    cannot start any, in a process with other children, which would be taken for such.

    Raises `ExecutorMissing`, `ExecutionTimeLimit`, `ExecutionMemoryLimit` for more resident memory
    than that, `ExecutionStopped` once `stop` is set, or `ExecutorCrashed` for an answer over the
    bound. No process is left, however this ends.
    """
    kills = memory_kills.count()
    deadline = time.monotonic() + wall_seconds
    bounds = Bounds(wall_seconds, deadline, max_answer_bytes, max_resident_bytes, stop)
    started = started or starting.start(program, sealed, sweep, cgroup)
    traffic = _Traffic([memoryview(part) for part in (appended, request) if part])
    try:
        if niceness:
            # It waits for its request until now, so that all its threads come after this. Root
            # without CAP_SYS_NICE may not, when it is another user already.
            with contextlib.suppress(PermissionError):
                os.setpriority(os.PRIO_PROCESS, started.process.pid, niceness)
        if attached is not None:
            _begin_with(started.requests, traffic, attached)
        _exchange(started, traffic, bounds)
        _await_end(started, bounds)
    except OSError as error:
        # No descriptor for a selector, or no memory in the kernel: nothing that the child did.
        raise ExecutorCrashed(f"{started.name} cannot be spoken to: {error}") from None
    finally:
        status = starting.destroy(started)
    # It had ended before it was killed here, unless something was raised.
    out_of_memory = status == -signal.SIGKILL and memory_kills.count() > kills
    log = _printable(traffic.log)
    return Ended(started.name, status, bytes(traffic.answer), log, out_of_memory)


def _begin_with(requests: socket.socket, traffic: _Traffic, attached: SealedBytes) -> None:
    """The request's first bytes, with a descriptor. There is room: nothing was sent yet."""
    part = traffic.request.pop()
    # A child that has ended already says so by its status.
    with contextlib.suppress(ConnectionError):
        sent = socket.send_fds(requests, [part[:_CHUNK_BYTES]], [attached.fileno()])
        part = part[sent:]
    if part:
        traffic.request.append(part)


def _exchange(started: Started, traffic: _Traffic, bounds: Bounds) -> None:
    """Move bytes until the child has closed its outputs. Raises when a bound comes first."""
    process, requests = started.process, started.requests
    assert process.stdout is not None
    assert process.stderr is not None
    outputs: set[object] = {process.stdout, process.stderr}
    with selectors.DefaultSelector() as selector:
        steps: list[tuple[IO[bytes] | socket.socket, int, Callable[[int, _Traffic], bool]]] = [
            (requests, selectors.EVENT_WRITE, _send),
            (process.stdout, selectors.EVENT_READ, _take_answer),
            (process.stderr, selectors.EVENT_READ, _take_log),
        ]
        for stream, event, step in steps:
            os.set_blocking(stream.fileno(), False)
            selector.register(stream, event, step)
        if bounds.stop is not None:
            selector.register(bounds.stop, selectors.EVENT_READ, _stopped)
        while outputs:
            for key, _ in selector.select(_pause(started.name, bounds, started.resident)):
                if key.data(key.fd, traffic):
                    continue
                selector.unregister(key.fileobj)
                outputs.discard(key.fileobj)
                if key.fileobj is requests:
                    requests.close()
            if len(traffic.answer) > bounds.answer_bytes:
                most = bounds.answer_bytes
                raise ExecutorCrashed(f"{started.name} answered more than {most} bytes")


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
    except ConnectionError:
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


def _await_end(started: Started, bounds: Bounds) -> None:
    """Wait for the child's end without reaping it, so that its group stays its own. Raises like
    `_pause`, and once it is to stop: a child that has closed its outputs may stay all the same."""
    events = select.poll()
    events.register(started.ended, select.POLLIN)
    if bounds.stop is not None:
        events.register(bounds.stop, select.POLLIN)
    while True:
        pause = _pause(started.name, bounds, started.resident)
        ready = [descriptor for descriptor, _ in events.poll(1000 * pause)]
        if started.ended in ready:
            return
        if ready:
            raise ExecutionStopped(_STOPPED)


def _printable(log: bytearray) -> str:
    text = log.decode("utf-8", "replace")
    return "".join(char if char.isprintable() or char == "\n" else "?" for char in text)

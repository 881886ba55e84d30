"""A hostile stand-in tries each way out of an executor's process, on this machine.

Its program is started as the executor's are. It puts up the walls that it is told to, and then
does what a program could that has taken its process over.
"""

import errno
import os
import signal
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from attestor.core import frame
from attestor.errors import ExecutorCrashed, FrameInvalid
from attestor.executor import child

HOSTILE_PROGRAM = "attestor-hostile"
WALL_SECONDS = 20.0
_MAX_ANSWER_BYTES = 64 << 10
_PARENT_BUT_NO_KEYS = ("parent_limits", "parent_priority", "parent_signal")


class Walls(StrEnum):
    """Which of our walls the stand-in puts up before its attempt."""

    RUN = "run"
    """All, as attestor-execute does."""
    JIT = "jit"
    """All, as attestor-execute-jit does."""
    COMPUTE = "compute"
    """All, as attestor-vkey does."""
    DECODE = "decode"
    """All, as attestor-decode does."""
    OUTER = "outer"
    """Another user or user namespace only: neither seccomp nor Landlock."""
    NONE = "none"
    """None at all. An attempt that fails then tests nothing."""


class Outcome(StrEnum):
    """How an attempt ended."""

    ESCAPED = "escaped"
    """The kernel let it through."""
    STOPPED = "stopped"
    """The kernel ended the process at the call."""
    REFUSED = "refused"
    """The call failed, for want of permission or means."""


@dataclass(frozen=True)
class Attempt:
    """One way out, tried once. `detail` says how it ended, in words."""

    name: str
    walls: Walls
    outcome: Outcome
    detail: str

    @property
    def escaped(self) -> bool:
        return self.outcome is Outcome.ESCAPED


def leads_to_keys(name: str) -> bool:
    """Whether an attempt is at the memory or the descriptors of the process that starts it."""
    return name.startswith("parent_") and name not in _PARENT_BUT_NO_KEYS


def run_self_test(directory: Path, sealed: int | None = None) -> tuple[Attempt, ...]:
    """Try every way out behind all walls, and those to our own memory behind the outer ones too.

    `directory` holds the executor's programs; `sealed` is a descriptor of the stand-in in memory,
    which is run then (see `child.run`). No attempt may be `escaped`. Takes a second or two.
    Raises `ExecutorMissing`, and `ExecutorCrashed` for a stand-in that is broken.
    """
    names = list_attempts(directory, sealed)
    inner = [
        try_escape(directory, name, walls, sealed)
        for walls in (Walls.RUN, Walls.JIT, Walls.COMPUTE, Walls.DECODE)
        for name in names
    ]
    to_keys = filter(leads_to_keys, names)
    outer = [try_escape(directory, name, Walls.OUTER, sealed) for name in to_keys]
    return (*inner, *outer)


def list_attempts(directory: Path, sealed: int | None = None) -> tuple[str, ...]:
    """The names of all ways out that the stand-in knows. Raises like `run_self_test`."""
    names = _read(_call(directory, {"list": True}, sealed)).get("attempts")
    if not isinstance(names, list) or not names or not all(isinstance(name, str) for name in names):
        raise ExecutorCrashed(f"{HOSTILE_PROGRAM} lists no attempts")
    return tuple(names)


def try_escape(directory: Path, name: str, walls: Walls, sealed: int | None = None) -> Attempt:
    """Try one way out. Raises like `run_self_test`."""
    ended = _call(directory, {"attempt": name, "walls": walls}, sealed)
    if ended.status == -signal.SIGSYS:
        return Attempt(name, walls, Outcome.STOPPED, "killed by SIGSYS")
    if ended.status == 0 and not ended.answer:
        return Attempt(name, walls, Outcome.ESCAPED, "became another program")
    header = _read(ended)
    if header.get("reached") is True:
        return _reached(name, walls, header.get("left_behind"))
    number = header.get("errno")
    if type(number) is not int:
        raise ExecutorCrashed(f"{HOSTILE_PROGRAM} does not say how {name} failed")
    detail = errno.errorcode.get(number, str(number))
    return Attempt(name, walls, Outcome.REFUSED, detail)


def _reached(name: str, walls: Walls, left_behind: object) -> Attempt:
    """A process that was left behind and has been ended since is no way out."""
    if type(left_behind) is int and left_behind > 0:
        try:
            os.kill(left_behind, 0)
        except ProcessLookupError:
            return Attempt(name, walls, Outcome.REFUSED, "what was left behind was ended")
    return Attempt(name, walls, Outcome.ESCAPED, "the kernel let it through")


def _call(directory: Path, header: dict[str, object], sealed: int | None) -> child.Ended:
    request = frame.encode(frame.Frame(header))
    program = directory / HOSTILE_PROGRAM
    return child.run(program, request, WALL_SECONDS, _MAX_ANSWER_BYTES, sealed=sealed)


def _read(ended: child.Ended) -> dict[str, object]:
    try:
        header = frame.decode(ended.answer, max_blob_bytes=0).header
    except FrameInvalid as error:
        raise ExecutorCrashed(
            f"{ended.name} gave no answer: {error} {ended.status} {ended.log}"
        ) from None
    if "error" in header:
        raise ExecutorCrashed(f"{ended.name} failed: {header['error']!r:.200}")
    return header

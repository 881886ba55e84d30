"""What a child leaves behind when it ends: processes that left its session are found and ended.

Such a process becomes a child of ours, since we are a subreaper. It is told apart from the other
children of this process by a mark that it inherits and cannot lose: a hard limit of 0.
"""

import ctypes
import os
import resource
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from attestor.errors import ExecutorCrashed

Launch = Callable[[], "subprocess.Popen[bytes]"]
_PR_SET_CHILD_SUBREAPER = 36
_MARK = resource.RLIMIT_MSGQUEUE
_MAX_ROUNDS = 1000
OWN_IDS = (range(0x7000_0000, 0x7040_0000), range(61_184, 65_280))
"""As in `executor/sandbox/src/identity.rs`."""
KILL_HINT = "this process runs as root, and needs CAP_KILL then"

# Of this process as a whole, as its children are: those that a call still waits for.
_live: set[int] = set()
_lock = threading.Lock()


def start(launch: Launch) -> "subprocess.Popen[bytes]":
    """Start a child whose descendants `end` finds. Raises what `launch` raises."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with _lock:
        child = launch()
        _live.add(child.pid)
    # Before it has a request. An executor that has changed its user sets this mark itself.
    with suppress(ProcessLookupError, PermissionError):
        resource.prlimit(child.pid, _MARK, (0, 0))
    return child


def end(pid: int) -> None:
    """End what the child `pid` left, which has ended itself and was waited for.

    Raises `ExecutorCrashed` when there is no end to it.
    """
    with _lock:
        _live.discard(pid)
        try:
            for _ in range(_MAX_ROUNDS):
                if not _end_orphans():
                    return
        except OSError as error:
            told = f"processes that an executor left behind cannot be looked for: {error}"
            raise ExecutorCrashed(told) from None
    raise ExecutorCrashed("processes that an executor left behind cannot be ended")


def _end_orphans() -> bool:
    """End those that are ours by now; False: there was none. Each may leave us more of them."""
    orphans = [pid for pid in _children() if pid not in _live and _is_marked(pid)]
    for pid in orphans:
        try:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        except PermissionError:
            raise ExecutorCrashed(
                "processes that an executor left behind cannot be ended", hint=KILL_HINT
            ) from None
    return bool(orphans)


def _is_marked(pid: int) -> bool:
    """False also where all our children would be, since we have this limit ourselves."""
    if resource.getrlimit(_MARK)[1] == 0:
        return False
    try:
        return resource.prlimit(pid, _MARK)[1] == 0
    except PermissionError:
        # Of another user, and we lack CAP_SYS_RESOURCE.
        return _has_own_id(pid)
    except ProcessLookupError:
        return False


def _has_own_id(pid: int) -> bool:
    """Whether the process has one of the users that executors take as root."""
    with suppress(FileNotFoundError, ProcessLookupError):
        status = Path("/proc", str(pid), "status").read_text(errors="replace")
        user = int(status.partition("\nUid:")[2].split()[0])
        return any(user in users for users in OWN_IDS)
    return False


def _children() -> Iterator[int]:
    """The pids of our orphans, ended ones too, among other children of ours."""
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return
    own = os.getpid()
    # The kernel gives orphans to the first thread of a subreaper that lives, which is the main one.
    with suppress(FileNotFoundError):
        yield from map(int, _read(f"/proc/self/task/{own}/children").split())
        return
    # A kernel without these lists.
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(FileNotFoundError, ProcessLookupError):
            stat = Path("/proc", name, "stat").read_text(errors="replace")
            if int(stat.rpartition(")")[2].split()[1]) == own:
                yield int(name)


def _read(path: str) -> bytes:
    with open(path, "rb", buffering=0) as file:
        return file.read()

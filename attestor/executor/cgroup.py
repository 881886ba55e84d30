"""A cgroup around all executor processes of this process: the kernel holds them to what they may
have together, also one that was taken over.

There is one where the service's own cgroup (v2) is delegated to it, which systemd tells by an
extended attribute; every other cgroup has a manager that nobody else may write beside. A cgroup
that shares out its memory can have no process itself (cgroups(7)), so that those of the service
move into one below.
"""

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from attestor.errors import ExecutorCrashed

CONTROLLERS = ("memory", "pids")
MAX_PIDS = 512
"""Threads and processes of all together: an executor has one thread, attestor-vkey eight."""
EXECUTORS = "executors"
SERVICE = "service"
_ATTRIBUTE = "user.delegate"
_HOW = "Delegate=memory pids in the unit, systemd 252 or later"
_MAX_ROUNDS = 10
_V2 = "0::"


@dataclass(frozen=True)
class Cgroup:
    """`entrance` is a descriptor of its cgroup.procs; None: there is none, and `lacking` says why.

    Whoever opened the descriptor had the right to move processes, and no later change of user
    takes it away (Linux 5.16).
    """

    entrance: int | None
    lacking: str = ""

    def take(self, pid: int) -> None:
        """Put a process in, with all that it will start. Raises `ExecutorCrashed`."""
        if self.entrance is None:
            return
        try:
            # One that has ended already says so by its status.
            with suppress(ProcessLookupError):
                os.write(self.entrance, b"%d\n" % pid)
        except OSError as error:
            told = f"an executor's process cannot be put into its cgroup: {error.strerror}"
            raise ExecutorCrashed(told) from None


def make(
    memory_bytes: int,
    own: Path | None,
    is_delegated: Callable[[Path], bool] | None = None,
) -> Cgroup:
    """The cgroup whose processes have so many bytes together, beside that of this process, which is
    `own` (`own_place`). With the rights of this process, before it gives them up."""
    if own is None:
        return Cgroup(None, "no cgroup v2 here")
    # Below it where systemd, or a signer process before this one, has moved the service.
    places = (own, own.parent)
    root = next(filter(is_delegated or _is_delegated, places), None)
    if root is None:
        return Cgroup(None, f"the service's own is not delegated to it: {_HOW}")
    try:
        offered = (root / "cgroup.controllers").read_text().split()
        absent = [name for name in CONTROLLERS if name not in offered]
        if absent:
            return Cgroup(None, f"{root} has no controller {' and '.join(absent)}: {_HOW}")
        return Cgroup(_entrance(root, memory_bytes))
    except OSError as error:
        return Cgroup(None, str(error))


def own_place(process: Path = Path("/proc/self")) -> Path | None:
    """Where this process is in the file system of cgroup v2; None where that is not mounted."""
    try:
        groups = (process / "cgroup").read_text().splitlines()
        mounts = (process / "mountinfo").read_text().splitlines()
    except OSError:
        return None
    path = next((line[len(_V2) :] for line in groups if line.startswith(_V2)), None)
    for mount in mounts:
        fields, _, kind = mount.partition(" - ")
        if path is not None and kind.startswith("cgroup2 "):
            root, mounted = fields.split()[3:5]
            if PurePosixPath(path).is_relative_to(root):
                return Path(mounted) / PurePosixPath(path).relative_to(root)
    return None


def _is_delegated(place: Path) -> bool:
    with suppress(OSError):
        return os.getxattr(place, _ATTRIBUTE) == b"1"
    return False


def _entrance(root: Path, memory_bytes: int) -> int:
    _share_out(root)
    group = root / EXECUTORS
    group.mkdir(exist_ok=True)
    _write(group / "memory.max", str(memory_bytes))
    _write(group / "pids.max", str(MAX_PIDS))
    # Not there without swap.
    with suppress(FileNotFoundError):
        _write(group / "memory.swap.max", "0")
    return os.open(group / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC)


def _share_out(root: Path) -> None:
    """Have the controllers in the cgroups below. Processes may start meanwhile: again, then."""
    wanted = " ".join(f"+{name}" for name in CONTROLLERS)
    for rounds_left in reversed(range(_MAX_ROUNDS)):
        pids = (root / "cgroup.procs").read_text().split()
        if pids:
            (root / SERVICE).mkdir(exist_ok=True)
        for pid in pids:
            with suppress(ProcessLookupError):
                _write(root / SERVICE / "cgroup.procs", pid)
        try:
            _write(root / "cgroup.subtree_control", wanted)
            return
        except OSError as error:
            if error.errno != errno.EBUSY or not rounds_left:
                raise


def _write(file: Path, text: str) -> None:
    """In one call, as the kernel wants it, and never a file of our own making."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)

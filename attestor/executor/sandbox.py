"""What confines an executor's process on this machine, as its program itself reports it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from attestor.errors import ExecutorCrashed


class SandboxLevel(StrEnum):
    """How much confines an executor's process, from least to most."""

    NONE = "none"
    """Less than `process`."""
    PROCESS = "process"
    """Resource limits, no new privileges, and an allow-list of system calls."""
    ISOLATED = "isolated"
    """`process`, no access to files and TCP, and a user that is not the parent's."""

    def reaches(self, wanted: "SandboxLevel") -> bool:
        """Whether this level confines at least as much as `wanted`."""
        order = list(SandboxLevel)
        return order.index(self) >= order.index(wanted)


WALLS: Mapping[str, str] = {
    "rlimits": "resource limits (setrlimit)",
    "no_new_privs": "no new privileges (prctl PR_SET_NO_NEW_PRIVS)",
    "not_dumpable": "no core dumps and no tracing by others (prctl PR_SET_DUMPABLE)",
    "no_capabilities": "no capabilities, neither held nor to be gained",
    "seccomp": "an allow-list of system calls (seccomp filters)",
    "landlock_files": "no access to files (Landlock, ABI 1)",
    "landlock_network": "no TCP (Landlock, ABI 4)",
    "landlock_scope": "no signals and abstract sockets to others (Landlock, ABI 6)",
    "own_uid": "a user id of its own (needs root)",
    "user_namespace": "a user namespace of its own (user.max_user_namespaces over 0)",
}
"""Every wall by its name in a report, in words."""

_PROCESS = ("rlimits", "no_new_privs", "not_dumpable", "no_capabilities", "seccomp")
_IDENTITY = ("own_uid", "user_namespace")


@dataclass(frozen=True)
class SandboxReport:
    """The walls around an executor's process on this machine."""

    walls: Mapping[str, bool]
    """Each name in `WALLS`, and whether that wall stands."""
    landlock_abi: int
    """What the kernel offers; 0 without Landlock."""

    @property
    def level(self) -> SandboxLevel:
        """The highest level all of whose walls stand."""
        if not all(self.walls[name] for name in _PROCESS):
            return SandboxLevel.NONE
        apart = any(self.walls[name] for name in _IDENTITY)
        files = self.walls["landlock_files"] and self.walls["landlock_network"]
        return SandboxLevel.ISOLATED if apart and files else SandboxLevel.PROCESS

    @property
    def standing(self) -> tuple[str, ...]:
        """The names of the walls that stand."""
        return tuple(name for name in WALLS if self.walls[name])

    @property
    def missing(self) -> tuple[str, ...]:
        """The walls that do not stand, in words. One of user id and user namespace is enough."""
        apart = any(self.walls[name] for name in _IDENTITY)
        return tuple(
            words
            for name, words in WALLS.items()
            if not self.walls[name] and not (apart and name in _IDENTITY)
        )


def read_report(header: Mapping[str, Any]) -> SandboxReport:
    """The report in the header of an executor's answer. Raises `ExecutorCrashed`."""
    walls, abi = header.get("walls"), header.get("landlock_abi")
    if not isinstance(walls, dict) or walls.keys() != WALLS.keys():
        raise ExecutorCrashed("the executor's report of its sandbox does not name all walls")
    if not all(type(stands) is bool for stands in walls.values()):
        raise ExecutorCrashed("the executor's report of its sandbox has a wall neither up nor down")
    if type(abi) is not int or abi < 0:
        raise ExecutorCrashed(f"the executor reports the Landlock ABI {abi!r:.40}")
    return SandboxReport(walls, abi)

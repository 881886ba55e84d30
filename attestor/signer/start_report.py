"""What the signer process tells the daemon of its start."""

from dataclasses import dataclass
from typing import Any

from attestor.core.execution import ExecutorBuild
from attestor.executor import SandboxLevel


@dataclass(frozen=True)
class StartReport:
    """Which executor runs, what confines it and the keys' process (`missing` has what does not, in
    words), and the user id of that process. `no_cgroup` is why the executor's processes have no
    cgroup of their own, empty where they have one: that depends on the unit, which a command that
    starts a signer process does not run in."""

    executor: ExecutorBuild
    level: SandboxLevel
    missing: tuple[str, ...]
    uid: int
    no_cgroup: str = ""

    @property
    def lacking(self) -> tuple[str, ...]:
        """All that is missing, in words."""
        cgroup = (f"executor: a cgroup ({self.no_cgroup})",) if self.no_cgroup else ()
        return self.missing + cgroup

    def to_header(self) -> dict[str, Any]:
        """The report in a frame's header."""
        return {
            "executor": self.executor,
            "level": self.level,
            "missing": list(self.missing),
            "uid": self.uid,
            "no_cgroup": self.no_cgroup,
        }

    @classmethod
    def from_header(cls, header: dict[str, Any]) -> "StartReport":
        """The report in a frame's header."""
        return cls(
            executor=ExecutorBuild(header["executor"]),
            level=SandboxLevel(header["level"]),
            missing=tuple(header["missing"]),
            uid=int(header["uid"]),
            no_cgroup=str(header["no_cgroup"]),
        )

"""What the signer process tells the daemon of its start."""

from dataclasses import dataclass
from typing import Any

from attestor.core.execution import ExecutorBuild
from attestor.executor import SandboxLevel


@dataclass(frozen=True)
class StartReport:
    """Which executor runs, what confines it and the keys' process (`missing` has what does not, in
    words), and the user id of that process."""

    executor: ExecutorBuild
    level: SandboxLevel
    missing: tuple[str, ...]
    uid: int

    def to_header(self) -> dict[str, Any]:
        """The report in a frame's header."""
        return {
            "executor": self.executor,
            "level": self.level,
            "missing": list(self.missing),
            "uid": self.uid,
        }

    @classmethod
    def from_header(cls, header: dict[str, Any]) -> "StartReport":
        """The report in a frame's header."""
        return cls(
            executor=ExecutorBuild(header["executor"]),
            level=SandboxLevel(header["level"]),
            missing=tuple(header["missing"]),
            uid=int(header["uid"]),
        )

"""The memory that all executor processes of this process may have together.

Each has its limit. So many run at once as their limits fit into the machine's memory, and the
others wait: jobs, keys and cross-checks, whatever proofs.workers says.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attestor.core.execution import StopRequest
from attestor.errors import ExecutionStopped

SHARE = 0.75
"""Of the machine's memory; the rest is for the daemon, the kernel and the node beside us."""
STOP_SECONDS = 0.1
"""How often whoever waits for memory looks whether it is to stop."""
_CGROUP_LIMITS = (
    Path("/sys/fs/cgroup/memory.max"),
    Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"),
)


def machine_bytes(limits: tuple[Path, ...] = _CGROUP_LIMITS) -> int:
    """The memory of this machine, or of its container where that has less."""
    found = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    for path in limits:
        try:
            found.append(int(path.read_text()))
        except (OSError, ValueError):
            # Not there, or "max".
            continue
    return min(found)


def shared_bytes() -> int:
    """`SHARE` of the machine's memory."""
    return int(machine_bytes() * SHARE)


class MemoryBudget:
    """Safe to use from several threads."""

    def __init__(self, total: int) -> None:
        """`total` is in bytes. A single process whose limit is higher runs alone."""
        self._total = total
        self._free = total
        self._changed = threading.Condition()

    @classmethod
    def of_machine(cls) -> "MemoryBudget":
        """`SHARE` of the machine's memory."""
        return cls(shared_bytes())

    @contextmanager
    def held(
        self, wanted: int, *, wait: bool = True, stop: StopRequest | None = None
    ) -> Iterator[None]:
        """Hold so many bytes. Without them, wait; raise `ExecutionStopped` unless it is to `wait`,
        and once `stop` is set."""
        wanted = min(wanted, self._total)
        with self._changed:
            while self._free < wanted:
                if not wait:
                    raise ExecutionStopped("other executions have the memory")
                if stop is not None and stop.is_set:
                    raise ExecutionStopped("the execution was stopped while it waited for memory")
                self._changed.wait(None if stop is None else STOP_SECONDS)
            self._free -= wanted
        try:
            yield
        finally:
            with self._changed:
                self._free += wanted
                self._changed.notify_all()

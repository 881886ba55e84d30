"""The memory that all executor processes of this process may have together.

Each has its limit. So many run at once as their limits fit into the machine's memory, and the
others wait: jobs and cross-checks, whatever proofs.workers says.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attestor.errors import ExecutionStopped

SHARE = 0.75
"""Of the machine's memory; the rest is for the daemon, the kernel and the node beside us."""
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
        return cls(int(machine_bytes() * SHARE))

    @contextmanager
    def held(self, wanted: int, *, wait: bool = True) -> Iterator[None]:
        """Hold so many bytes. Without them, wait, or raise `ExecutionStopped`."""
        wanted = min(wanted, self._total)
        with self._changed:
            if not wait and self._free < wanted:
                raise ExecutionStopped("other executions have the memory")
            self._changed.wait_for(lambda: self._free >= wanted)
            self._free -= wanted
        try:
            yield
        finally:
            with self._changed:
                self._free += wanted
                self._changed.notify_all()

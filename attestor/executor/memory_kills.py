"""Processes that the kernel has ended for want of memory: of a cgroup, or of the whole machine."""

from pathlib import Path

VMSTAT = Path("/proc/vmstat")
_KILLS = b"oom_kill "
"""Counted before the signal is sent (Linux 4.13)."""


def count(vmstat: Path = VMSTAT) -> int:
    """How many there were since the machine's start; 0 where the kernel does not tell."""
    try:
        lines = vmstat.read_bytes().splitlines()
    except OSError:
        return 0
    return next((int(line[len(_KILLS) :]) for line in lines if line.startswith(_KILLS)), 0)

"""What of a child is in memory: no limit of a process counts all that a taken-over one can hold."""

import os

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
_LINE_BYTES = 256
_RESIDENT = 1
"""The number's place in /proc/PID/statm (proc_pid_statm(5)); it counts pages."""


class Resident:
    """Made when the child has just been started: later it may be hidden from us
    (hidepid, in proc(5)), and what is open stays readable."""

    def __init__(self, pid: int) -> None:
        self._descriptor: int | None = None
        try:
            self._descriptor = os.open(f"/proc/{pid}/statm", os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return  # Not to be seen here: its own limits have to do.

    @property
    def bytes(self) -> int:
        """With its files in memory, as far as it has them mapped; 0 where it has ended."""
        if self._descriptor is None:
            return 0
        try:
            line = os.pread(self._descriptor, _LINE_BYTES, 0)
        except ProcessLookupError:
            return 0
        return int(line.split()[_RESIDENT]) * _PAGE_BYTES

    def close(self) -> None:
        """The child has ended."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

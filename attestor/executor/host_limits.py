"""What the machine allows a process, as far as executions need it.

Our engine reserves addresses for all of the guest's memory, without memory behind them, and each
island in a sparse guest's memory takes two of the mappings that a process may have.
"""

import resource
from pathlib import Path

from attestor.core.execution import Limits
from attestor.errors import HostLimitsTooLow

RESERVED_BYTES = (1 << 40) + (1 << 37) + (4 << 30)
"""As in `executor/sp1/src/confine.rs`: addresses of the guest, a mark per word, and a guard."""
SLACK_BYTES = 256 << 20
MAPPINGS = 65_530
"""The kernel's own default, for which `executor/engine/src/memory/chunks.rs` is made."""
MAPPINGS_FILE = Path("/proc/sys/vm/max_map_count")


def require_room(limits: Limits) -> None:
    """Raise `HostLimitsTooLow` where no execution could have its memory.

    These are the limits that this process was started with, which its children cannot raise.
    """
    data = 2 * limits.memory_bytes + SLACK_BYTES
    for name, kind, option, needed in (
        ("address space", resource.RLIMIT_AS, "-v", RESERVED_BYTES + data),
        ("data", resource.RLIMIT_DATA, "-d", data),
    ):
        most = resource.getrlimit(kind)[1]
        if most != resource.RLIM_INFINITY and most < needed:
            raise HostLimitsTooLow(
                f"this process may have {most} bytes of {name}, and an execution needs {needed}",
                hint=f"start it with `ulimit {option} unlimited`, in a unit without a limit",
            )


def lacking(path: Path = MAPPINGS_FILE) -> tuple[str, ...]:
    """What is too low for some executions only, in words."""
    try:
        mappings = int(path.read_text())
    except (OSError, ValueError):
        return ()
    if mappings >= MAPPINGS:
        return ()
    return (
        f"executor: mappings (vm.max_map_count is {mappings}; below {MAPPINGS} programs with "
        "sparse memory may fail with exec_host_memory)",
    )

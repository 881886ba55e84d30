#!/usr/bin/env python3
"""CPU time of all that `make demo` builds from nothing, in a bare clone of the committed state.

    scripts/bench_cold_build.py

A figure is user and system time of all processes of a part. Packages that the package managers
have cached on this machine are not downloaded again; what they do download, and all unpacking,
counts. Other work on the machine makes CPU time longer, by 10 to 20 %. Prints one JSON line
per part, then their sum.
"""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import tell
from benchmarks.processes import succeed

ROOT = Path(__file__).resolve().parent.parent
GOAL_MINUTES = 6
# In an order in which no part builds what another one is measured for.
PARTS = {
    "python": ".venv/.ready",
    "foundry": "node_modules/.ready",
    "contracts": "contracts",
    "executor": "executor",
}


def cpu_seconds() -> float:
    """User and system time of all child processes so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def build(target: str, folder: Path) -> float:
    """CPU seconds that make takes for a target."""
    before = cpu_seconds()
    succeed(["make", target], folder)
    return cpu_seconds() - before


def main() -> None:
    if len(sys.argv) > 1:
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "attestor"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
        total = 0.0
        for part, target in PARTS.items():
            seconds = build(target, folder)
            tell(f"demo_cold_build_{part}_cpu_seconds", seconds, "s")
            total += seconds
    tell("demo_cold_build_cpu_minutes", total / 60, "min", at_most=GOAL_MINUTES, digits=2)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""How long a test of a contract waits for attestor's pytest fixtures, once all is built.

    scripts/bench_plugin.py

To the first test is from nothing to a registered signer and the copied chain; the first proof of a
program computes its key in the daemon, a later one does not. CPU time is of all processes, and is
not made longer by waiting for other work on the machine. Prints one JSON line per figure.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import tell

GOAL_SECONDS = 10


def cpu_seconds() -> float:
    """User and system time of this process, and of its children that have ended."""
    used = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in used)


def main() -> None:
    if len(sys.argv) > 1:
        sys.exit(__doc__)
    started = time.monotonic()
    # What a session imports for the fixtures counts.
    from attestor.devnet.contract_tests import ContractDevnet
    from attestor.programs import elf, fibonacci

    with tempfile.TemporaryDirectory() as made:
        devnet = ContractDevnet(Path(made) / "first")
        try:
            tell("plugin_to_first_test", time.monotonic() - started, "s", at_most=GOAL_SECONDS)
            program, before = elf(fibonacci.NAME), time.monotonic()
            devnet.prove(program, fibonacci.stdin(10))
            first = time.monotonic()
            tell("plugin_first_proof", first - before, "s")
            devnet.prove(program, fibonacci.stdin(11))
            tell("plugin_next_proof", time.monotonic() - first, "s", digits=3)
            with devnet.chain.reverted():
                before = time.monotonic()
            tell("plugin_snapshot_reverted", time.monotonic() - before, "s", digits=3)
        finally:
            devnet.stop()
        before_again = cpu_seconds()
        ContractDevnet(Path(made) / "second").stop()
        spent = cpu_seconds() - before_again
        tell("plugin_to_first_test_cpu", spent, "s", at_most=GOAL_SECONDS)


if __name__ == "__main__":
    main()

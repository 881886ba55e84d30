"""A Python process of our own: of the modules that this one has, and none of the working directory.

Whoever may write where the daemon happens to be started could otherwise put a module there, which
`-m` finds before ours, and have it run in the process that holds the keys.
"""

import os
import subprocess
import sys
from collections.abc import Sequence


def start(module: str, descriptors: Sequence[int]) -> "subprocess.Popen[bytes]":
    """Start `module` with the numbers of these descriptors as arguments; it inherits them and
    nothing else."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", module, *map(str, descriptors)],
        pass_fds=descriptors,
        stdin=subprocess.DEVNULL,
        # An empty part would be the working directory again.
        env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )

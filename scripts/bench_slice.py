#!/usr/bin/env python3
"""Time the README's two commands from bare clones, and `attestor --help` beside bare Python.

    scripts/bench_slice.py [help] [demo] [test]

Without a name all three. Each command gets a clone of the committed state of its own, in a
temporary folder. Packages that the package managers have cached on this machine are not
downloaded again. Prints one JSON line per figure.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import tell
from benchmarks.processes import succeed

ROOT = Path(__file__).resolve().parent.parent
HELP_GOAL_MS = 150
RUNS = 20


def clone(folder: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    return folder


def command(name: str) -> None:
    """`make NAME` in a bare clone, and again in the same clone."""
    with tempfile.TemporaryDirectory() as made:
        folder = clone(Path(made) / name)
        tell(f"make_{name}_cold_seconds", succeed(["make", name], folder), "s")
        tell(f"make_{name}_warm_seconds", succeed(["make", name], folder), "s")


def help_overhead() -> None:
    python = str(ROOT / ".venv" / "bin" / "python")
    bare, asked = [], []
    for _ in range(RUNS):
        bare.append(succeed([python, "-c", "pass"], ROOT))
        asked.append(succeed([python, "-m", "attestor", "--help"], ROOT))
    tell("help_over_python_ms", 1000 * (min(asked) - min(bare)), "ms", at_most=HELP_GOAL_MS)


if __name__ == "__main__":
    os.environ.setdefault("ATTESTOR_VECTORS", str(ROOT.parent / "shared" / "vectors"))
    chosen = sys.argv[1:] or ["help", "demo", "test"]
    for part in chosen:
        if part == "help":
            help_overhead()
        elif part in ("demo", "test"):
            command(part)
        else:
            sys.exit(__doc__)

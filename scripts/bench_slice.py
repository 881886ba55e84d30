#!/usr/bin/env python3
"""Time the README's two commands from bare clones, and what is asked most beside bare Python.

    scripts/bench_slice.py [start] [demo] [test]

Without a name all three. Each command gets a clone of the committed state of its own, in a
temporary folder. Packages that the package managers have cached on this machine are not
downloaded again. Prints one JSON line per figure.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.figures import tell
from benchmarks.processes import succeed

ROOT = Path(__file__).resolve().parent.parent
START_GOAL_MS = 150
RUNS = 10
Asked = dict[str, list[str]]
"""Arguments of a command, by its name."""


def clone(folder: Path) -> Path:
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(folder)], check=True)
    return folder


def command(name: str) -> None:
    """`make NAME` in a bare clone, and again in the same clone."""
    with tempfile.TemporaryDirectory() as made:
        folder = clone(Path(made) / name)
        tell(f"make_{name}_cold_seconds", succeed(["make", name], folder), "s")
        tell(f"make_{name}_warm_seconds", succeed(["make", name], folder), "s")


PATHS = """
import json
from attestor.cli import group

def paths(command, path):
    yield path
    for name in getattr(command, "list_commands", lambda context: [])(None):
        yield from paths(command.get_command(None, name), [*path, name])

print(json.dumps(list(paths(group, []))))
"""


NOBODY = "http://127.0.0.1:1"


def starts() -> None:
    """`--help` of the slowest command, and `status` where no daemon runs, without and with a file
    of all options, over Python's own start.

    CPU time, the least of several runs, which take turns with those of Python: what else runs on
    the machine is left out as far as it can be.
    """
    python = str(ROOT / ".venv" / "bin" / "python")
    found = subprocess.run([python, "-c", PATHS], cwd=ROOT, check=True, capture_output=True)
    helped = {" ".join(path): [*path, "--help"] for path in json.loads(found.stdout)}
    with tempfile.TemporaryDirectory() as made:
        attestor = [python, "-m", "attestor"]
        subprocess.run(
            [*attestor, "init", "--folder", made], cwd=ROOT, check=True, capture_output=True
        )
        status = {
            "status": ["status", "--url", NOBODY],
            "status_of_file": ["status", "--url", NOBODY, "--config", f"{made}/attestor.toml"],
        }
        _compare(python, helped, status)


def _compare(python: str, helped: Asked, status: Asked) -> None:
    asked = {**helped, **status}
    bare, least = float("inf"), dict.fromkeys(asked, float("inf"))
    for _ in range(RUNS):
        for name, arguments in asked.items():
            bare = min(bare, cpu_seconds([python, "-c", "pass"]))
            seconds = cpu_seconds([python, "-m", "attestor", *arguments])
            least[name] = min(least[name], seconds)
    over = {name: 1000 * (seconds - bare) for name, seconds in least.items()}
    slowest = max(helped, key=lambda name: over[name])
    print(f"slowest --help: attestor {slowest}", file=sys.stderr)
    tell("help_ms_over_python", over[slowest], "ms", at_most=START_GOAL_MS)
    for name in status:
        tell(f"{name}_ms_over_python", over[name], "ms", at_most=START_GOAL_MS)


def cpu_seconds(command: list[str]) -> float:
    """User and system time of a process, whatever it ends with."""
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    os.environ.setdefault("ATTESTOR_VECTORS", str(ROOT.parent / "shared" / "vectors"))
    chosen = sys.argv[1:] or ["start", "demo", "test"]
    for part in chosen:
        if part == "start":
            starts()
        elif part in ("demo", "test"):
            command(part)
        else:
            sys.exit(__doc__)

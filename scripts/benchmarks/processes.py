"""Run a process to its end, and see what it took."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Measured:
    """One process: its JSON line, and CPU time from its start to its end, in seconds."""

    line: dict[str, Any]
    cpu_seconds: float
    wall_seconds: float


def measure(command: list[str]) -> Measured:
    """Run a command that prints one JSON line; CPU time is user and system, of all threads."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    printed = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} failed ({process.returncode}):\n{printed[-2000:]}")
    # A guest's own words are printed before the line.
    line = json.loads(printed.splitlines()[-1])
    return Measured(line, usage.ru_utime + usage.ru_stime, wall)


def succeed(command: list[str], folder: Path) -> float:
    """Wall time in seconds of a command that has to succeed."""
    started = time.perf_counter()
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return time.perf_counter() - started


_LAUNCHER = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], env={})
_, status, usage = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss, usage.ru_utime + usage.ru_stime,
      file=sys.stderr)
"""


@dataclass(frozen=True)
class Filtered:
    """A process that was given bytes: what it answered, its peak of resident memory in bytes, and
    its CPU time in seconds."""

    status: int
    answer: bytes
    peak_bytes: int
    cpu_seconds: float


def filtered(program: Path, given: bytes) -> Filtered:
    """Run a program on bytes. It is started by a small process: what a process was before it
    became the program counts in its peak."""
    command = [sys.executable, "-IS", "-c", _LAUNCHER, str(program)]
    done = subprocess.run(command, input=given, capture_output=True, check=True)
    status, kilobytes, seconds = done.stderr.split()[-3:]
    return Filtered(int(status), done.stdout, int(kilobytes) * 1024, float(seconds))

"""The engines that the benchmark compares, and runs of them in turn."""

import hashlib
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.jobs import measure_job, request
from benchmarks.processes import Measured, measure
from benchmarks.programs import ROOT, Program

EXECUTOR = ROOT / "executor"
BINARIES = EXECUTOR / "target" / "release"
JIT = BINARIES / "sp1-jit-run"

RUN = str(BINARIES / "engine-run")
JOB = "attestor"
"""Ours, as a whole job; the others are programs that only run the guest."""
BARE = "attestor-engine"
"""Ours without the job around it."""
COMMANDS = {
    BARE: [RUN, "attestor"],
    "attestor-twice": [RUN, "attestor-twice"],
    "sp1-portable": [RUN, "sp1-portable"],
    "sp1-jit": [str(JIT)],
}
RESULT_KEYS = ("cycles", "exit_code", "digest", "public_values")


@dataclass
class Runs:
    """All runs of one program: by engine, in the order in which they were made."""

    program: Program
    measured: dict[str, list[Measured]] = field(default_factory=dict)

    def cpu_seconds(self, engine: str) -> float:
        """The median of this engine's runs."""
        return statistics.median(run.cpu_seconds for run in self.measured[engine])

    def value(self, engine: str, key: str) -> float:
        """The median of a number in the lines of this engine's runs."""
        return statistics.median(float(run.line[key]) for run in self.measured[engine])

    def ratio(self, other: str) -> float:
        """How many times the CPU time of ours the other engine takes."""
        return self.cpu_seconds(other) / self.cpu_seconds("attestor")


def run_in_turn(program: Program, engines: list[str], rounds: int) -> Runs:
    """Run a program on each engine, then again; end where two results differ."""
    runs = Runs(program, {engine: [] for engine in engines})
    with tempfile.TemporaryDirectory() as made:
        files = [Path(made) / str(index) for index in range(len(program.stdin))]
        for file, entry in zip(files, program.stdin, strict=True):
            file.write_bytes(entry)
        arguments = [str(program.elf), *map(str, files)]
        asked = Path(made) / "request"
        asked.write_bytes(request(program.elf.read_bytes(), program.stdin))
        for _ in range(rounds):
            for engine in engines:
                runs.measured[engine].append(
                    measure_job(BINARIES / "attestor-execute", asked)
                    if engine == JOB
                    else measure(COMMANDS[engine] + arguments)
                )
    _check_same(runs)
    return runs


def _check_same(runs: Runs) -> None:
    results = {
        engine: {str([run.line[key] for key in RESULT_KEYS]) for run in measured}
        for engine, measured in runs.measured.items()
    }
    if len(set().union(*results.values())) != 1:
        shown = {
            engine: [hashlib.sha256(text.encode()).hexdigest()[:16] for text in texts]
            for engine, texts in results.items()
        }
        sys.exit(f"{runs.program.name}: engines differ in their results: {shown}")

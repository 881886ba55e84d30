#!/usr/bin/env python3
"""What the walls around an executor's process cost, and how many ways out of them there are.

    scripts/bench_sandbox.py [--rounds N]

A process that does nothing is started behind all walls, and without any of them (the hostile
stand-in can leave them out, the executor cannot), in turns; the cost is the median difference.
`make bench-sandbox` builds what this needs. Prints one JSON line per figure.
"""

import argparse
import statistics
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

from benchmarks.figures import tell

from attestor.executor import NativeExecutor, leftovers
from attestor.executor.self_test import Attempt, Walls, run_self_test, try_escape

ROUNDS = 200
PROGRAMS = Path(__file__).resolve().parents[1] / "executor" / "target" / "release"


@contextmanager
def without_leftovers() -> Iterator[None]:
    """As if nobody looked for what a child leaves behind."""

    def start(launch: "leftovers.Launch") -> "subprocess.Popen[bytes]":
        return launch()

    with mock.patch.object(leftovers, "start", start), mock.patch.object(leftovers, "end"):
        yield


def nothing(walls: Walls) -> float:
    """Milliseconds of a whole call that does nothing."""
    started = time.perf_counter()
    attempt = try_escape(PROGRAMS, "nothing", walls)
    taken = 1000 * (time.perf_counter() - started)
    assert attempt.escaped
    return taken


def overhead(rounds: int) -> None:
    walled, bare = [], []
    for _ in range(rounds):
        walled.append(nothing(Walls.RUN))
        with without_leftovers():
            bare.append(nothing(Walls.NONE))
    tell("sandbox_bare_call_ms", statistics.median(bare), "ms", digits=2)
    cost = statistics.median(one - other for one, other in zip(walled, bare, strict=True))
    tell("sandbox_overhead_ms", cost, "ms", at_most=3, digits=2)


def escapes() -> None:
    attempts = run_self_test(PROGRAMS)
    escaped: list[Attempt] = [attempt for attempt in attempts if attempt.escaped]
    tell("escape_attempts", len(attempts), "attempts", digits=0)
    tell("escapes", len(escaped), "escapes", at_most=0, digits=0)
    for attempt in escaped:
        print(f"escaped: {attempt.name} behind the walls {attempt.walls}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    rounds = parser.parse_args().rounds
    missing = NativeExecutor(PROGRAMS).sandbox_report().missing
    tell("sandbox_walls_missing", len(missing), "walls", at_most=0, digits=0)
    overhead(rounds)
    escapes()


if __name__ == "__main__":
    main()

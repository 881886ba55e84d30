#!/usr/bin/env python3
"""Recorded blocks of Scroll on attestor-scroll: whether all are as their headers say, and what the
checks cost beside the execution.

    scripts/bench_scroll.py [--rounds N] [--cold-build]

Needs the vectors (ATTESTOR_VECTORS). A figure of time is CPU time, the median of several rounds in
one process, in which both sides take turns; a set's is the sum over its blocks. "Plain" is the same
rules on a state that is in memory, with senders recovered. `--cold-build` also builds the program
from nothing in a folder of its own. Prints one JSON line per figure.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from benchmarks.figures import tell
from benchmarks.processes import filtered, succeed

from attestor.core import frame
from attestor.core.execution import Limits
from attestor.errors import AttestorError
from attestor.executor import scroll

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests"))

from cases import scroll_vectors as cases  # noqa: E402
from measures.genuine import folder  # noqa: E402

RELEASE = ROOT / "executor" / "target" / "release"
LIMITS = Limits(wall_seconds=600, cpu_seconds=600, memory_bytes=4 << 30)
ROUNDS = 101
LEAST_GAS = 100_000
"""Per set: what blocks with less cost says nothing about gas."""
MEGA = 1e6


@dataclass(frozen=True)
class Cost:
    """CPU seconds of a request with all checks and of its execution alone, and its gas."""

    full: float
    plain: float
    gas_used: int


def request(chain: scroll.Chain, blocks: scroll.BlockRange) -> bytes:
    """The frame that the program is given."""
    bounds = {"cpu_seconds": LIMITS.cpu_seconds, "memory_bytes": LIMITS.memory_bytes}
    header = {"version": scroll.VERSION, "limits": bounds, "walls": [], "chain": chain.header}
    return frame.encode(frame.Frame(header, scroll.request_blobs(blocks)))


def costs(requests: list[bytes], rounds: int) -> list[Cost]:
    """Of each request."""
    with tempfile.TemporaryDirectory() as place:
        paths = [Path(place) / str(index) for index in range(len(requests))]
        for path, content in zip(paths, requests, strict=True):
            path.write_bytes(content)
        command = [str(RELEASE / "examples" / "cost"), str(rounds), *map(str, paths)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    return [Cost(**json.loads(line)) for line in done.stdout.splitlines()]


def matches(paths: list[Path]) -> list[Path]:
    """Those that are as their headers say; tells the two figures of that."""
    executor, good = scroll.ScrollExecutor(RELEASE), []
    for path in paths:
        try:
            executor.execute(cases.chain_of(path), cases.block_range(cases.read(path)), LIMITS)
        except AttestorError as error:
            print(f"{path.name}: {error}", file=sys.stderr)
        else:
            good.append(path)
    tell("blocks", len(paths), "blocks", at_least=1, digits=0)
    tell("block_mismatches", len(paths) - len(good), "blocks", at_most=0, digits=0)
    return good


def tell_single(paths: list[Path], rounds: int) -> None:
    """Blocks in a request of their own, by sets: the lowest set's figures."""
    given = [request(cases.chain_of(p), cases.block_range(cases.read(p))) for p in paths]
    sets: dict[str, list[Cost]] = defaultdict(list)
    for path, cost in zip(paths, costs(given, rounds), strict=True):
        sets[path.name.rpartition("-")[0]].append(cost)
    ratios, speeds = [], []
    for name, found in sorted(sets.items()):
        full, gas = sum(cost.full for cost in found), sum(cost.gas_used for cost in found)
        ratio = sum(cost.plain for cost in found) / full
        tell(f"ratio_to_plain_revm.{name}", ratio, "ratio", digits=2)
        tell(f"mgas_per_cpu_second.{name}", gas / full / MEGA, "Mgas/s", digits=0)
        if gas >= LEAST_GAS:
            ratios.append(ratio)
            speeds.append(gas / full / MEGA)
    tell("ratio_to_plain_revm", min(ratios), "ratio", at_least=0.35, digits=2)
    tell("mgas_per_cpu_second", min(speeds), "Mgas/s", at_least=200, digits=0)
    peak = max(filtered(RELEASE / scroll.PROGRAM, content).peak_bytes for content in given)
    tell("scroll_peak_memory_per_block", peak / MEGA, "MB")


def tell_batch(vectors: Path, rounds: int) -> None:
    """The consecutive blocks of the vectors in one request."""
    paths = cases.files(vectors, "euclidv2-149*")
    blocks = cases.block_range(*map(cases.read, paths))
    (cost,) = costs([request(cases.chain_of(paths[0]), blocks)], rounds)
    tell("batch_blocks", len(paths), "blocks", digits=0)
    tell("batch_ratio_to_plain_revm", cost.plain / cost.full, "ratio", at_least=0.6, digits=2)


def tell_cold_build() -> None:
    """CPU time of `make scroll` from nothing, but for the downloads."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with tempfile.TemporaryDirectory() as place:
        options = ["--release", "--locked", "--package", "attestor-scroll", "--target-dir", place]
        succeed(["cargo", "build", "--quiet", *options], ROOT / "executor")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    tell("scroll_cold_build_cpu_minutes", seconds / 60, "minutes")


def main() -> None:
    parser = argparse.ArgumentParser(description="Blocks of Scroll: correct, and at what cost.")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--cold-build", action="store_true")
    options = parser.parse_args()
    vectors = folder()
    if vectors is None:
        sys.exit("no vectors: set ATTESTOR_VECTORS to their folder")
    good = matches(cases.files(vectors))
    tell_single(good, options.rounds)
    tell_batch(vectors, options.rounds)
    if options.cold_build:
        tell_cold_build()


if __name__ == "__main__":
    main()

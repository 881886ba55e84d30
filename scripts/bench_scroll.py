#!/usr/bin/env python3
"""Recorded blocks of Scroll on attestor-scroll: whether all are as their headers say, and what the
checks cost beside the execution.

    scripts/bench_scroll.py [--rounds N] [--cold-build]

Needs the vectors (ATTESTOR_VECTORS). A figure of time is CPU time, the median of several rounds in
one process, in which both sides take turns; a set's is the sum over its blocks. "Plain" is the same
rules on a state that is in memory, with senders recovered. The batch is a chain made for it
(benchmarks/scroll_chain.py): the vectors have three consecutive blocks at most. `--cold-build` also
builds the program from nothing in a folder of its own. Prints one JSON line per figure.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import scroll_chain
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
from oracle import judging  # noqa: E402

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


@dataclass(frozen=True)
class Recorded:
    """A block of the vectors as a request of its own."""

    name: str
    is_zktrie: bool
    chain: scroll.Chain
    blocks: scroll.BlockRange


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


def recorded(vectors: Path) -> list[Recorded]:
    """The blocks of the vectors: witnesses, and traces of before Euclid."""
    witnesses = [
        Recorded(path.stem, False, cases.chain_of(path), cases.block_range(cases.read(path)))
        for path in cases.files(vectors)
    ]
    traces = sorted((vectors / "scroll" / "traces").glob("*.json"))
    return witnesses + [Recorded(path.stem, True, *cases.trace(path)) for path in traces]


def matches(given: list[Recorded]) -> list[Recorded]:
    """Those that are as their headers say; tells the two figures of that."""
    executor, good = scroll.ScrollExecutor(RELEASE), []
    for one in given:
        try:
            executor.execute(one.chain, one.blocks, LIMITS)
        except AttestorError as error:
            print(f"{one.name}: {error}", file=sys.stderr)
        else:
            good.append(one)
    tell("blocks", len(given), "blocks", at_least=1, digits=0)
    tell("block_mismatches", len(given) - len(good), "blocks", at_most=0, digits=0)
    return good


def tell_single(given: list[Recorded], rounds: int) -> None:
    """Blocks in a request of their own, by sets: the lowest set's figures, for blocks from Euclid
    on. Those before it, whose state takes a slower hash, are told beside them."""
    requests = [request(one.chain, one.blocks) for one in given]
    sets: dict[tuple[bool, str], list[Cost]] = defaultdict(list)
    for one, cost in zip(given, costs(requests, rounds), strict=True):
        sets[one.is_zktrie, one.name.rpartition("-")[0]].append(cost)
    ratios, speeds = [], []
    for (is_zktrie, name), found in sorted(sets.items()):
        full, gas = sum(cost.full for cost in found), sum(cost.gas_used for cost in found)
        ratio = sum(cost.plain for cost in found) / full
        of = f"zktrie-{name}" if is_zktrie else name
        tell(f"ratio_to_plain_revm.{of}", ratio, "ratio", digits=2)
        tell(f"mgas_per_cpu_second.{of}", gas / full / MEGA, "Mgas/s", digits=0)
        if is_zktrie:
            longest = 1000 * max(cost.full for cost in found)
            tell(f"longest_cpu_milliseconds.{of}", longest, "ms")
        elif gas >= LEAST_GAS:
            ratios.append(ratio)
            speeds.append(gas / full / MEGA)
    tell("ratio_to_plain_revm", min(ratios), "ratio", at_least=0.35, digits=2)
    tell("mgas_per_cpu_second", min(speeds), "Mgas/s", at_least=200, digits=0)
    tell("scroll_peak_memory_per_block", max(map(peak, requests)) / MEGA, "MB")


def tell_python(given: list[Recorded], rounds: int) -> None:
    """How much longer the Python oracle takes for the same blocks, those from Euclid on."""
    taken = [one for one in given if not one.is_zktrie]
    full = sum(
        cost.full for cost in costs([request(one.chain, one.blocks) for one in taken], rounds)
    )
    start = time.process_time()
    for one in taken:
        judging.outcomes(one.chain, one.blocks)
    tell("ratio_to_python", (time.process_time() - start) / full, "ratio", digits=0)


def peak(content: bytes) -> int:
    """Bytes of memory that a request takes."""
    return filtered(RELEASE / scroll.PROGRAM, content).peak_bytes


def tell_batch(vectors: Path, rounds: int) -> None:
    """Consecutive blocks in one request: three that were recorded, and a whole batch."""
    paths = cases.files(vectors, "euclidv2-149*")
    three = request(cases.chain_of(paths[0]), cases.block_range(*map(cases.read, paths)))
    whole = request(scroll_chain.CHAIN, sealed())
    (few,) = costs([three], rounds)
    (many,) = costs([whole], max(1, rounds // 5))
    tell("batch_ratio_to_plain_revm.recorded", few.plain / few.full, "ratio", digits=2)
    tell("batch_blocks", scroll_chain.BLOCKS, "blocks", digits=0)
    tell("batch_mgas", many.gas_used / MEGA, "Mgas")
    tell("batch_cpu_seconds", many.full, "seconds", at_most=5, digits=2)
    tell("batch_ratio_to_plain_revm", many.plain / many.full, "ratio", at_least=0.6, digits=2)
    tell("batch_mgas_per_cpu_second", many.gas_used / many.full / MEGA, "Mgas/s", digits=0)
    tell("batch_peak_memory", peak(whole) / MEGA, "MB")


def sealed() -> scroll.BlockRange:
    """The blocks of the made chain, with their headers filled in and checked."""
    blocks = scroll_chain.unsealed()
    with tempfile.NamedTemporaryFile() as file:
        file.write(request(scroll_chain.CHAIN, blocks))
        file.flush()
        command = [str(RELEASE / "examples" / "seal"), file.name]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    heads = map(bytes.fromhex, done.stdout.split())
    filled = [replace(one, header=head) for one, head in zip(blocks.blocks, heads, strict=True)]
    whole = replace(blocks, blocks=tuple(filled))
    scroll.ScrollExecutor(RELEASE).execute(scroll_chain.CHAIN, whole, LIMITS)
    return whole


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
    given = matches(recorded(vectors))
    tell_single(given, options.rounds)
    tell_python(given, max(1, options.rounds // 5))
    tell_batch(vectors, options.rounds)
    if options.cold_build:
        tell_cold_build()


if __name__ == "__main__":
    main()

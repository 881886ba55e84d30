"""The chain's side of the daemon, judged by the chain. One line of JSON per figure.

    bench_chain.py [--full] [--part storm|quiet|follow|memory|crashes|kills]… [--rotations N]
        [--seed S] [--endpoints N] [--geth FILE] [--log FILE]

storm: rotations in a storm. quiet: what a daemon with all of its processes asks and costs while
nothing happens, and how long its rotations take. follow: what of many blocks followed stays in
memory. memory: the same of rotations. crashes: kill -9 at every point of a rotation. kills: kill -9
of a daemon with all of its processes at random times.
"""

import argparse
import json
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from benchmarks.figures import tell
from loguru import logger
from measures.chain import BLOCK_SECONDS, START, GasChain, SteppedChain, running
from measures.stepped_geth import stepped_geth
from storm import following, quiet
from storm.crash_matrix import CrashMatrix
from storm.crash_points import points
from storm.killed import Killed
from storm.storm import Storm

from attestor.net.pool import MAX_IDLE_PER_ENDPOINT

PARTS = ("storm", "quiet", "follow", "memory", "crashes", "kills")
ROTATING_BLOCK_SECONDS = 4
"""Where rotations are counted in blocks, these may be shorter than Ethereum's."""


def main() -> int:
    arguments = _arguments()
    logger.remove()
    # How far the storm is, and each block with a fault, as it comes: the whole takes long.
    logger.add(sys.stderr, level="SUCCESS", format="{message}", filter="storm.storm")
    if arguments.log:
        logger.add(arguments.log, level="DEBUG")
    # Processes are forked for the crashes: first, while there are no threads.
    parts: dict[str, Callable[[argparse.Namespace], bool]] = {
        "crashes": _crashes,
        "kills": _kills,
        "follow": _follow,
        "memory": _memory,
        "quiet": _quiet,
        "storm": _storm_part,
    }
    chosen = [part for name, part in parts.items() if name in (arguments.part or parts)]
    return 0 if all([part(arguments) for part in chosen]) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--full", action="store_true", help="the full setting: a day or so")
    parser.add_argument("--part", action="append", choices=PARTS)
    parser.add_argument("--rotations", type=int, help="of the storm; by default 20, or 1000")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--endpoints", type=int, default=3)
    parser.add_argument("--geth", type=Path, help="the storm on that geth, not on anvil")
    parser.add_argument("--log")
    return parser.parse_args()


def _crashes(arguments: argparse.Namespace) -> bool:
    """Each point, and in the full setting those of plain rotations a second time."""
    tried = points(times=2 if arguments.full else 1)
    with running(START) as url:
        matrix = CrashMatrix(url)
        faults = {str(point): matrix.fault(point) for point in tried}
    failed = {point: fault for point, fault in faults.items() if fault is not None}
    for point, fault in failed.items():
        print(f"{point}: {fault}", file=sys.stderr)
    return all(
        [
            tell("crash_points", len(tried), "points"),
            tell("crash_points_failed", len(failed), "points", at_most=0),
        ]
    )


def _follow(arguments: argparse.Namespace) -> bool:
    blocks = 100_000 if arguments.full else 20_000
    grown = following.followed(blocks, arguments.seed)
    return all(
        [
            tell("followed_blocks", blocks, "blocks"),
            tell("rss_slope_mib_per_100k_blocks", grown.mib_per_100k_blocks, "MiB", at_most=8),
            tell("open_files_growth", grown.open_files, "files", at_most=0),
            tell("threads_growth", grown.threads, "threads", at_most=0),
        ]
    )


def _memory(arguments: argparse.Namespace) -> bool:
    blocks = 100_000 if arguments.full else 3_000
    grown, name = following.growth(blocks), "rotating_rss_slope_mib_per_100k_blocks"
    # A few thousand blocks say little: the allocator's steps are larger than that.
    most = 8 if arguments.full else None
    # As many connections are kept for each endpoint.
    kept = MAX_IDLE_PER_ENDPOINT
    return all(
        [
            tell("rotating_blocks", blocks, "blocks"),
            tell(name, grown.mib_per_100k_blocks, "MiB", at_most=most),
            tell("rotating_open_files_growth", grown.open_files, "files", at_most=kept),
            tell("rotating_threads_growth", grown.threads, "threads", at_most=0),
        ]
    )


def _kills(arguments: argparse.Namespace) -> bool:
    kills = 100 if arguments.full else 6
    faults = Killed(kills, arguments.seed).faults
    for fault in faults:
        print(fault, file=sys.stderr)
    tell("kills", kills, "kills")
    return tell("faults_after_kills", len(faults), "faults", at_most=0)


def _quiet(arguments: argparse.Namespace) -> bool:
    blocks, rotations = (100, 20) if arguments.full else (8, 3)
    print("quiet: real time, not to be hurried: some seven minutes", file=sys.stderr)
    idle = quiet.idle(BLOCK_SECONDS, blocks)
    beyond = quiet.rotation_blocks(ROTATING_BLOCK_SECONDS, rotations)
    return all(
        [
            tell("calls_per_block", idle.calls_per_block, "calls", at_most=2, digits=2),
            tell("idle_cpu_ms_per_s", idle.cpu_ms_per_s, "ms", at_most=5, digits=2),
            tell("rotation_blocks", max(beyond), "blocks", at_most=3),
        ]
    )


def _storm_part(arguments: argparse.Namespace) -> bool:
    rotations = arguments.rotations or (1000 if arguments.full else 20)
    with tempfile.TemporaryDirectory() as folder, _chain(arguments.geth) as chain:
        storm = Storm(chain, Path(folder), arguments.seed, arguments.endpoints)
        # A long run that is stopped tells how far it came.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with suppress(KeyboardInterrupt):
            storm.run(rotations)
        print(json.dumps(storm.weather.counts), file=sys.stderr)
        told = _told(storm, storm.away_seconds if arguments.endpoints == 1 else 0)
        storm.machine.close()
        return told


@contextmanager
def _chain(geth: Path | None) -> Iterator[SteppedChain]:
    """A fresh one, of anvil or of that geth."""
    if geth is not None:
        with stepped_geth(geth) as stepped:
            yield stepped
        return
    with running(START) as url:
        yield GasChain(url)


def _told(storm: Storm, may_be_idle: int) -> bool:
    machine, judge = storm.machine, storm.judge
    duplicates = machine.rows(
        "SELECT count(*) AS n FROM (SELECT intent FROM transactions "
        "WHERE purpose = 'registration' AND outcome = 'succeeded' "
        "GROUP BY intent HAVING count(*) > 1)"
    )[0]["n"]
    unexplained = machine.rows(
        "SELECT count(*) AS n FROM signers WHERE stage = 'abandoned' AND reason IS NULL"
    )[0]["n"]
    upstreams = judge.upstream_uncovered * BLOCK_SECONDS
    return all(
        [
            tell("storm_rotations", len(judge.signers) - 1, "rotations", digits=0),
            tell("storm_blocks", judge.blocks, "blocks", digits=0),
            tell("uncovered_seconds", judge.uncovered_seconds, "s", at_most=0, digits=0),
            tell("idle_seconds", judge.idle_seconds, "s", at_most=may_be_idle, digits=0),
            tell("upstream_way_uncovered_seconds", upstreams, "s", digits=0),
            tell("duplicate_registrations", duplicates, "registrations", at_most=0, digits=0),
            tell("unexplained_abandonments", unexplained, "signers", at_most=0, digits=0),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())

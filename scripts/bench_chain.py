"""Rotations in a storm, judged by the chain: `bench_chain.py [--rotations N] [--seed S]
[--endpoints N] [--block-seconds S]`. One line of JSON per figure."""

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from loguru import logger
from measures.chain import BLOCK_SECONDS, START, GasChain, running
from measures.scenario import Deployment
from storm.endpoint import StormyEndpoint
from storm.judge import Judge
from storm.machine import POLICY, Machine
from storm.upstream import UpstreamWay
from storm.weather import Weather, set_up

MOST_BLOCKS_PER_ROTATION = 80
QUIET_BLOCKS = 25
"""Without a storm, until the first signer is active."""


Line = tuple[str, int, str, int | None]
"""A figure: name, value, unit, and the most that it may be."""


def main() -> int:
    arguments = _arguments()
    logger.remove()
    if arguments.log:
        logger.add(arguments.log, level="DEBUG")
    with tempfile.TemporaryDirectory() as folder, running(START) as url:
        figures = _storm(arguments, Path(folder), url)
    for name, value, unit, goal in figures:
        told = {"figure": name, "value": value, "unit": unit}
        holds = goal is None or value <= goal
        print(json.dumps({**told, "goal": None if goal is None else f"<= {goal}", "holds": holds}))
    return 0 if all(goal is None or value <= goal for _, value, _, goal in figures) else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rotations", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--endpoints", type=int, default=3)
    parser.add_argument("--block-seconds", type=float, default=0.25)
    parser.add_argument("--log")
    return parser.parse_args()


def _storm(arguments: argparse.Namespace, folder: Path, url: str) -> list[Line]:
    chain = GasChain(url)
    deployment = Deployment(chain)
    deployment.upload(deployment.items())
    set_up(chain)
    endpoints = [
        StormyEndpoint(url, arguments.seed + number) for number in range(arguments.endpoints)
    ]
    weather = Weather(chain, endpoints, arguments.seed)
    judge = Judge(deployment.registry)
    speed = BLOCK_SECONDS / arguments.block_seconds
    urls = [endpoint.url for endpoint in endpoints]
    machine = Machine(deployment, urls, folder / "attestor.sqlite", speed)
    upstream = UpstreamWay(deployment, urls[0], POLICY.period / speed)
    machine.start()
    upstream.start()
    away = 0
    for number in range(arguments.rotations * MOST_BLOCKS_PER_ROTATION):
        begun = time.monotonic()
        if number < QUIET_BLOCKS:
            chain.node.rpc.call("evm_mine", [])
        else:
            weather.next_block()
        judge.see(machine.hand_out())
        judge.see_upstream(upstream.signer)
        away += weather.is_away and bool(judge.signers)
        if machine.defect is not None:
            raise machine.defect
        if len(judge.signers) > arguments.rotations:
            break
        time.sleep(max(0.0, begun + arguments.block_seconds - time.monotonic()))
    duplicates = machine.rows(
        "SELECT count(*) AS n FROM (SELECT intent FROM transactions "
        "WHERE outcome = 'succeeded' GROUP BY intent HAVING count(*) > 1)"
    )[0]["n"]
    unexplained = machine.rows(
        "SELECT count(*) AS n FROM signers WHERE stage = 'abandoned' AND reason IS NULL"
    )[0]["n"]
    upstream.close()
    machine.close()
    for endpoint in endpoints:
        endpoint.close()
    print(json.dumps(weather.counts), file=sys.stderr)
    return [
        ("storm_rotations", len(judge.signers) - 1, "rotations", None),
        ("storm_blocks", judge.blocks, "blocks", None),
        ("uncovered_seconds", judge.uncovered_seconds, "s", 0),
        ("idle_seconds", judge.idle_seconds, "s", 0 if len(urls) > 1 else away * BLOCK_SECONDS),
        ("upstream_way_uncovered_seconds", judge.upstream_uncovered * BLOCK_SECONDS, "s", None),
        ("duplicate_registrations", duplicates, "registrations", 0),
        ("unexplained_abandonments", unexplained, "signers", 0),
    ]


if __name__ == "__main__":
    sys.exit(main())

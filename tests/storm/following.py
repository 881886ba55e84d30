"""Many blocks followed, with a rotation now and then: what of it stays in memory."""

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from measures.chain import START, GasChain, running
from measures.scenario import Deployment
from storm.machine import POLICY, Machine
from storm.weather import set_up

from attestor.chain.pool import Pool
from attestor.chain.rpc import Rpc

SPEED = 1000.0
PERIOD_SECONDS = 2400
"""200 blocks: 500 rotations in 100,000."""
WARM_PART = 4
"""Of so many parts the first one fills caches and is left out."""
SAMPLES = 200
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Growth:
    """After the warm part: MiB per 100,000 blocks by least squares, open files and threads."""

    mib_per_100k_blocks: float
    open_files: int
    threads: int


def growth(blocks: int) -> Growth:
    """Over so many blocks."""
    with TemporaryDirectory() as folder, running(START) as url:
        chain = GasChain(url)
        deployment = Deployment(chain)
        deployment.upload(deployment.items())
        set_up(chain)
        policy = replace(POLICY, period=PERIOD_SECONDS, confirmations=2, block_lag=2)
        path = Path(folder) / "attestor.sqlite"
        pool = Pool([Rpc(url)], chain.id)
        machine = Machine(deployment, pool, path, lambda: time.monotonic() * SPEED, policy)
        seen: list[tuple[int, float]] = []
        counts = (0, 0)
        for number in range(blocks):
            chain.node.rpc.call("evm_mine", [])
            machine.rotation.step()
            if number >= blocks // WARM_PART and number % max(1, blocks // SAMPLES) == 0:
                counts = counts if seen else _counts()
                seen.append((number, _rss_mib()))
        files, threads = (now - then for now, then in zip(_counts(), counts, strict=True))
        machine.close()
        return Growth(_slope(seen) * 100_000, files, threads)


def _rss_mib() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / (1 << 20)


def _counts() -> tuple[int, int]:
    """Open files, and threads."""
    return len(os.listdir("/proc/self/fd")), len(os.listdir("/proc/self/task"))


def _slope(points: list[tuple[int, float]]) -> float:
    """By least squares."""
    count = len(points)
    x, y = (sum(values) / count for values in zip(*points, strict=True))
    above = sum((at - x) * (value - y) for at, value in points)
    return float(above / sum((at - x) ** 2 for at, _ in points))

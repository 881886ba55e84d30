"""Many blocks followed, alone and with a rotation now and then: what of it stays in memory."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from measures.chain import START, GasChain, running
from measures.scenario import Deployment
from storm.fast_node import CHAIN_ID, fast_node
from storm.machine import POLICY, Machine

from attestor.chain.heads import Heads
from attestor.chain.node import Node
from attestor.chain.pool import Pool
from attestor.chain.rpc import Rpc
from attestor.store.database import Store
from attestor.store.headers import Headers

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


def followed(blocks: int, seed: int) -> Growth:
    """Of what follows the chain, alone in this process: pool, client, window and database, over so
    many blocks of a node that has a new one at each look."""
    # In memory where there is such a folder: it is not the disk that is measured.
    place = "/dev/shm" if os.path.isdir("/dev/shm") else None
    with TemporaryDirectory(dir=place) as folder, fast_node(seed) as url:
        store = Store.open(Path(folder) / "attestor.sqlite")
        heads = Heads(Node.of([url], CHAIN_ID), Headers(store))
        found = _watched(blocks, heads.look)
        assert heads.window.head is not None
        assert heads.window.head.number >= blocks, "it does not follow"
        store.close()
        return found


def growth(blocks: int) -> Growth:
    """Of a rotation with its database and transactions, over so many blocks."""
    with TemporaryDirectory() as folder, running(START) as url:
        chain = GasChain(url)
        deployment = Deployment(chain)
        deployment.upload(deployment.items())
        chain.step_by_step()
        policy = replace(POLICY, period=PERIOD_SECONDS, confirmations=2, block_lag=2)
        path = Path(folder) / "attestor.sqlite"
        pool = Pool([Rpc(url)], chain.id)
        machine = Machine(deployment, pool, path, lambda: time.monotonic() * SPEED, policy)

        def step() -> None:
            chain.node.rpc.call("evm_mine", [])
            machine.rotation.step()

        found = _watched(blocks, step)
        machine.close()
        return found


def _watched(blocks: int, step: Callable[[], object]) -> Growth:
    """Of this process, over so many steps of a block each."""
    seen: list[tuple[int, float]] = []
    counts = (0, 0)
    for number in range(blocks):
        step()
        if number >= blocks // WARM_PART and number % max(1, blocks // SAMPLES) == 0:
            counts = counts if seen else _counts()
            seen.append((number, _rss_mib()))
    files, threads = (now - then for now, then in zip(_counts(), counts, strict=True))
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

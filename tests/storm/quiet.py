"""The daemon itself, with all of its processes, while nothing happens: what it asks of its node,
what it costs, and how long a rotation takes."""

import math
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cases.ports import free_port
from storm.counting import CountingEndpoint

from attestor.chain.pace import ARRIVALS_MEASURED, BLOCKS_MEASURED
from attestor.devnet.stack import Devnet, DevnetOptions

CONFIRMATIONS = 2
"""The daemon's default."""
SETTLING_BLOCKS = ARRIVALS_MEASURED // 2 + 2
"""After the first signer is active, and before anything is counted: until the daemon knows how late
blocks are. Their distance it knows by the timestamps of those before."""
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Idle:
    """Of a daemon whose signer is young: calls per block, and milliseconds of CPU per second of all
    its processes."""

    calls_per_block: float
    cpu_ms_per_s: float


def idle(block_seconds: float, blocks: int) -> Idle:
    """Measured over so many blocks."""
    with _daemon(block_seconds, period=1500) as (devnet, endpoint):
        time.sleep(SETTLING_BLOCKS * block_seconds)
        calls, cpu, head = endpoint.asked, _cpu_seconds(devnet), devnet.node.head().number
        begun = time.monotonic()
        time.sleep(blocks * block_seconds)
        seconds, mined = time.monotonic() - begun, devnet.node.head().number - head
        used = _cpu_seconds(devnet) - cpu
        return Idle((endpoint.asked - calls) / mined, 1000 * used / seconds)


def rotation_blocks(block_seconds: float, rotations: int) -> list[int]:
    """For each of so many rotations, the blocks from the one at which the successor was due to the
    one at which it was active, beyond the confirmations."""
    period = int(8 * block_seconds)
    with _daemon(block_seconds, period) as (devnet, _):
        deadline = time.monotonic() + (rotations + 2) * (period + 15 * block_seconds)
        rows: list[dict[str, Any]] = []
        while len(rows) <= rotations:
            assert time.monotonic() < deadline, "it does not rotate"
            time.sleep(block_seconds)
            rows = devnet.rows(
                "SELECT activated_timestamp, vouched_block FROM registrations ORDER BY rowid"
            )
        return [
            after["vouched_block"]
            - _first_block(devnet, before["activated_timestamp"] + period)
            - CONFIRMATIONS
            for before, after in pairwise(rows)
        ]


@contextmanager
def _daemon(block_seconds: float, period: int) -> Iterator[tuple[Devnet, CountingEndpoint]]:
    """A daemon with an active signer, over an endpoint that counts. Until the signer is, blocks
    are mined each second, whose timestamps are as far apart as those of later ones."""
    environment: dict[str, str] = {}
    with TemporaryDirectory() as folder:
        options = DevnetOptions(
            folder=Path(folder),
            block_seconds=block_seconds,
            period=period,
            api_port=free_port(),
            environment=environment,
        )
        devnet = Devnet(options)
        devnet.node.rpc.call("evm_setIntervalMining", [1])
        endpoint = CountingEndpoint(devnet.anvil.url)
        environment |= {
            "ATTESTOR_CHAIN_RPC_URL": endpoint.url,
            "ATTESTOR_CHAIN_POLL_SECONDS": f"{min(1.0, block_seconds / 4):g}",
        }
        try:
            devnet.deploy()
            distance = math.ceil(block_seconds)
            devnet.node.rpc.call("anvil_mine", [hex(BLOCKS_MEASURED), hex(distance)])
            devnet.node.rpc.call("anvil_setBlockTimestampInterval", [distance])
            devnet.start_daemon()
            devnet.wait_for_signer()
            devnet.node.rpc.call("evm_setIntervalMining", [distance])
            yield devnet, endpoint
        finally:
            devnet.stop()
            endpoint.close()


def _first_block(devnet: Devnet, timestamp: int) -> int:
    """The first block that is not before that time."""
    number = devnet.node.head().number
    while devnet.node.block(number - 1).timestamp >= timestamp:
        number -= 1
    return number


def _cpu_seconds(devnet: Devnet) -> float:
    """Of the daemon and all that it started, so far."""
    assert devnet._daemon is not None
    open_ones, ticks = [devnet._daemon.pid], 0
    while open_ones:
        process = open_ones.pop()
        try:
            fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            # utime and stime, and those of children that have ended (proc(5), counted from 3).
            ticks += sum(int(fields[place]) for place in (11, 12, 13, 14))
            for task in Path(f"/proc/{process}/task").iterdir():
                open_ones += [int(child) for child in (task / "children").read_text().split()]
        except (FileNotFoundError, ProcessLookupError):
            continue
    return ticks / _TICKS

"""Rotations in a storm, in lock step: whoever waits lets the storm's time go by, and nothing else
does. A slow machine makes the storm take longer, and changes nothing of it.

What is virtual: the clocks of rotation, keys, endpoints' health, deadlines and pauses; how long an
endpoint takes; and the wall clock, which somebody sets now and then. All else is as it runs: the
chain is a node, the database SQLite, and all of an answer is decoded by the daemon's own code.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from loguru import logger
from measures.chain import BLOCK_SECONDS, SteppedChain
from measures.scenario import Deployment
from storm.clock import VirtualClock
from storm.endpoint import Moods, StormyHttp
from storm.judge import Judge
from storm.machine import POLICY, Machine
from storm.upstream import UpstreamWay
from storm.weather import Weather

from attestor.chain.node import Node
from attestor.chain.pace import Pace
from attestor.chain.pool import Pool
from attestor.chain.registry import Registry
from attestor.chain.rpc import Rpc
from attestor.rotation.vouching import Vouching

POLL_SECONDS = 1.0
"""The daemon's default."""
MOST_BLOCKS_PER_ROTATION = 80
TOLD_EVERY = 1000
"""Blocks after which whoever waits is told how far it is."""
QUIET_BLOCKS = 25
"""Without a storm, until the first signer is active."""


class Storm:
    """One daemon in a storm of a seed, over so many endpoints."""

    def __init__(self, chain: SteppedChain, folder: Path, seed: int, endpoints: int) -> None:
        self._chain = chain
        deployment = Deployment(self._chain)
        deployment.upload(deployment.items())
        chain.step_by_step()
        self._clock = VirtualClock()
        self._aside = VirtualClock()
        """Of those who do something at a block, all at the same time."""
        self._moods = [Moods(chain.node.rpc.url, seed + number) for number in range(endpoints)]
        self.weather = Weather(self._chain, self._moods, seed)
        self.judge = Judge(deployment.registry)
        self.machine = Machine(
            deployment,
            self._pool(self._clock),
            folder / "attestor.sqlite",
            self._clock,
            wall=lambda: chain.start + self._clock() + self.weather.clock_is_off,
            pace=Pace(POLL_SECONDS, self._clock),
        )
        node = Node(self._pool(self._aside), self._chain.id)
        registry = Registry(node, deployment.registry.address)
        shows = self.machine.rotation.shows
        self._vouching = Vouching(node, registry, self._aside.pass_by, shows)
        self._upstream = UpstreamWay(deployment, self._pool(self._aside, 1), POLICY.period)
        self._blocks = 0
        self.away_seconds = 0
        self._clock.every(BLOCK_SECONDS, self._block)

    def run(self, rotations: int) -> None:
        """Until so many signers were replaced, or long after they should have been."""
        most = max(1, rotations) * MOST_BLOCKS_PER_ROTATION
        self._run(lambda: len(self.judge.signers) > rotations or self._blocks >= most)

    def run_blocks(self, blocks: int) -> None:
        """For so many more."""
        end = self._blocks + blocks
        self._run(lambda: self._blocks >= end)

    def _run(self, is_over: Callable[[], bool]) -> None:
        while True:
            self.machine.rotation.step()
            if is_over():
                return
            self._clock.pass_by(POLL_SECONDS)

    def _block(self) -> None:
        """A block is mined; at the same moment a proof is handed out, and judged."""
        self._blocks += 1
        if self._blocks < QUIET_BLOCKS:
            self._chain.mine_one()
        else:
            self.weather.next_block()
        self._aside.catch_up(self._clock)
        logger.debug("block {}, endpoints: {}", self._blocks, [one.mood for one in self._moods])
        self._upstream.step(self._clock())
        fault = self.judge.see(self.machine.hand_out(self._vouching))
        if fault is not None:
            moods = [one.mood for one in self._moods]
            logger.warning("block {} is {}; endpoints: {}", self._blocks, fault, moods)
        if self._blocks % TOLD_EVERY == 0:
            logger.success("block {}: {} rotations", self._blocks, len(self.judge.signers) - 1)
        self.judge.see_upstream(self._upstream.signer)
        self.away_seconds += BLOCK_SECONDS * (self.weather.is_away and bool(self.judge.signers))
        # Not before: what is judged is what the daemon made of the time since the last block.
        self.weather.turn()

    def _pool(self, clock: VirtualClock, endpoints: int | None = None) -> Pool:
        rpcs = []
        for number, moods in enumerate(self._moods[:endpoints]):
            http: Any = StormyHttp(moods, clock)
            rpcs.append(Rpc(f"http://endpoint-{number}.example", http=http, clock=clock))
        return Pool(rpcs, self._chain.id, clock)

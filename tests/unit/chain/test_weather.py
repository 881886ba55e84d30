"""Following heads through seeded bad weather: nodes that lag, fail and lie, and reorgs."""

from random import Random

import pytest
from cases.lying_endpoints import TABLE, Question, Reply
from cases.small_chain import SmallChain
from unit.chain.endpoints import Clock, MemoryHttp, node_of

from attestor.chain.header_log import MemoryHeaderLog
from attestor.chain.heads import Heads
from attestor.core.text import from_hex
from attestor.errors import AttestorError

pytestmark = pytest.mark.slow

BLOCKS = 80
LOOKS_PER_BLOCK = 4
TELLING = [one for one in TABLE if one.alone and "Retry-After" not in one.name]
"""Lies that are noticed, and do not silence an endpoint for the rest of the run."""


class Weather:
    """What an endpoint does with a request, by chance."""

    def __init__(self, chain: SmallChain, random: Random, stale: float, lies: float) -> None:
        self.chain = chain
        self.random = random
        self.stale = stale
        self.lies = lies

    def __call__(self, question: Question) -> Reply:
        if self.random.random() < self.lies:
            return self.random.choice(TELLING).lie(question)
        if self.random.random() < self.stale:
            behind = self.chain.before(4)
            return question.reply(**behind.answer(question.method, question.params))
        return question.truth


class Followed:
    """A chain with a block every 12 seconds, and how well it is followed."""

    def __init__(self, seed: int, weathers: list[tuple[float, float]]) -> None:
        self.random = Random(seed)
        self.chain = SmallChain(30)
        self.clock = Clock()
        transports = [
            MemoryHttp(self.chain, Weather(self.chain, self.random, stale, lies))
            for stale, lies in weathers
        ]
        self.heads = Heads(node_of(transports, self.clock), MemoryHeaderLog())
        self.failed = 0
        self.behind = 0

    def run(self) -> None:
        for number in range(BLOCKS):
            if number % 7 == 6:
                self.chain.reorg(self.random.randint(1, 8), branch=1 + number % 200)
            else:
                self.chain.mine(branch=number % 200)
            for _ in range(LOOKS_PER_BLOCK):
                self.clock.now += 12 / LOOKS_PER_BLOCK
                try:
                    self.heads.look()
                except AttestorError:
                    self.failed += 1
            head = self.heads.window.head
            self.behind += head is None or head.hash != from_hex(self.chain.head["hash"])


@pytest.mark.parametrize("seed", range(2))
def test_look__balanced_endpoint_of_which_30_percent_lag__follows(seed: int) -> None:
    followed = Followed(seed, [(0.3, 0.008)])
    followed.run()
    assert followed.failed < 0.05 * BLOCKS * LOOKS_PER_BLOCK
    assert followed.behind < 0.05 * BLOCKS


@pytest.mark.parametrize("seed", range(2))
def test_look__two_of_three_lie_or_lag_at_times__follows(seed: int) -> None:
    followed = Followed(seed, [(0.3, 0.1), (0.0, 0.3), (0.0, 0.0)])
    followed.run()
    assert followed.failed < 0.05 * BLOCKS * LOOKS_PER_BLOCK
    assert followed.behind < 0.1 * BLOCKS


@pytest.mark.parametrize("place", [0, 1, 2])
def test_look__one_of_three_always_lies__follows(place: int) -> None:
    weathers = [(0.0, 0.0)] * 3
    weathers[place] = (0.0, 1.0)
    followed = Followed(7, weathers)
    followed.run()
    assert followed.failed == 0
    assert followed.behind <= 0.02 * BLOCKS

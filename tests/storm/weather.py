"""What happens to the chain and its endpoints, block by block, from a seed."""

from collections.abc import Sequence
from random import Random

from measures.chain import SteppedChain
from storm.endpoint import AWAY, BALANCED, FLAKY, HONEST, MOODS, SILENT, Moods

MOOD_BLOCKS = 25
"""How long an endpoint stays in a mood."""
REORG_EVERY, DEEPEST = 12, 8
SPIKE_EVERY, SPIKE_BLOCKS, SPIKE_FACTOR = 60, 8, 10
RACE_EVERY = 40
CLOCK_EVERY, FARTHEST = 30, 7 * 86_400
GWEI = 10**9
ALONE = (HONEST, BALANCED, BALANCED, FLAKY, FLAKY, AWAY, SILENT)
"""Moods of a single endpoint: against one that lies for long nothing helps but another."""


class Weather:
    """Calls of `next_block` and `turn` make the storm. At each time one endpoint of several is
    honest; a single one is balanced, or away, and honest otherwise."""

    def __init__(self, chain: SteppedChain, endpoints: Sequence[Moods], seed: int) -> None:
        self._chain = chain
        self._endpoints = endpoints
        self._random = Random(seed)
        self._blocks = 0
        self._spiked_until = 0
        self._moods_stay = False
        self.is_away = False
        """Whether the only endpoint is out of reach."""
        self.clock_is_off = 0
        """Seconds by which somebody has set the machine's clock."""
        kinds = ("blocks", "reorgs", "spikes", "races", "moods", "clock steps")
        self.counts = dict.fromkeys(kinds, 0)

    def next_block(self) -> None:
        """One more block, or another branch that is one longer."""
        self._blocks += 1
        self._fee()
        if self._is_time_for(CLOCK_EVERY):
            self.clock_is_off = self._random.randint(-FARTHEST, FARTHEST)
            self.counts["clock steps"] += 1
        if self._is_time_for(RACE_EVERY):
            self._race()
        if self._is_time_for(REORG_EVERY):
            self._chain.reorg(self._random.randint(1, DEEPEST))
            self.counts["reorgs"] += 1
        self._chain.mine_one()
        self.counts["blocks"] += 1

    def turn(self) -> None:
        """What changes between two blocks: the endpoints' moods, now and then."""
        if not self._moods_stay and self._blocks % MOOD_BLOCKS == 1:
            self._change_moods()

    def hold(self, moods: Sequence[str]) -> None:
        """The endpoints' moods from now on, for good."""
        assert {HONEST, *MOODS} >= {*moods}, "there is no such mood"
        self._moods_stay = True
        for endpoint, mood in zip(self._endpoints, moods, strict=True):
            endpoint.mood = mood

    def _is_time_for(self, every: int) -> bool:
        return self._random.randrange(every) == 0

    def _change_moods(self) -> None:
        self.counts["moods"] += 1
        honest = self._random.choice(self._endpoints)
        if len(self._endpoints) == 1:
            honest.mood = self._random.choice(ALONE)
            self.is_away = honest.mood in (AWAY, SILENT)
            return
        for endpoint in self._endpoints:
            bad = self._random.choice(MOODS)
            endpoint.mood = HONEST if endpoint is honest else bad

    def _fee(self) -> None:
        if self._is_time_for(SPIKE_EVERY):
            self._spiked_until = self._blocks + SPIKE_BLOCKS
            self.counts["spikes"] += 1
        factor = SPIKE_FACTOR if self._blocks < self._spiked_until else 1
        self._chain.set_base_fee(5 * GWEI * factor)

    def _race(self) -> None:
        """Somebody uses the payer from outside."""
        self._chain.pay_from_outside()
        self.counts["races"] += 1

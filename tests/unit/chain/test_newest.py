"""Which of several endpoints' heads is followed."""

import pytest
from cases.small_chain import SmallChain
from unit.chain.endpoints import Clock, MemoryHttp, node_of

from attestor.chain.newest import COMPARED_EVERY, STUCK_AFTER
from attestor.chain.node import Node


class Nodes:
    def __init__(self, *chains: SmallChain) -> None:
        self.clock = Clock()
        self.transports = [MemoryHttp(chain) for chain in chains]
        self.node: Node = node_of(self.transports, self.clock)

    @property
    def polls(self) -> int:
        return sum(len(one.asked) for one in self.transports)


def test_head__quiet_times__asks_one_endpoint() -> None:
    chain = SmallChain()
    nodes = Nodes(chain, chain, chain)
    nodes.node.head()
    before = nodes.polls
    for _ in range(5):
        chain.mine()
        assert nodes.node.head().number == len(chain.blocks) - 1
    assert nodes.polls - before == 5


def test_head__now_and_then__is_compared_with_all() -> None:
    chain = SmallChain()
    nodes = Nodes(chain, chain, chain)
    nodes.node.head()
    nodes.clock.now += COMPARED_EVERY
    before = nodes.polls
    nodes.node.head()
    assert nodes.polls - before == 3


@pytest.mark.parametrize("place", [0, 1, 2])
def test_head__one_lags__is_the_others(place: int) -> None:
    chains = [SmallChain(20), SmallChain(20), SmallChain(20)]
    chains[place] = SmallChain(16)
    nodes = Nodes(*chains)
    assert nodes.node.head().number == 19
    assert nodes.node.pool.endpoints[place].health.lag == 4
    assert nodes.node.pool.ranked()[-1] is nodes.node.pool.endpoints[place]


def test_head__one_is_ahead_alone__is_what_a_majority_has() -> None:
    nodes = Nodes(SmallChain(30, fork_at=15), SmallChain(20), SmallChain(20))
    assert nodes.node.head().number == 19


def test_head__two_stand_still_and_one_goes_on__is_the_moving_one() -> None:
    moving, stuck = SmallChain(20), SmallChain(20)
    nodes = Nodes(stuck, stuck, moving)
    nodes.node.head()
    for _ in range(int(STUCK_AFTER // 10) + 4):
        nodes.clock.now += 10
        moving.mine()
        found = nodes.node.head()
    assert found.number > 25


def test_head__first_goes_down__is_the_others() -> None:
    chain = SmallChain()
    nodes = Nodes(chain, chain, chain)
    nodes.node.head()
    nodes.transports[0].lie = lambda question: question.reply(error="down")
    chain.mine()
    assert nodes.node.head().number == 20


def test_head__two_endpoints_of_which_one_is_down__goes_on() -> None:
    chain = SmallChain()
    nodes = Nodes(chain, chain)
    nodes.transports[1].lie = lambda question: question.reply(error="down")
    for _ in range(5):
        chain.mine()
        nodes.clock.now += COMPARED_EVERY
        assert nodes.node.head().number == len(chain.blocks) - 1

"""Following heads: extending, reorgs, nodes that lag, blocks that cannot be had."""

from dataclasses import replace

import pytest

from attestor.chain.header_log import MemoryHeaderLog
from attestor.chain.heads import FIRST_BRANCH, LOOKS_AT_UNREADABLE, Heads
from attestor.chain.pace import Pace
from attestor.core.blocks import Block, BlockWindow
from attestor.errors import (
    AttestorError,
    BlockUnknown,
    EndpointsDisagree,
    HeaderInvalid,
    ReorgTooDeep,
    RpcAnswerInvalid,
    RpcUnreachable,
)


class Chain:
    """A node's view: blocks by hash, its canonical branch, and what it was asked."""

    def __init__(self) -> None:
        self.by_hash: dict[bytes, Block] = {}
        self.branch: list[Block] = []
        self.asked: list[bytes] = []
        self.faults: dict[bytes, AttestorError] = {}
        self.agreeing = True
        self.every_eleventh = 0

    def mine(self, count: int, fork: str = "a") -> None:
        for _ in range(count):
            number = len(self.branch)
            parent = self.branch[-1].hash if self.branch else bytes(32)
            name = f"{fork}{number}".encode().ljust(32, b".")
            block = Block(number, name, parent, 1000 + 12 * number)
            self.by_hash[name] = block
            self.branch.append(block)

    def reorg(self, depth: int, length: int, fork: str = "b") -> None:
        del self.branch[len(self.branch) - depth :]
        self.mine(length, fork)

    def within(self, bound: float) -> "Chain":
        return self

    def head(self) -> Block:
        return self.branch[-1]

    def block(self, number: int) -> Block:
        if number >= len(self.branch):
            raise BlockUnknown(f"no block {number}")
        return self.branch[number]

    def block_by_hash(self, block_hash: bytes) -> Block:
        self.asked.append(block_hash)
        if self.every_eleventh and len(self.asked) % self.every_eleventh == 0:
            raise BlockUnknown("null")
        if block_hash in self.faults:
            raise self.faults[block_hash]
        return self.by_hash[block_hash]

    def agrees(self, block: Block) -> bool:
        return self.agreeing and self.branch[block.number : block.number + 1] == [block]


@pytest.fixture
def chain() -> Chain:
    made = Chain()
    made.mine(400)
    return made


def filled(chain: Chain) -> Heads:
    """A follower whose window is full."""
    heads = Heads(chain, MemoryHeaderLog())
    for _ in range(40):
        heads.look()
        chain.mine(1)
    heads.look()
    chain.asked.clear()
    return heads


def test_look__first__fetches_a_few_parents(chain: Chain) -> None:
    assert Heads(chain, MemoryHeaderLog()).look().blocks == tuple(chain.branch[-FIRST_BRANCH:])


def test_look__first_near_genesis__stops_there() -> None:
    chain = Chain()
    chain.mine(3)
    assert Heads(chain, MemoryHeaderLog()).look().blocks == tuple(chain.branch)


def test_look__again_and_again__fills_the_window_with_at_least_256(chain: Chain) -> None:
    heads = filled(chain)
    assert len(heads.window.blocks) == heads.window.capacity >= 256
    assert heads.window.blocks == tuple(chain.branch[-heads.window.capacity :])


def test_look__same_head__asks_nothing_and_gives_the_same_window(chain: Chain) -> None:
    heads = filled(chain)
    window = heads.window
    assert heads.look() is window
    assert chain.asked == []


def test_look__next_head__appends_without_asking(chain: Chain) -> None:
    heads = filled(chain)
    chain.mine(1)
    assert heads.look().head == chain.head()
    assert chain.asked == []


def test_look__missed_heads__fills_the_gap(chain: Chain) -> None:
    heads = filled(chain)
    chain.mine(40)
    assert heads.look().blocks == tuple(chain.branch[-heads.window.capacity :])
    assert len(chain.asked) == 39


@pytest.mark.parametrize("depth", [1, 2, 8, 64, 250])
def test_look__reorg_inside_the_window__switches_to_the_new_branch(
    chain: Chain, depth: int
) -> None:
    heads = filled(chain)
    lost = tuple(chain.branch[-depth:])
    chain.reorg(depth, depth + 1)
    assert heads.look().head == chain.head()
    assert heads.dropped == lost
    heads.look()
    assert heads.dropped == ()


def test_look__reorg_from_below_the_window__is_typed_and_keeps_the_window(chain: Chain) -> None:
    heads = filled(chain)
    before = heads.window
    chain.reorg(before.capacity + 1, before.capacity + 2)
    for _ in range(2):
        with pytest.raises(
            ReorgTooDeep, match=f"below block {before.blocks[0].number}, the oldest"
        ):
            heads.look()
    assert heads.window is before
    heads.forget()
    assert heads.look().head == chain.head()


def test_look__deep_reorg_of_one_endpoint_only__is_not_believed(chain: Chain) -> None:
    heads = filled(chain)
    chain.reorg(heads.window.capacity + 1, heads.window.capacity + 2)
    chain.agreeing = False
    with pytest.raises(EndpointsDisagree):
        heads.look()


def test_look__head_of_a_lagging_node__changes_nothing(chain: Chain) -> None:
    heads = filled(chain)
    window = heads.window
    del chain.branch[-4:]
    assert heads.look() is window
    assert heads.dropped == ()


def test_look__head_from_before_the_window__changes_nothing(chain: Chain) -> None:
    heads = filled(chain)
    window = heads.window
    chain.reorg(window.capacity + 20, 3)
    assert heads.look() is window


def test_look__lower_head_of_another_branch__has_to_be_confirmed(chain: Chain) -> None:
    heads = filled(chain)
    window = heads.window
    chain.reorg(4, 2)
    chain.agreeing = False
    assert heads.look() is window
    chain.agreeing = True
    assert heads.look().head == chain.head()
    assert len(heads.dropped) == 2
    assert heads.window.at(window.blocks[-1].number) is None


def test_look__one_answer_in_eleven_is_null__the_walk_goes_on_where_it_was(chain: Chain) -> None:
    heads = filled(chain)
    chain.mine(100)
    chain.every_eleventh = 11
    for _ in range(12):
        try:
            heads.look()
        except BlockUnknown:
            continue
        break
    assert heads.window.head == chain.head()
    assert len(chain.asked) < 120


def test_look__branch_half_walked_when_a_new_head_comes__is_gone_on_with(chain: Chain) -> None:
    heads = filled(chain)
    chain.mine(50)
    stop = chain.branch[-30].hash
    chain.faults[stop] = RpcUnreachable("down")
    with pytest.raises(RpcUnreachable):
        heads.look()
    del chain.faults[stop]
    chain.mine(2)
    chain.asked.clear()
    assert heads.look().head == chain.head()
    assert len(chain.asked) < 25


def test_look__block_that_cannot_be_read__is_named_and_following_goes_on_above_it(
    chain: Chain,
) -> None:
    heads = filled(chain)
    chain.mine(1)
    unreadable = chain.head()
    chain.faults[unreadable.hash] = HeaderInvalid("extraData has 70000 bytes")
    chain.mine(3)
    for _ in range(LOOKS_AT_UNREADABLE):
        with pytest.raises(HeaderInvalid, match=f"block {unreadable.number} .*cannot be read"):
            heads.look()
        chain.mine(1)
    window = heads.look()
    assert window.head == chain.head()
    assert window.blocks[0].number == unreadable.number + 1
    for _ in range(40):
        chain.mine(1)
        assert heads.look().head == chain.head()


def test_look__unreadable_block_below_the_first_window__does_not_stop_the_first_look(
    chain: Chain,
) -> None:
    chain.faults[chain.branch[-5].hash] = HeaderInvalid("?")
    heads = Heads(chain, MemoryHeaderLog())
    for _ in range(LOOKS_AT_UNREADABLE):
        with pytest.raises(HeaderInvalid):
            heads.look()
    assert heads.look().blocks == tuple(chain.branch[-4:])


def test_look__gap_longer_than_the_window__starts_anew(chain: Chain) -> None:
    heads = filled(chain)
    chain.mine(heads.window.capacity + 50)
    assert heads.look().blocks == tuple(chain.branch[-FIRST_BRANCH:])
    assert heads.dropped == ()


def test_look__gap_longer_than_the_window_and_another_branch__is_too_deep(chain: Chain) -> None:
    heads = filled(chain)
    chain.reorg(heads.window.capacity + 5, 2 * heads.window.capacity)
    with pytest.raises(ReorgTooDeep):
        heads.look()


def test_look__parent_of_another_number__is_refused(chain: Chain) -> None:
    heads = filled(chain)
    chain.mine(2)
    parent = chain.branch[-2]
    chain.by_hash[parent.hash] = Block(7, parent.hash, bytes(32), 1001)
    with pytest.raises(RpcAnswerInvalid, match="is not block before it"):
        heads.look()


def test_look__parent_of_another_branch__is_refused(chain: Chain) -> None:
    heads = Heads(chain, MemoryHeaderLog())
    before = heads.look()
    chain.mine(2)
    parent = chain.branch[-2]
    chain.by_hash[parent.hash] = replace(parent, hash=b"another".ljust(32, b"."))
    with pytest.raises(RpcAnswerInvalid, match="is not block before it"):
        heads.look()
    assert heads.window == before


def test_look__parent_younger_than_its_child__is_refused(chain: Chain) -> None:
    heads = filled(chain)
    chain.mine(2)
    parent = chain.branch[-2]
    chain.by_hash[parent.hash] = Block(parent.number, parent.hash, parent.parent_hash, 10**9)
    with pytest.raises(RpcAnswerInvalid, match="older than its parent"):
        heads.look()


def test_look__restart__goes_on_from_the_saved_window(chain: Chain) -> None:
    log = MemoryHeaderLog()
    first = Heads(chain, log)
    for _ in range(40):
        first.look()
        chain.mine(1)
    first.look()
    chain.reorg(20, 21)
    chain.asked.clear()
    second = Heads(chain, log)
    assert second.look().head == chain.head()
    assert len(second.dropped) == 20
    assert len(chain.asked) == 20


def test_look__what_is_remembered__stays_bounded(chain: Chain) -> None:
    heads = Heads(chain, MemoryHeaderLog(BlockWindow(capacity=32)))
    for _ in range(1000):
        chain.mine(1)
        heads.look()
    assert len(heads._fetched) <= 64
    assert len(heads.window.blocks) == 32


class CountingChain(Chain):
    """Counts how often it is asked for its head."""

    polls = 0

    def head(self) -> Block:
        self.polls += 1
        return super().head()


def test_look__with_a_pace__asks_only_when_a_block_is_due() -> None:
    chain, now = CountingChain(), [0.0]
    chain.mine(20)
    heads = Heads(chain, MemoryHeaderLog(), Pace(1.0, lambda: now[0]))
    for second in range(12_000):
        now[0] = float(second)
        if second % 12 == 5:
            chain.mine(1)
        heads.look()
    assert chain.polls / 1000 <= 1.5
    assert heads.window.head == chain.branch[-1]

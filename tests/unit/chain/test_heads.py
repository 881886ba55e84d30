"""Following heads."""

import pytest

from attestor.chain import heads
from attestor.core.blocks import Block, BlockWindow
from attestor.errors import RpcAnswerInvalid


class Chain:
    """A node's view: blocks by hash, and how often they were asked for."""

    def __init__(self) -> None:
        self.by_hash: dict[bytes, Block] = {}
        self.asked: list[bytes] = []

    def mine(self, parent: Block | None, fork: str = "a") -> Block:
        number = parent.number + 1 if parent else 0
        block = Block(
            number=number,
            hash=f"{fork}{number}".encode().ljust(32, b"."),
            parent_hash=parent.hash if parent else bytes(32),
            timestamp=1000 + number,
        )
        self.by_hash[block.hash] = block
        return block

    def run(self, count: int, parent: Block | None = None, fork: str = "a") -> list[Block]:
        made: list[Block] = []
        for _ in range(count):
            parent = self.mine(parent, fork)
            made.append(parent)
        return made

    def fetch(self, block_hash: bytes) -> Block:
        self.asked.append(block_hash)
        return self.by_hash[block_hash]


def test_follow__first_head__fetches_a_few_parents() -> None:
    chain = Chain()
    blocks = chain.run(100)
    window = heads.follow(BlockWindow(), blocks[-1], chain.fetch)
    assert window.blocks == tuple(blocks[-heads.FIRST_BRANCH :])


def test_follow__first_head_near_genesis__stops_there() -> None:
    chain = Chain()
    blocks = chain.run(3)
    assert heads.follow(BlockWindow(), blocks[-1], chain.fetch).blocks == tuple(blocks)


def test_follow__same_head__asks_nothing() -> None:
    chain = Chain()
    blocks = chain.run(5)
    window = heads.follow(BlockWindow(), blocks[-1], chain.fetch)
    chain.asked.clear()
    assert heads.follow(window, blocks[-1], chain.fetch) is window
    assert chain.asked == []


def test_follow__next_head__appends_without_asking() -> None:
    chain = Chain()
    blocks = chain.run(6)
    window = heads.follow(BlockWindow(), blocks[4], chain.fetch)
    chain.asked.clear()
    assert heads.follow(window, blocks[5], chain.fetch).head == blocks[5]
    assert chain.asked == []


def test_follow__missed_heads__fills_the_gap() -> None:
    chain = Chain()
    blocks = chain.run(40)
    window = heads.follow(BlockWindow(), blocks[20], chain.fetch)
    window = heads.follow(window, blocks[39], chain.fetch)
    assert window.blocks[-20:] == tuple(blocks[20:])


def test_follow__reorg__switches_to_the_new_branch() -> None:
    chain = Chain()
    blocks = chain.run(10)
    window = heads.follow(BlockWindow(), blocks[-1], chain.fetch)
    branch = chain.run(4, parent=blocks[6], fork="b")
    window = heads.follow(window, branch[-1], chain.fetch)
    assert window.blocks == tuple(blocks[:7] + branch)
    assert window.contradicts(9, blocks[9].hash)


def test_follow__gap_beyond_the_limit__starts_anew() -> None:
    chain = Chain()
    blocks = chain.run(60)
    window = heads.follow(BlockWindow(), blocks[5], chain.fetch)
    window = heads.follow(window, blocks[59], chain.fetch, limit=10)
    assert window.blocks == tuple(blocks[50:])


def test_follow__parent_of_another_number__is_refused() -> None:
    chain = Chain()
    blocks = chain.run(3)
    liar = Block(7, blocks[2].parent_hash, bytes(32), 1001)
    with pytest.raises(RpcAnswerInvalid, match="parent of block 2"):
        heads.follow(BlockWindow(), blocks[2], lambda block_hash: liar)


def test_follow__parent_younger_than_its_child__is_refused() -> None:
    chain = Chain()
    blocks = chain.run(3)
    younger = Block(1, blocks[1].hash, blocks[0].hash, 99_999)
    with pytest.raises(RpcAnswerInvalid, match="older than its parent"):
        heads.follow(BlockWindow(), blocks[2], lambda block_hash: younger)

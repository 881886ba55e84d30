"""Reads at a block's hash, reorgs and sends against anvil, alone and as three endpoints."""

from pathlib import Path

import pytest

from attestor.chain.header_log import MemoryHeaderLog
from attestor.chain.heads import Heads
from attestor.chain.node import Node
from attestor.core.blocks import Block
from attestor.devnet.anvil import Anvil
from attestor.errors import BlockUnknown

CONTRACT = b"\x77" * 20
UNKNOWN = Block(9, b"\x01" * 32, bytes(32), 0)
RETURNS_NUMBER = "0x4360005260206000f3"
"""NUMBER, MSTORE, RETURN."""


@pytest.fixture(params=[1, 3])
def node(request: pytest.FixtureRequest, tmp_path: Path):  # type: ignore[no-untyped-def]
    anvil = Anvil(31337, None, tmp_path / "anvil.log")
    urls = [f"{anvil.url}/?{number}" for number in range(request.param)]
    made = Node.of(urls, anvil.chain_id)
    made.require_chain()
    made.rpc.call("anvil_setCode", ["0x" + CONTRACT.hex(), RETURNS_NUMBER])
    made.rpc.call("anvil_mine", ["0x14"])
    yield made
    anvil.stop()


def number_at(node: Node, block: Block) -> int:
    return int.from_bytes(node.call(CONTRACT, b"", at=block.hash), "big")


def test_call__at_a_hash__is_of_that_block(node: Node) -> None:
    old = node.block(10)
    assert number_at(node, old) == 10
    assert number_at(node, node.head()) == node.head().number
    assert int.from_bytes(node.confirmed_call(CONTRACT, b"", old), "big") == 10
    assert node.balance(CONTRACT, at=old.hash) == 0
    assert node.nonce(CONTRACT, at=old.hash) == 0
    assert len(node.code(CONTRACT, at=old.hash)) == 9


def test_call__at_a_hash_that_nobody_has__is_typed(node: Node) -> None:
    for asking in (
        lambda: node.call(CONTRACT, b"", at=b"\x01" * 32),
        lambda: node.confirmed_call(CONTRACT, b"", UNKNOWN),
        lambda: node.balance(CONTRACT, at=b"\x01" * 32),
        lambda: node.nonce(CONTRACT, at=b"\x01" * 32),
        lambda: node.code(CONTRACT, at=b"\x01" * 32),
        lambda: node.block_by_hash(b"\x01" * 32),
        lambda: node.block(10_000),
    ):
        with pytest.raises(BlockUnknown):
            asking()


def test_look__reorgs_of_every_depth__are_followed(node: Node) -> None:
    heads = Heads(node, MemoryHeaderLog())
    for depth in (1, 2, 5, 8, 15):
        before = heads.look()
        assert before.head is not None
        lost = before.blocks[-depth]
        node.rpc.call("anvil_reorg", [depth, []])
        node.rpc.call("anvil_mine", ["0x1"])
        assert heads.look().head == node.head()
        assert heads.dropped[0] == lost
        assert not node.agrees(lost)
        with pytest.raises(BlockUnknown):
            node.call(CONTRACT, b"", at=lost.hash)

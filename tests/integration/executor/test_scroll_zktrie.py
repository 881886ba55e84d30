"""Recorded blocks of Scroll from before Euclid, whose state is in zktrie, on attestor-scroll."""

import json
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rlp
from cases import scroll_vectors as cases
from eth_utils.crypto import keccak

from attestor.core.execution import Limits
from attestor.errors import ExecutionLimit
from attestor.errors.scroll import (
    ScrollBlockInvalid,
    ScrollEraUnsupported,
    ScrollError,
    ScrollWitnessIncomplete,
    ScrollWitnessInvalid,
)
from attestor.executor.scroll import PROGRAM, BlockRange, Chain, ScrollExecutor

DIRECTORY = Path(__file__).resolve().parents[3] / "executor" / "target" / "release"
LIMITS = Limits(wall_seconds=60, cpu_seconds=60, memory_bytes=1 << 30)
DEVNET = 222222
ORDER = 0x30644E72E131A029B85045B68181585D2833E84879B9709143E1F593F0000001
FLIPS = 60
LEAF = 4

Load = Callable[..., tuple[Chain, BlockRange]]


@pytest.fixture(scope="module")
def scroll() -> ScrollExecutor:
    if not (DIRECTORY / PROGRAM).exists():
        pytest.skip("the executor of Scroll's blocks is not built: make scroll")
    return ScrollExecutor(DIRECTORY)


@pytest.fixture(scope="module")
def load(vectors: Path) -> Load:
    def load(*names: str) -> tuple[Chain, BlockRange]:
        return cases.trace(*(vectors / "scroll" / "traces" / f"{name}.json" for name in names))

    return load


def test_execute__each_recorded_trace__has_the_roots_and_gas_that_were_recorded(
    scroll: ScrollExecutor, vectors: Path, load: Load
) -> None:
    for path in sorted((vectors / "scroll" / "traces").glob("*.json")):
        recorded = json.loads(path.read_text())
        recorded = recorded.get("result", recorded)
        chain, blocks = load(path.stem)
        (block,) = scroll.execute(chain, blocks, LIMITS).blocks
        head = recorded["header"]
        assert "0x" + block.hash.hex() == head["hash"], path.name
        assert "0x" + block.post_state_root.hex() == head["stateRoot"]
        assert "0x" + block.withdraw_root.hex() == recorded["withdraw_trie_root"]
        assert block.gas_used == int(head["gasUsed"], 16)


def test_execute__consecutive_blocks__are_one_request(scroll: ScrollExecutor, load: Load) -> None:
    chain, blocks = load("devnet-527", "devnet-528")
    first, second = scroll.execute(chain, blocks, LIMITS).blocks
    assert second.parent_hash == first.hash
    assert second.pre_state_root == first.post_state_root
    _, later = load("devnet-528")
    later = replace(later, parent=blocks.blocks[0].header)
    again = scroll.execute(chain, later, LIMITS)
    assert again.parent_checked
    assert again.blocks == (second,)


def test_execute__blocks_on_both_sides_of_euclid__are_two_requests(
    scroll: ScrollExecutor, load: Load
) -> None:
    _, blocks = load("devnet-527", "devnet-528")
    moment = int.from_bytes(rlp.decode(blocks.blocks[1].header)[11])
    chain = Chain(DEVNET, {"bernoulli": 0, "curie": 0, "euclid": moment})
    with pytest.raises(ScrollEraUnsupported, match="two requests") as raised:
        scroll.execute(chain, blocks, LIMITS)
    assert raised.value.block == 528


def test_execute__rules_of_another_fork__differ(scroll: ScrollExecutor, load: Load) -> None:
    _, blocks = load("mainnet-5224657")
    with pytest.raises(ScrollBlockInvalid, match="no base fee"):
        scroll.execute(Chain(cases.MAINNET, {"bernoulli": 0, "curie": 0}), blocks, LIMITS)
    _, blocks = load("devnet-527")
    with pytest.raises(ScrollBlockInvalid, match="base fee, which comes with Curie"):
        scroll.execute(Chain(DEVNET, {"bernoulli": 0}), blocks, LIMITS)


def test_execute__parts_that_are_missing__are_named(scroll: ScrollExecutor, load: Load) -> None:
    chain, blocks = load("mainnet-1341")
    with pytest.raises(ScrollWitnessIncomplete) as raised:
        scroll.execute(chain, replace(blocks, nodes=()), LIMITS)
    assert raised.value.node == blocks.pre_state_root
    assert raised.value.address is not None
    with pytest.raises(ScrollWitnessIncomplete) as raised:
        scroll.execute(chain, replace(blocks, codes=()), LIMITS)
    assert raised.value.code_hash in {keccak(code) for code in blocks.codes}
    genuine = scroll.execute(chain, blocks, LIMITS).blocks
    refused = []
    for node in sorted(blocks.nodes):
        try:
            found = scroll.execute(chain, without(blocks, node), LIMITS).blocks
        except ScrollWitnessIncomplete as error:
            refused.append(error)
        else:
            assert found == genuine
    assert len(refused) > len(blocks.nodes) // 2
    assert all(error.address is not None for error in refused)


def without(blocks: BlockRange, node: bytes, *instead: bytes) -> BlockRange:
    return replace(blocks, nodes=(frozenset(blocks.nodes) - {node}) | set(instead))


def flipped(data: bytes, source: random.Random) -> bytes:
    place = source.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << source.randrange(8))]) + data[place + 1 :]


@pytest.mark.parametrize("name", ["mainnet-1341", "mainnet-2643", "devnet-531"])
def test_execute__any_changed_byte__gives_no_other_result(
    scroll: ScrollExecutor, load: Load, name: str
) -> None:
    """A trace proves some slots that nothing needs, and no hash commits to what a leaf says its key
    is the hash of: with others of these the result is the genuine one."""
    chain, blocks = load(name)
    genuine = scroll.execute(chain, blocks, LIMITS).blocks
    (block,) = blocks.blocks
    source = random.Random(name)
    nodes, codes = tuple(sorted(blocks.nodes)), tuple(sorted(blocks.codes))
    refused = 0
    for step in range(FLIPS):
        changed: dict[str, Any] = {}
        if step % 4 == 0:
            changed["blocks"] = (replace(block, header=flipped(block.header, source)),)
        elif step % 4 == 1:
            raw = flipped(block.transactions[0], source)
            changed["blocks"] = (replace(block, transactions=(raw,)),)
        elif step % 4 == 2:
            place = source.randrange(len(codes))
            parts = (*codes[:place], flipped(codes[place], source), *codes[place + 1 :])
            changed["codes"] = parts
        else:
            place = source.randrange(len(nodes))
            parts = (*nodes[:place], flipped(nodes[place], source), *nodes[place + 1 :])
            changed["nodes"] = parts
        try:
            found = scroll.execute(chain, replace(blocks, **changed), LIMITS).blocks
        except ScrollError:
            refused += 1
        else:
            assert step % 4 > 1
            assert found == genuine
    assert refused > FLIPS // 2


def test_execute__node_with_words_of_the_same_hash__is_not_taken(
    scroll: ScrollExecutor, load: Load
) -> None:
    """Poseidon hashes elements: a number and the same plus the field's order have one hash."""
    chain, blocks = load("mainnet-1341")
    genuine = scroll.execute(chain, blocks, LIMITS).blocks
    refused = 0
    for node in sorted(blocks.nodes):
        places = [1, 33] if node[0] != LEAF else [1, 37, 69, 101, 165] if node[33] == 5 else [1]
        for place in places:
            more = int.from_bytes(node[place : place + 32]) + ORDER
            other = node[:place] + more.to_bytes(32) + node[place + 32 :]
            changed = without(blocks, node, other)
            try:
                assert scroll.execute(chain, changed, LIMITS).blocks == genuine
            except ScrollWitnessIncomplete:
                refused += 1
    assert refused > len(blocks.nodes)


def test_execute__leaf_of_another_form__is_not_taken(scroll: ScrollExecutor, load: Load) -> None:
    """An account's words as one slot, or the other way round, are other values of one hash."""
    chain, blocks = load("mainnet-1341")
    for node in sorted(blocks.nodes):
        if node[0] != LEAF:
            continue
        for form in (b"\x01\x00\x00\x00", b"\x05\x01\x00\x00", b"\x01\x01\x00\x00"):
            other = node[:33] + form + node[37:]
            if other == node:
                continue
            changed = without(blocks, node, other)
            try:
                found = scroll.execute(chain, changed, LIMITS).blocks
            except (ScrollWitnessIncomplete, ScrollWitnessInvalid):
                continue
            assert found == scroll.execute(chain, blocks, LIMITS).blocks


def test_execute__root_that_is_no_element__is_typed(scroll: ScrollExecutor, load: Load) -> None:
    chain, blocks = load("mainnet-1341")
    for root in (ORDER.to_bytes(32), b"\xff" * 32):
        with pytest.raises(ScrollWitnessInvalid, match="no zktrie has"):
            scroll.execute(chain, replace(blocks, pre_state_root=root), LIMITS)
    # The root of an empty state, in which nobody has a nonce.
    with pytest.raises(ScrollBlockInvalid, match="nonce"):
        scroll.execute(chain, replace(blocks, pre_state_root=bytes(32)), LIMITS)


def test_execute__nodes_that_nobody_needs__are_bounded(scroll: ScrollExecutor, load: Load) -> None:
    chain, blocks = load("mainnet-1341")
    branches = [b"\x06" + number.to_bytes(32) + bytes(32) for number in range(1_000_000)]
    few = replace(blocks, nodes=[*blocks.nodes, *branches[:20_000]])
    genuine = scroll.execute(chain, blocks, LIMITS).blocks
    assert scroll.execute(chain, few, LIMITS).blocks == genuine
    many = replace(blocks, nodes=[*blocks.nodes, *branches])
    with pytest.raises(ExecutionLimit, match="CPU|memory"):
        scroll.execute(chain, many, replace(LIMITS, cpu_seconds=1))
    with pytest.raises(ExecutionLimit, match="memory"):
        scroll.execute(chain, many, replace(LIMITS, memory_bytes=64 << 20))

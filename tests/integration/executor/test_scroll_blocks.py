"""Recorded blocks of Scroll on attestor-scroll: they are as their headers say, and nothing that was
changed in them is."""

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
from attestor.errors import ExecutionMemoryLimit, ExecutorMissing
from attestor.errors.scroll import (
    ScrollBlockInvalid,
    ScrollChainUnknown,
    ScrollError,
    ScrollMismatch,
    ScrollRequestInvalid,
    ScrollWitnessIncomplete,
    ScrollWitnessInvalid,
)
from attestor.executor.scroll import PROGRAM, Block, BlockRange, Chain, ScrollExecutor

DIRECTORY = Path(__file__).resolve().parents[3] / "executor" / "target" / "release"
LIMITS = Limits(wall_seconds=60, cpu_seconds=60, memory_bytes=1 << 30)
L1_MESSAGE = 0x7E
SMALL = ("euclidv2-14919992", "feynman-19604676", "galileo-20239168", "euclidv2-devnet333333-4")
FLIPS = 60
NUMBER, TIMESTAMP, GAS_USED = 8, 11, 10


@pytest.fixture(scope="module")
def scroll() -> ScrollExecutor:
    if not (DIRECTORY / PROGRAM).exists():
        pytest.skip("the executor of Scroll's blocks is not built: make scroll")
    return ScrollExecutor(DIRECTORY)


Load = Callable[[str], tuple[Chain, BlockRange]]


@pytest.fixture(scope="module")
def load(vectors: Path) -> Load:
    def load(name: str) -> tuple[Chain, BlockRange]:
        (path,) = cases.files(vectors, name)
        return cases.chain_of(path), cases.block_range(cases.read(path))

    return load


def test_execute__each_recorded_block__is_as_its_header_says(
    scroll: ScrollExecutor, vectors: Path
) -> None:
    for path in cases.files(vectors):
        witness = cases.read(path)
        (block,) = scroll.execute(cases.chain_of(path), cases.block_range(witness), LIMITS).blocks
        raw = cases.transactions_of(witness)
        assert block.hash == keccak(cases.header_of(witness)), path.name
        assert "0x" + block.post_state_root.hex() == witness["header"]["state_root"]
        assert block.transactions == len(raw)
        assert block.l1_messages == sum(one[0] == L1_MESSAGE for one in raw)
        assert block.transactions_digest == keccak(b"".join(map(keccak, raw)))


def test_execute__consecutive_blocks__are_one_request(
    scroll: ScrollExecutor, vectors: Path
) -> None:
    first, *rest = [cases.read(path) for path in cases.files(vectors, "euclidv2-149*")]
    whole = scroll.execute(Chain(cases.MAINNET), cases.block_range(first, *rest), LIMITS)
    assert not whole.parent_checked
    for before, after in zip(whole.blocks, whole.blocks[1:], strict=False):
        assert after.parent_hash == before.hash
        assert after.pre_state_root == before.post_state_root
    parent = cases.header_of(first)
    tail = scroll.execute(Chain(cases.MAINNET), cases.block_range(*rest, parent=parent), LIMITS)
    assert tail.parent_checked
    assert tail.blocks == whole.blocks[1:]


def changed_header(block: Block, index: int, value: bytes) -> Block:
    fields = rlp.decode(block.header)
    fields[index] = value
    return replace(block, header=rlp.encode(fields))


@pytest.mark.parametrize(
    ("index", "field"),
    [
        (4, "transactions_root"),
        (GAS_USED, "gas_used"),
        (5, "receipts_root"),
        (6, "logs_bloom"),
        (3, "state_root"),
    ],
)
def test_execute__header_that_says_something_else__is_named(
    scroll: ScrollExecutor, load: Load, index: int, field: str
) -> None:
    chain, blocks = load("feynman-19604676")
    width = {6: 256, GAS_USED: 2}.get(index, 32)
    bad = changed_header(blocks.blocks[0], index, b"\x07" * width)
    with pytest.raises(ScrollMismatch, match=f"block 19604676: {field}") as raised:
        scroll.execute(chain, replace(blocks, blocks=(bad,)), LIMITS)
    assert (raised.value.field, raised.value.block) == (field, 19604676)


def test_execute__hash_that_is_not_the_headers__is_refused(
    scroll: ScrollExecutor, load: Load
) -> None:
    chain, blocks = load("feynman-19604676")
    block = replace(blocks.blocks[0], hash=bytes(32))
    with pytest.raises(ScrollMismatch, match="hash"):
        scroll.execute(chain, replace(blocks, blocks=(block,)), LIMITS)


def test_execute__blocks_that_do_not_follow__are_refused(
    scroll: ScrollExecutor, vectors: Path
) -> None:
    first, second, third = [cases.read(path) for path in cases.files(vectors, "euclidv2-149*")]
    chain = Chain(cases.MAINNET)
    with pytest.raises(ScrollMismatch, match="number"):
        scroll.execute(chain, cases.block_range(first, third), LIMITS)
    parent = rlp.decode(cases.header_of(first))
    parent[3] = bytes(32)
    earlier = cases.block_range(first, second)
    time = int.from_bytes(rlp.decode(earlier.blocks[0].header)[TIMESTAMP]) - 1
    back = changed_header(earlier.blocks[1], TIMESTAMP, time.to_bytes(4))
    with pytest.raises(ScrollMismatch, match="timestamp"):
        scroll.execute(chain, replace(earlier, blocks=(earlier.blocks[0], back)), LIMITS)
    with pytest.raises(ScrollMismatch, match="parent_hash"):
        given = cases.block_range(second, parent=rlp.encode(parent))
        scroll.execute(chain, given, LIMITS)
    good = cases.block_range(second, parent=cases.header_of(first))
    with pytest.raises(ScrollMismatch, match="pre_state_root"):
        scroll.execute(chain, replace(good, pre_state_root=bytes(32)), LIMITS)


def test_execute__header_of_another_form_than_scrolls__is_refused(
    scroll: ScrollExecutor, load: Load
) -> None:
    """The genesis, uncles, withdrawals, and no base fee: nothing that is executed shows these."""
    chain, blocks = load("feynman-19604676")
    (block,) = blocks.blocks
    fields = rlp.decode(block.header)
    for header, said in (
        ([*fields[:8], b"", *fields[9:]], "genesis"),
        ([fields[0], bytes(32), *fields[2:]], "uncles"),
        ([*fields, bytes(32)], "fields that Scroll's have not"),
        (fields[:-1], "no base fee"),
    ):
        bad = replace(block, header=rlp.encode(header))
        with pytest.raises(ScrollBlockInvalid, match=said):
            scroll.execute(chain, replace(blocks, blocks=(bad,)), LIMITS)


def test_execute__other_chains_and_eras__are_refused_by_name(
    scroll: ScrollExecutor, load: Load
) -> None:
    _, blocks = load("euclidv2-14919992")
    with pytest.raises(ScrollChainUnknown, match="534353"):
        scroll.execute(Chain(534353), blocks, LIMITS)
    # Its nodes are none of a zktrie, which is what that fork's state is in.
    with pytest.raises((ScrollWitnessIncomplete, ScrollWitnessInvalid)):
        scroll.execute(Chain(534352, cases.up_to("curie")), blocks, LIMITS)
    with pytest.raises(ScrollRequestInvalid, match="fork"):
        scroll.execute(Chain(534352, {"feynman": 0}), blocks, LIMITS)
    with pytest.raises(ScrollBlockInvalid, match="transaction 0"):
        scroll.execute(Chain(534351, cases.up_to("euclid_v2")), blocks, LIMITS)


def test_execute__transaction_of_a_later_fork__is_refused(
    scroll: ScrollExecutor, load: Load
) -> None:
    _, blocks = load("euclidv2-devnet333333-4")
    with pytest.raises(ScrollBlockInvalid, match="comes with euclid_v2") as raised:
        scroll.execute(Chain(333333, cases.up_to("euclid")), blocks, LIMITS)
    assert raised.value.transaction == 0


def test_execute__fees_of_another_fork__differ(scroll: ScrollExecutor, load: Load) -> None:
    _, blocks = load("galileo-20239168")
    with pytest.raises(ScrollMismatch):
        scroll.execute(Chain(534352, cases.up_to("feynman")), blocks, LIMITS)


def test_execute__parts_that_are_missing__are_named(scroll: ScrollExecutor, load: Load) -> None:
    chain, blocks = load("euclidv2-14919992")
    with pytest.raises(ScrollWitnessIncomplete) as raised:
        scroll.execute(chain, replace(blocks, nodes=()), LIMITS)
    assert raised.value.node == blocks.pre_state_root
    assert raised.value.address is not None
    with pytest.raises(ScrollWitnessIncomplete) as raised:
        scroll.execute(chain, replace(blocks, codes=()), LIMITS)
    assert raised.value.node is None
    assert raised.value.code_hash in {keccak(code) for code in blocks.codes}


def flipped(data: bytes, source: random.Random) -> bytes:
    if not data:
        return b"\x01"
    place = source.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << source.randrange(8))]) + data[place + 1 :]


def with_one_flipped(parts: tuple[bytes, ...], source: random.Random) -> tuple[bytes, ...]:
    place = source.randrange(len(parts))
    return (*parts[:place], flipped(parts[place], source), *parts[place + 1 :])


@pytest.mark.parametrize("name", SMALL)
def test_execute__any_changed_byte__gives_no_other_result(
    scroll: ScrollExecutor, load: Load, name: str
) -> None:
    """A node or a code that nothing needs may be anything: then the result is the genuine one. Much
    of a header is committed to by its hash alone, which therefore is given."""
    chain, blocks = load(name)
    (block,) = blocks.blocks
    block = replace(block, hash=keccak(block.header))
    blocks = replace(blocks, blocks=(block,))
    genuine = scroll.execute(chain, blocks, LIMITS).blocks
    source = random.Random(name)
    nodes, codes = tuple(sorted(blocks.nodes)), tuple(sorted(blocks.codes))
    refused = 0
    for step in range(FLIPS):
        kind = step % 4
        changed: dict[str, Any] = {}
        if kind == 0:
            changed["blocks"] = (replace(block, header=flipped(block.header, source)),)
        elif kind == 1 and block.transactions:
            raw = with_one_flipped(block.transactions, source)
            changed["blocks"] = (replace(block, transactions=raw),)
        elif kind == 2 and codes:
            changed["codes"] = with_one_flipped(codes, source)
        else:
            changed["nodes"] = with_one_flipped(nodes, source)
        try:
            found = scroll.execute(chain, replace(blocks, **changed), LIMITS).blocks
        except ScrollError:
            refused += 1
        else:
            assert found == genuine
            assert kind > 1 or not block.transactions
    assert refused > FLIPS // 2


def test_execute__header_changed_where_only_the_hash_commits__needs_the_hash(
    scroll: ScrollExecutor, load: Load
) -> None:
    chain, blocks = load("feynman-19604676")
    genuine = blocks.blocks[0]
    bad = changed_header(genuine, 12, b"other extra data")
    with pytest.raises(ScrollMismatch, match="hash"):
        scroll.execute(
            chain,
            replace(blocks, blocks=(replace(bad, hash=keccak(genuine.header)),)),
            LIMITS,
        )


def test_execute__node_that_is_no_node__is_typed(scroll: ScrollExecutor, load: Load) -> None:
    chain, blocks = load("euclidv2-14919992")
    for junk in (b"", b"\xc0", b"\xc2\x20\x01", b"\xd1" + b"\x80" * 17, b"\x00" * 500):
        given = replace(blocks, nodes=(junk,), pre_state_root=keccak(junk))
        with pytest.raises(ScrollWitnessInvalid):
            scroll.execute(chain, given, LIMITS)
    huge = bytes(1 << 20)
    given = replace(blocks, nodes=(huge,), pre_state_root=keccak(huge))
    with pytest.raises(ScrollWitnessIncomplete):
        scroll.execute(chain, given, LIMITS)


def test_execute__node_that_leads_to_itself_below__ends(scroll: ScrollExecutor, load: Load) -> None:
    """A hash cannot be in its own preimage: what looks like a circle is a path that ends."""
    chain, blocks = load("euclidv2-14919992")
    below = rlp.encode([b"\x20" + bytes(31), b"\x01"])
    for _ in range(70):
        below = rlp.encode([keccak(below)] * 16 + [b""])
        given = replace(blocks, nodes=(*blocks.nodes, below), pre_state_root=keccak(below))
        with pytest.raises((ScrollWitnessInvalid, ScrollWitnessIncomplete)):
            scroll.execute(chain, given, LIMITS)


def test_execute__a_million_nodes_and_codes_that_nobody_needs__are_bounded(
    scroll: ScrollExecutor, load: Load
) -> None:
    chain, blocks = load("feynman-19604676")
    more = [number.to_bytes(4, "big") * 8 for number in range(1_000_000)]
    codes = [number.to_bytes(4, "big") * 2000 for number in range(1000)]
    given = replace(blocks, nodes=[*blocks.nodes, *more], codes=[*blocks.codes, *codes])
    found = scroll.execute(chain, given, LIMITS)
    assert found.blocks == scroll.execute(chain, blocks, LIMITS).blocks
    assert found.cpu_seconds < LIMITS.cpu_seconds / 10
    with pytest.raises(ExecutionMemoryLimit):
        scroll.execute(chain, given, replace(LIMITS, memory_bytes=64 << 20))


def test_execute__bytes_that_are_no_block__are_refused(scroll: ScrollExecutor, load: Load) -> None:
    chain, blocks = load("feynman-19604676")
    (block,) = blocks.blocks
    extended = rlp.encode([*rlp.decode(block.header), b"\x01"])
    for bad in (b"", b"\xc0", block.header + b"\x00", extended):
        with pytest.raises((ScrollRequestInvalid, ScrollBlockInvalid)):
            changed = replace(blocks, blocks=(replace(block, header=bad),))
            scroll.execute(chain, changed, LIMITS)
    with pytest.raises(ScrollRequestInvalid, match="0 blocks"):
        scroll.execute(chain, replace(blocks, blocks=()), LIMITS)
    for raw in (b"", b"\x03\xc0", b"\x7e\xc0", b"\x02\xc0", b"\xc0", b"\x00"):
        root = b"\x07" * 32
        bad_block = changed_header(replace(block, transactions=(raw,)), 4, root)
        with pytest.raises(ScrollMismatch, match="transactions_root"):
            scroll.execute(chain, replace(blocks, blocks=(bad_block,)), LIMITS)


def test_sandbox_report__of_the_program__has_all_walls(scroll: ScrollExecutor) -> None:
    assert {"rlimits", "seccomp", "no_new_privs"} <= set(scroll.sandbox_report().standing)


def test_execute__program_that_is_not_built__says_how(tmp_path: Path, load: Load) -> None:
    chain, blocks = load("feynman-19604676")
    with pytest.raises(ExecutorMissing, match="make scroll"):
        ScrollExecutor(tmp_path).execute(chain, blocks, LIMITS)

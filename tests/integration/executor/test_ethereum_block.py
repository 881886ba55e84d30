"""The benchmark's block on a small state: made by anvil, executed by the published rsp."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import rlp
from benchmarks.block import chain, load, solidity, trie, witness, world
from benchmarks.block.chain import MinedBlock
from benchmarks.block.unusable import BlockUnusable
from benchmarks.block.world import Sizes, World
from eth_utils.crypto import keccak

from attestor.core.execution import Engine, Execution, Limits
from attestor.executor import NativeExecutor
from attestor.rsp import stdin
from attestor.rsp.stdin import GuestInput

SIZES = Sizes(bystanders=200, holders=200, claims=64)
COUNTS = dict.fromkeys(load.COUNTS, 2)
STATE_ROOT, RECEIPTS_ROOT, GAS_USED = 3, 5, 10

Execute = Callable[[GuestInput], Execution]


@pytest.fixture(scope="module")
def at_start() -> World:
    return world.make(solidity.compiled(), SIZES)


@pytest.fixture(scope="module")
def mined(at_start: World) -> MinedBlock:
    return chain.mine(at_start.state, load.transactions(at_start, COUNTS))


@pytest.fixture(scope="module")
def given(at_start: World, mined: MinedBlock) -> GuestInput:
    return witness.of(at_start.state, mined)


@pytest.fixture
def execute(executor: NativeExecutor, published: Callable[[str], bytes], limits: Limits) -> Execute:
    elf = published("rsp")
    return lambda entry: executor.execute(elf, [stdin.encode(entry)], limits, Engine.ATTESTOR)


def with_field(header: bytes, index: int, value: bytes) -> bytes:
    fields = rlp.decode(header)
    fields[index] = value
    return bytes(rlp.encode(fields))


def test_witness__small_world__has_the_state_root_that_anvil_computed(
    given: GuestInput, mined: MinedBlock
) -> None:
    assert trie.root(given.state_trie) == mined.state_root
    assert rlp.decode(given.ancestors[0])[STATE_ROOT] == mined.state_root


def test_mine__all_kinds__are_in_one_block_after_its_parent(mined: MinedBlock) -> None:
    assert len(mined.transactions) == sum(COUNTS.values())
    assert rlp.decode(mined.header)[0] == keccak(mined.parent)
    assert int.from_bytes(rlp.decode(mined.header)[GAS_USED], "big") == mined.gas_used


def test_mine__transaction_reverts__is_refused(at_start: World) -> None:
    claims = load.transactions(at_start, {"claim": 65})
    with pytest.raises(BlockUnusable, match="transaction 64 reverted"):
        chain.mine(at_start.state, claims)


def test_rsp__block__halts_with_0_after_the_same_cycles_on_both_engines(
    execute: Execute,
    executor: NativeExecutor,
    published: Callable[[str], bytes],
    given: GuestInput,
) -> None:
    ours = execute(given)
    entry = [stdin.encode(given)]
    sp1 = executor.execute(published("rsp"), entry, Limits(), Engine.SP1_PORTABLE)
    assert (ours.exit_code, ours.cycles) == (0, sp1.cycles)
    assert ours.cycles > 5_000_000
    assert ours.digest == sp1.digest


@pytest.mark.parametrize(
    ("index", "value", "reason"),
    [
        pytest.param(STATE_ROOT, bytes(32), "mismatched state root", id="state root"),
        pytest.param(RECEIPTS_ROOT, bytes(32), "receipt root", id="receipts root"),
        pytest.param(GAS_USED, b"\x01", "gas used", id="gas used"),
    ],
)
def test_rsp__another_field_in_the_header__is_refused(
    execute: Execute, given: GuestInput, index: int, value: bytes, reason: str
) -> None:
    told = execute(replace(given, header=with_field(given.header, index, value)))
    assert told.exit_code == 1
    assert reason in told.log


def test_rsp__transaction_left_out__is_refused(execute: Execute, given: GuestInput) -> None:
    assert execute(replace(given, transactions=given.transactions[:-1])).exit_code == 1


def test_rsp__storage_of_another_state__is_refused(
    execute: Execute, given: GuestInput, at_start: World
) -> None:
    gold, silver = at_start.contracts["gold"], at_start.contracts["silver"]
    tries = {**given.storage_tries, gold: given.storage_tries[silver]}
    assert execute(replace(given, storage_tries=tries)).exit_code == 1

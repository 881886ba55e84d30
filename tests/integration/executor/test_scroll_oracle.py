"""attestor-scroll and the oracle (tests/oracle) on the same blocks: recorded ones, and ones made
for rules that no recorded block shows. `make check-scroll` compares all that are recorded."""

from dataclasses import replace
from pathlib import Path

import pytest
from cases import scroll_made as made
from cases import scroll_vectors as cases
from oracle import judging
from oracle.block import BlockInvalid, Outcome
from oracle.forks import Fork

from attestor.core.execution import Limits
from attestor.errors.scroll import ScrollBlockInvalid, ScrollMismatch
from attestor.executor.scroll import PROGRAM, ScrollExecutor

DIRECTORY = Path(__file__).resolve().parents[3] / "executor" / "target" / "release"
LIMITS = Limits(wall_seconds=60, cpu_seconds=60, memory_bytes=1 << 30)
QUICK = (
    "euclidv2-14919992",
    "euclidv2-devnet333333-2",
    "euclidv2-devnet333333-4",
    "feynman-19604676",
    "feynman-shadow-16525002",
    "galileo-20239168",
)
SINCE_EUCLID = [fork for fork in Fork if fork >= Fork.EUCLID]


@pytest.fixture(scope="module")
def scroll() -> ScrollExecutor:
    if not (DIRECTORY / PROGRAM).exists():
        pytest.skip("the executor of Scroll's blocks is not built: make scroll")
    return ScrollExecutor(DIRECTORY)


@pytest.mark.parametrize("name", QUICK)
def test_oracle__recorded_block__agrees_with_header_and_executor(
    scroll: ScrollExecutor, vectors: Path, name: str
) -> None:
    (path,) = cases.files(vectors, name)
    chain, blocks = cases.chain_of(path), cases.block_range(cases.read(path))
    found = judging.outcomes(chain, blocks)
    assert judging.differences(blocks, found) == []
    (executed,) = scroll.execute(chain, blocks, LIMITS).blocks
    assert executed.withdraw_root == found[0].withdraw_root


def agreed(scroll: ScrollExecutor, case: made.Case) -> tuple[Outcome, ...]:
    """What the oracle makes of the case's blocks, which the executor then has to find, too."""
    found, blocks = judging.sealed(case.chain, case.blocks)
    executed = scroll.execute(case.chain, blocks, LIMITS).blocks
    for ours, one in zip(executed, found, strict=True):
        assert (ours.withdraw_root, ours.gas_used) == (one.withdraw_root, one.gas_used)
        assert ours.fork == one.fork.name.lower()
    return tuple(found)


def refused(scroll: ScrollExecutor, case: made.Case) -> None:
    """Both say which transaction no block can hold."""
    with pytest.raises(BlockInvalid) as by_oracle:
        judging.outcomes(case.chain, case.blocks)
    with pytest.raises(ScrollBlockInvalid) as by_executor:
        scroll.execute(case.chain, case.blocks, LIMITS)
    assert by_executor.value.transaction == by_oracle.value.index


@pytest.mark.parametrize("fork", SINCE_EUCLID)
@pytest.mark.parametrize("kind", [0, 1, 2])
def test_made_block__transaction_of_each_type__is_the_same(
    scroll: ScrollExecutor, fork: Fork, kind: int
) -> None:
    case = made.case(fork, [made.signed(kind, nonce) for nonce in range(2)])
    (found,) = agreed(scroll, case)
    assert found.statuses == (True, True)


@pytest.mark.parametrize("data", [b"", b"\0" * 1000, b"\x07", made.NOISE])
@pytest.mark.parametrize(("threshold", "factor"), [(2, 5), (1, 5), (2, 0), (2, 1)])
def test_made_block__penalty_of_feynman__is_the_same(
    scroll: ScrollExecutor, data: bytes, threshold: int, factor: int
) -> None:
    oracle = {**made.PRICES, 9: threshold * made.GWEI, 10: factor * made.GWEI}
    agreed(scroll, made.case(Fork.FEYNMAN, [made.signed(2, 0, data)], oracle))


def test_made_block__penalty_of_feynman__is_of_the_calldata_alone(scroll: ScrollExecutor) -> None:
    """Empty calldata never pays it, noise does, and what grows counts as it is."""
    low, high = made.GWEI + 1, made.GWEI
    fees = {}
    for threshold in (low, high):
        for data in (b"", b"\x07", made.NOISE):
            oracle = {**made.PRICES, 9: threshold, 10: 1000 * made.GWEI}
            case = made.case(Fork.FEYNMAN, [made.signed(2, 0, data)], oracle)
            fees[threshold, data] = agreed(scroll, case)[0].state_root
    assert fees[low, b""] != fees[low, made.NOISE]
    assert len(set(fees.values())) == len(fees)


@pytest.mark.parametrize("fork", SINCE_EUCLID)
@pytest.mark.parametrize("value", [0, 5, 6])
def test_made_block__message_with_and_without_funds__is_the_same(
    scroll: ScrollExecutor, fork: Fork, value: int
) -> None:
    (found,) = agreed(scroll, made.case(fork, [made.message(7, value), made.signed(1, 0)]))
    assert found.statuses == (value <= made.MESSENGER_BALANCE, True)


def test_made_block__messages_that_leave_some_of_the_queue_out__are_the_same(
    scroll: ScrollExecutor,
) -> None:
    for fork in SINCE_EUCLID:
        (found,) = agreed(scroll, made.case(fork, [made.message(index, 1) for index in (3, 7, 8)]))
        assert found.statuses == (True,) * 3


@pytest.mark.parametrize(
    ("later", "time"),
    [("euclid_v2", 0), ("feynman", 0), ("galileo", 0), ("galileo_v2", 0), ("galileo_v2", 1)],
)
def test_made_block__first_of_a_fork_and_those_around__are_the_same(
    scroll: ScrollExecutor, later: str, time: int
) -> None:
    """Three blocks: the fork comes with the second, or is in place at the first."""
    forks = cases.up_to(later) | {later: made.TIME + 1 - time}
    found = agreed(scroll, made.chain_of_blocks(forks, 3))
    index = Fork[later.upper()]
    expected = [index] * 3 if time else [index - 1, index, index]
    assert [one.fork for one in found] == expected


@pytest.mark.parametrize("fork", SINCE_EUCLID)
def test_made_block__that_cannot_be__is_refused_by_both(scroll: ScrollExecutor, fork: Fork) -> None:
    good = made.signed(2, 0)
    for bad in (
        made.signed(2, 2),
        made.signed(0, 1, gas=20_999),
        made.signed(2, 1, value=10**30),
        made.signed(1, 1, gas=made.GAS_LIMIT),
        made.message(1, 0, gas=20_999),
        b"\x03" + good[1:],
    ):
        refused(scroll, made.case(fork, [good, bad]))


@pytest.mark.parametrize("fork", SINCE_EUCLID)
@pytest.mark.parametrize("name", list(made.PROGRAMS))
def test_made_block__code_that_asks_for_a_forks_rules__is_the_same(
    scroll: ScrollExecutor, fork: Fork, name: str
) -> None:
    case = made.case(fork, [made.signed(2, 0), made.message(1, 0)], code=made.PROGRAMS[name])
    agreed(scroll, case)


def test_made_block__changed_by_one__is_refused(scroll: ScrollExecutor) -> None:
    """What makes the comparisons above worth something."""
    case = made.case(Fork.FEYNMAN, [made.signed(2, 0)])
    found, good = judging.sealed(case.chain, case.blocks)
    other = made.case(Fork.FEYNMAN, [made.signed(2, 0)], {**made.PRICES, 1: 1})
    _, worse = judging.sealed(other.chain, other.blocks)
    assert judging.differences(good, found) == []
    assert {one.field for one in judging.differences(worse, found)} == {"state_root"}
    with pytest.raises(ScrollMismatch, match="state_root"):
        scroll.execute(case.chain, replace(good, blocks=worse.blocks), LIMITS)

"""attestor-scroll and the oracle (tests/oracle) on the same blocks: recorded ones, and ones made
for rules that no recorded block shows. `make check-scroll` compares all that are recorded."""

from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import pytest
from cases import scroll_made as made
from cases import scroll_random
from cases import scroll_vectors as cases
from oracle import judging, l1_fee
from oracle.block import BlockInvalid, Outcome
from oracle.comparing import compared
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
TRACES = ("mainnet-1360", "mainnet-2643", "devnet-528")
FORKS = list(Fork)
SINCE_EUCLID = [fork for fork in Fork if fork >= Fork.EUCLID]
AUTHORITY = b"\x55" * 32


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


@pytest.mark.parametrize("name", TRACES)
def test_oracle__recorded_trace__agrees_with_header_and_executor(
    scroll: ScrollExecutor, vectors: Path, name: str
) -> None:
    chain, blocks = cases.trace(vectors / "scroll" / "traces" / f"{name}.json")
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


@pytest.mark.parametrize(
    ("fork", "kind"),
    [(fork, kind) for fork in FORKS for kind in (0, 1, 2) if kind == 0 or fork >= Fork.CURIE],
)
def test_made_block__transaction_of_each_type__is_the_same(
    scroll: ScrollExecutor, fork: Fork, kind: int
) -> None:
    case = made.case(fork, [made.signed(kind, nonce) for nonce in range(2)])
    (found,) = agreed(scroll, case)
    assert found.statuses == (True, True)


@pytest.mark.parametrize("fork", FORKS)
def test_made_block__transaction_of_all_of_its_gas__is_the_same(
    scroll: ScrollExecutor, fork: Fork
) -> None:
    """More than Ethereum takes in one transaction since Osaka (EIP-7825), which Scroll does not."""
    assert made.GAS_LIMIT > 1 << 24
    (found,) = agreed(scroll, made.case(fork, [made.signed(0, 0, gas=made.GAS_LIMIT)]))
    assert found.statuses == (True,)


@pytest.mark.parametrize("fork", FORKS)
def test_made_block__transaction_that_is_mostly_calldata__is_the_same(
    scroll: ScrollExecutor, fork: Fork
) -> None:
    """Calldata has a least price since Feynman (EIP-7623), not since EuclidV2."""
    (found,) = agreed(scroll, made.case(fork, [made.signed(0, 0, made.NOISE, to=b"\x66" * 20)]))
    tokens = sum(4 if byte else 1 for byte in made.NOISE)
    assert found.gas_used == 21_000 + (10 if fork >= Fork.FEYNMAN else 4) * tokens


@pytest.mark.parametrize("fork", [fork for fork in FORKS if fork >= Fork.EUCLID_V2])
@pytest.mark.parametrize(
    ("nonce", "chain_id"), [(0, made.CHAIN_ID), (0, 0), (1, made.CHAIN_ID), (0, 5)]
)
def test_made_block__delegation__is_the_same(
    scroll: ScrollExecutor, fork: Fork, nonce: int, chain_id: int
) -> None:
    """A good one, one for all chains, and two void ones: of another nonce, for another chain."""
    first = made.delegating(0, AUTHORITY, made.CONTRACT, nonce, chain_id)
    again = made.delegating(1, AUTHORITY, bytes(20), 1, chain_id)
    agreed(scroll, made.case(fork, [first, again, made.message(0, 1)]))


@pytest.mark.parametrize("value", [0, 1])
def test_made_block__delegation_by_an_account_called_before__is_the_same(
    scroll: ScrollExecutor, value: int
) -> None:
    """A call without value leaves no account behind, so there is no refund for one."""
    called = made.signed(2, 0, value=value, to=made.account_of(AUTHORITY))
    transactions = [called, made.delegating(1, AUTHORITY, made.CONTRACT)]
    agreed(scroll, made.case(Fork.GALILEO, transactions))


SEEDS = [*range(24), 340]
"""340: an account that came to nothing in one transaction, and delegates in a later one."""


@pytest.mark.parametrize("seed", SEEDS)
def test_random_blocks__are_the_same(scroll: ScrollExecutor, seed: int) -> None:
    case = scroll_random.case(seed)
    assert compared(scroll, case.chain, case.blocks).difference == ""


def test_random_blocks__compared_by_other_rules__differ(scroll: ScrollExecutor) -> None:
    """The comparison sees a fault: here, of the oracle's L1 fee by one wei."""
    case = scroll_random.case(5)
    given = l1_fee.fee
    with patch.object(l1_fee, "fee", lambda *of: given(*of) + 1):
        found = compared(scroll, case.chain, case.blocks)
    assert "state_root" in found.difference


@pytest.mark.parametrize("fork", [fork for fork in FORKS if fork < Fork.EUCLID_V2])
def test_made_block__delegation_before_its_fork__is_refused_by_both(
    scroll: ScrollExecutor, fork: Fork
) -> None:
    refused(scroll, made.case(fork, [made.delegating(0, AUTHORITY, made.CONTRACT)]))


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
    for fork in FORKS:
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


@pytest.mark.parametrize("number", [0, 1])
def test_made_block__first_of_curie_and_those_around__are_the_same(
    scroll: ScrollExecutor, number: int
) -> None:
    """Its upgrade is of this block alone, whatever the oracle's slots say."""
    forks = {"bernoulli": 0, "curie": made.NUMBER + number}
    found = agreed(scroll, made.chain_of_blocks(forks, 3, kind=0))
    expected = [Fork.BERNOULLI, Fork.CURIE, Fork.CURIE] if number else [Fork.CURIE] * 3
    assert [one.fork for one in found] == expected


def test_made_block__last_in_zktrie_and_first_of_euclid__are_the_same(
    scroll: ScrollExecutor,
) -> None:
    """The same second: the state is of one kind before the fork, and of another from it on."""
    for later, fork in ((1, Fork.CURIE), (0, Fork.EUCLID)):
        forks = {"bernoulli": 0, "curie": 0, "euclid": made.TIME + later}
        (found,) = agreed(scroll, made.chain_of_blocks(forks, 1))
        assert found.fork == fork


@pytest.mark.parametrize("fork", FORKS)
def test_made_block__that_cannot_be__is_refused_by_both(scroll: ScrollExecutor, fork: Fork) -> None:
    good, dynamic = made.signed(0, 0), made.signed(2, 1)
    early = [] if fork >= Fork.CURIE else [dynamic, made.signed(1, 1)]
    poor = [] if fork >= Fork.EUCLID else [made.message(1, made.MESSENGER_BALANCE + 1)]
    for bad in (
        made.signed(0, 2),
        made.signed(0, 1, gas=20_999),
        made.signed(0, 1, value=10**30),
        made.signed(0, 1, gas=made.GAS_LIMIT),
        made.message(1, 0, gas=20_999),
        b"\x03" + dynamic[1:],
        *early,
        *poor,
    ):
        refused(scroll, made.case(fork, [good, bad]))


@pytest.mark.parametrize("fork", FORKS)
@pytest.mark.parametrize("name", list(made.PROGRAMS))
def test_made_block__code_that_asks_for_a_forks_rules__is_the_same(
    scroll: ScrollExecutor, fork: Fork, name: str
) -> None:
    case = made.case(fork, [made.signed(0, 0), made.message(1, 0)], code=made.PROGRAMS[name])
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

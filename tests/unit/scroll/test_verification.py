"""Runs of blocks, what is made of a refusal, and repairs of witnesses."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from cases.scroll_chain import FIRST, ScriptedExecutor, chain, without_parent
from cases.scroll_node import RecordedNode

from attestor.core.execution import Limits
from attestor.core.text import to_hex
from attestor.errors import AttestorError, ExecutorCrashed, ExecutorMissing
from attestor.errors.scroll import (
    ScrollBatchMismatch,
    ScrollMismatch,
    ScrollWitnessIncomplete,
)
from attestor.executor.scroll import BlockRange, Chain
from attestor.scroll import headers
from attestor.scroll.batches import require_states
from attestor.scroll.node import ScrollNode
from attestor.scroll.runs import follows, runs
from attestor.scroll.verification import Verdict, Verifier

Fault = Callable[[int, BlockRange], None]


def verifier(executor: ScriptedExecutor, served: RecordedNode | None = None) -> Verifier:
    node = None if served is None else ScrollNode(served, sleep=lambda _: None)
    return Verifier(executor, Chain(534352), Limits(), node)


def failing(*numbers: int, error: AttestorError | None = None) -> Fault:
    def fault(number: int, blocks: BlockRange) -> None:
        if number in numbers:
            raise error or ScrollMismatch("state_root", block=number)

    return fault


def test_runs__consecutive_blocks__are_together() -> None:
    witnesses = chain(5)
    assert list(runs(witnesses)) == [tuple(witnesses)]
    assert [len(run) for run in runs(witnesses, most_blocks=2)] == [2, 2, 1]
    assert [len(run) for run in runs(witnesses, most_bytes=1)] == [1] * 5


def test_runs__block_that_does_not_follow__begins_another() -> None:
    witnesses = chain(3)
    other = chain(1, first=FIRST + 1, time=1)
    groups = list(runs([witnesses[0], other[0], witnesses[1], witnesses[2]]))
    assert groups == [(witnesses[0],), (other[0],), (witnesses[1], witnesses[2])]
    for claim in ({"chain_id": 1}, {"pre_state_root": bytes(32)}, {"parent": b"another"}):
        assert not follows(witnesses[0], replace(witnesses[1], **claim))


def test_runs__block_after_a_full_run__has_its_parent_all_the_same() -> None:
    witnesses = without_parent(chain(3))
    first, second = runs(witnesses, most_blocks=2)
    assert not isinstance(first, Verdict)
    assert first[0].parent is None
    assert second[0].parent == witnesses[1].header


def test_runs__block_that_claims_another_state_than_its_parent_left__is_bound_to_that_parent() -> (
    None
):
    """What only one witness of two says of the state between them is refused by the executor."""
    one, two = without_parent(chain(2))
    forged = replace(two, pre_state_root=bytes(32))
    assert list(runs([one, forged])) == [(one,), (replace(forged, parent=one.header),)]


def test_require_states__of_blocks_that_leave_others__is_refused() -> None:
    executor = ScriptedExecutor()
    made = [verdict.executed for verdict in verifier(executor).verify(chain(3))]
    blocks = [block for block in made if block is not None]
    require_states(blocks)
    forged = [blocks[0], replace(blocks[1], pre_state_root=bytes(32)), blocks[2]]
    with pytest.raises(ScrollBatchMismatch, match=f"block {FIRST + 1} was executed on"):
        require_states(forged)
    # The first of Euclid's has a root of another kind.
    require_states([replace(blocks[0], fork="curie"), forged[1]])
    with pytest.raises(ScrollBatchMismatch):
        require_states([replace(one, fork="curie") for one in forged])


def test_runs__what_is_no_witness__is_passed_on_in_its_place() -> None:
    one, two = chain(2)
    failed = Verdict(FIRST + 7, b"")
    assert list(runs([one, failed, two])) == [(one,), failed, (two,)]


def test_verify__blocks_that_hold__say_what_they_came_to() -> None:
    executor = ScriptedExecutor()
    found = list(verifier(executor).verify(without_parent(chain(3))))
    assert [verdict.number for verdict in found] == [FIRST, FIRST + 1, FIRST + 2]
    assert all(verdict.executed is not None and verdict.error is None for verdict in found)
    assert [verdict.pre_state_checked for verdict in found] == [False, True, True]
    assert found[0].cpu_seconds == 0.5
    (call,) = executor.calls
    assert len(call.nodes) == 4
    assert executor.chains == [Chain(534352)]


@pytest.mark.parametrize("bad", [{0}, {1}, {2}, {0, 2}, {1, 2}, {0, 1, 2}])
def test_verify__some_are_refused__the_others_are_verified(bad: set[int]) -> None:
    executor = ScriptedExecutor(failing(*(FIRST + place for place in bad)))
    found = list(verifier(executor).verify(without_parent(chain(3))))
    assert [verdict.number for verdict in found] == [FIRST, FIRST + 1, FIRST + 2]
    assert {at for at, verdict in enumerate(found) if verdict.error is not None} == bad
    assert all(found[at].pre_state_checked for at in {1, 2} - bad)


def test_verify__error_that_names_no_block__is_found_block_by_block() -> None:
    error = ExecutorCrashed("it died")
    executor = ScriptedExecutor(failing(FIRST + 1, error=error))
    found = list(verifier(executor).verify(without_parent(chain(3))))
    assert [verdict.error for verdict in found] == [None, error, None]
    assert executor.numbers[1:] == [[FIRST], [FIRST + 1], [FIRST + 2]]
    assert found[2].pre_state_checked


def test_verify__executor_that_is_not_built__ends_the_command() -> None:
    executor = ScriptedExecutor(failing(FIRST, error=ExecutorMissing("build it")))
    with pytest.raises(ExecutorMissing):
        list(verifier(executor).verify(chain(2)))


def test_verify__answer_for_other_transactions__is_no_verdict() -> None:
    executor = ScriptedExecutor()
    executor.change = lambda block: replace(block, transactions_digest=bytes(32))
    (verdict,) = verifier(executor).verify(chain(1))
    assert isinstance(verdict.error, ExecutorCrashed)
    executor.change = lambda block: replace(block, hash=bytes(32))
    (verdict,) = verifier(executor).verify(chain(1))
    assert isinstance(verdict.error, ExecutorCrashed)


def test_verify__other_withdraw_root_than_the_source_says__refuses_that_block() -> None:
    one, two, three = chain(3)
    genuine = replace(one, withdraw_root=b"\x77" * 32)
    other = replace(two, withdraw_root=b"\x78" * 32)
    found = list(verifier(ScriptedExecutor()).verify([genuine, other, three]))
    assert [verdict.error is None for verdict in found] == [True, False, True]
    error = found[1].error
    assert isinstance(error, ScrollMismatch)
    assert (error.field, error.block) == ("withdraw_root", FIRST + 1)


def lacking(node: bytes) -> Fault:
    def fault(number: int, blocks: BlockRange) -> None:
        if node not in blocks.nodes:
            error = ScrollWitnessIncomplete("a node is missing", block=number)
            error.node, error.address = bytes(32), b"\x53" * 20
            raise error

    return fault


def test_verify__node_that_is_missing__is_asked_for() -> None:
    served = RecordedNode({}, proofs={to_hex(b"\x53" * 20): ["0x" + b"more".hex()]})
    executor = ScriptedExecutor(lacking(b"more"))
    found = list(verifier(executor, served).verify(chain(2)))
    assert [verdict.error for verdict in found] == [None, None]
    assert served.asked == ["eth_getProof"]


@pytest.mark.parametrize("lacks_code", [False, True])
def test_verify__part_that_is_missing_in_a_later_block__is_of_the_state_before_the_first(
    lacks_code: bool,
) -> None:
    """A run's witnesses are one, over the state before its first block."""
    asked: list[list[Any]] = []

    class Watched(RecordedNode):
        def answer(self, method: str, params: list[Any]) -> Any:
            asked.append([method, *params])
            code = "0x" + b"more".hex()
            return code if method == "eth_getCode" else super().answer(method, params)

    def fault(number: int, blocks: BlockRange) -> None:
        held = blocks.codes if lacks_code else blocks.nodes
        if number == FIRST + 2 and b"more" not in held:
            error = ScrollWitnessIncomplete("a part is missing", block=number)
            error.node, error.address = None if lacks_code else bytes(32), b"\x53" * 20
            error.slot = None if lacks_code else b"\7" * 32
            raise error

    address = to_hex(b"\x53" * 20)
    served = Watched({}, proofs={address: ["0x" + b"more".hex()]})
    found = list(verifier(ScriptedExecutor(fault), served).verify(chain(3)))
    assert [verdict.error for verdict in found] == [None] * 3
    before = hex(FIRST - 1)
    proof = ["eth_getProof", address, [to_hex(b"\7" * 32)], before]
    assert asked == [["eth_getCode", address, before] if lacks_code else proof]


def test_follows__block_of_another_parent__does_not() -> None:
    first, second = chain(2)
    (other,) = chain(1, time=1)
    assert headers.state_root(other.header) == second.pre_state_root
    assert follows(first, replace(second, parent=None))
    assert not follows(other, replace(second, parent=None))


def test_verify__node_that_nobody_has__is_refused_after_one_question() -> None:
    served = RecordedNode({})
    executor = ScriptedExecutor(lacking(b"more"))
    (verdict,) = verifier(executor, served).verify(chain(1))
    assert isinstance(verdict.error, ScrollWitnessIncomplete)
    assert served.asked == ["eth_getProof"]
    (verdict,) = verifier(ScriptedExecutor(lacking(b"more"))).verify(chain(1))
    assert isinstance(verdict.error, ScrollWitnessIncomplete)

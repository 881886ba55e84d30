"""Which runs are confirmed, and what SP1's answer means."""

import hashlib
from dataclasses import replace

import pytest

from attestor.core.cross_check import CrossCheckPolicy, Finding, Mode, Timing, judge
from attestor.core.execution import Effort, Engine, Execution
from attestor.errors import (
    AttestorError,
    ExecutionCycleLimit,
    ExecutionMemoryLimit,
    ExecutionOutputLimit,
    ExecutionTimeLimit,
    ExecutorCrashed,
    ExecutorMissing,
    GuestFault,
    ProgramInvalid,
    ProgramUnsupported,
)

VALUES = b"\x0a"
OURS = Execution(VALUES, 0, 99, hashlib.sha256(VALUES).digest(), Engine.ATTESTOR)
THEIRS = replace(OURS, engine=Engine.SP1_PORTABLE)
BUDGET = 1000


@pytest.mark.parametrize(
    ("cycles", "draw", "timing"),
    [
        (1, 0.99, Timing.BEFORE),
        (500_000_000, 0.99, Timing.BEFORE),
        (500_000_001, 0.0, Timing.AFTER),
        (500_000_001, 0.049, Timing.AFTER),
        (500_000_001, 0.05, Timing.NOT_CHECKED),
        (10**15, 0.99, Timing.NOT_CHECKED),
    ],
)
def test_timing__defaults__always_within_the_budget_and_a_sample_beyond(
    cycles: int, draw: float, timing: Timing
) -> None:
    assert CrossCheckPolicy().timing(Engine.ATTESTOR, cycles, draw) is timing


@pytest.mark.parametrize("cycles", [BUDGET, BUDGET + 1])
@pytest.mark.parametrize(
    ("mode", "low", "high"),
    [
        (Mode.ALWAYS, Timing.BEFORE, Timing.BEFORE),
        (Mode.SAMPLE, Timing.AFTER, Timing.NOT_CHECKED),
        (Mode.NEVER, Timing.NOT_CHECKED, Timing.NOT_CHECKED),
    ],
)
def test_timing__one_mode_for_all__the_budget_does_not_matter(
    cycles: int, mode: Mode, low: Timing, high: Timing
) -> None:
    policy = CrossCheckPolicy(mode, mode, BUDGET, sample_rate=0.5)
    assert policy.timing(Engine.ATTESTOR, cycles, 0.0) is low
    assert policy.timing(Engine.ATTESTOR, cycles, 0.5) is high


def test_timing__each_side_of_the_budget__has_its_own_mode() -> None:
    policy = CrossCheckPolicy(Mode.NEVER, Mode.ALWAYS, BUDGET)
    assert policy.timing(Engine.ATTESTOR, BUDGET, 0.0) is Timing.NOT_CHECKED
    assert policy.timing(Engine.ATTESTOR, BUDGET + 1, 0.99) is Timing.BEFORE


def test_judge__same_result__agreed_whatever_was_printed_or_spent() -> None:
    ours = replace(OURS, log="x", effort=Effort(1, 2, 3.0))
    verdict = judge(ours, replace(THEIRS, log="stdout: x"))
    assert (verdict.finding, verdict.reason) == (Finding.AGREED, "")


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (replace(THEIRS, exit_code=1), "exit code: ours 0, SP1's 1"),
        (replace(THEIRS, cycles=100), "cycles: ours 99, SP1's 100"),
        (replace(THEIRS, digest=bytes(32)), f"SP1's {'00' * 32}"),
        (replace(THEIRS, public_values=b""), "public values: ours 1 bytes, sha256 .*, SP1's 0"),
        (replace(THEIRS, public_values=b"\x0b"), "public values: ours 1 bytes"),
        (replace(THEIRS, cycles=1, exit_code=2), "exit code: .*; cycles: "),
    ],
)
def test_judge__any_difference__disagreed_and_named(theirs: Execution, said: str) -> None:
    verdict = judge(OURS, theirs)
    assert verdict.finding is Finding.DISAGREED
    with pytest.raises(AssertionError, match=said):
        raise AssertionError(verdict.reason)


@pytest.mark.parametrize(
    "leaf", [GuestFault, ExecutionOutputLimit, ExecutionCycleLimit, ProgramInvalid]
)
def test_judge__sp1_does_not_halt__disagreed(leaf: type[AttestorError]) -> None:
    verdict = judge(OURS, leaf("a reason"))
    assert verdict.finding is Finding.DISAGREED
    assert "a reason" in verdict.reason
    assert leaf.code in verdict.reason


def test_judge__sp1_refuses_the_program__disagreed() -> None:
    assert judge(OURS, ProgramUnsupported("x")).finding is Finding.DISAGREED


@pytest.mark.parametrize(
    "leaf", [ExecutionTimeLimit, ExecutionMemoryLimit, ExecutorCrashed, ExecutorMissing]
)
def test_judge__sp1_came_to_no_end__no_word_against_the_run(leaf: type[AttestorError]) -> None:
    verdict = judge(OURS, leaf("a reason"))
    assert verdict.finding is Finding.INCONCLUSIVE
    assert "a reason" in verdict.reason

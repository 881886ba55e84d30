"""Which runs are confirmed, and what SP1's answer means."""

import hashlib
from dataclasses import replace

import pytest

from attestor.core.cross_check import (
    CheckingEngine,
    CrossCheckPolicy,
    Finding,
    Mode,
    Timing,
    judge,
    price,
    require_affordable,
)
from attestor.core.execution import Effort, Engine, Execution, Limits
from attestor.errors import (
    AttestorError,
    CrossCheckLimit,
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


NO_EFFORT = Effort(1, 0, 0, 0, 0, 0, 0, 0, 0.0)
LIMITS = Limits(cpu_seconds=10, memory_bytes=1 << 30)


@pytest.mark.parametrize(
    ("effort", "cost"),
    [
        (None, 99),
        (NO_EFFORT, 99),
        (replace(NO_EFFORT, unconstrained_cycles=1), 100),
        (replace(NO_EFFORT, written_bytes=8), 101),
        (replace(NO_EFFORT, load_cycles=10), 109),
        (replace(NO_EFFORT, windows=2), 200_099),
        (replace(NO_EFFORT, block_windows=3), 300_099),
        (replace(NO_EFFORT, call_cycles=8_500), 8_599),
        (replace(NO_EFFORT, touched_pages=1 << 40, compiled_instructions=1, compile_seconds=9), 99),
    ],
)
def test_price__of_a_run__is_what_it_costs_sp1s_portable_engine(
    effort: Effort | None, cost: int
) -> None:
    assert price(replace(OURS, effort=effort)) == cost


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (replace(OURS, cycles=1_500_000_001), "as much as 1500000001 cycles"),
        (
            replace(OURS, effort=replace(NO_EFFORT, call_cycles=1_500_000_000)),
            "as much as 1500000099 cycles",
        ),
        (replace(OURS, effort=replace(NO_EFFORT, windows=161)), "touches 161 windows"),
    ],
)
def test_require_affordable__over_a_limit__says_which(run: Execution, said: str) -> None:
    with pytest.raises(CrossCheckLimit, match=said):
        require_affordable(run, LIMITS)


@pytest.mark.parametrize(
    "run",
    [
        replace(OURS, cycles=1_500_000_000),
        replace(OURS, effort=replace(NO_EFFORT, windows=160)),
        # Made and given back, block by block.
        replace(OURS, effort=replace(NO_EFFORT, block_windows=10_000)),
    ],
)
def test_require_affordable__at_a_limit__is_silent(run: Execution) -> None:
    require_affordable(run, LIMITS)


LARGE = replace(OURS, cycles=20_000_001)
CALLING = replace(OURS, effort=replace(NO_EFFORT, call_cycles=20_000_001))
WIDE = replace(OURS, effort=replace(NO_EFFORT, windows=21))


@pytest.mark.parametrize(
    ("engine", "run", "has_jit", "chosen"),
    [
        (CheckingEngine.AUTO, OURS, True, Engine.SP1_PORTABLE),
        (CheckingEngine.AUTO, replace(OURS, cycles=20_000_000), True, Engine.SP1_PORTABLE),
        (CheckingEngine.AUTO, LARGE, True, Engine.SP1_JIT),
        (CheckingEngine.AUTO, CALLING, True, Engine.SP1_PORTABLE),
        (CheckingEngine.AUTO, WIDE, True, Engine.SP1_JIT),
        (CheckingEngine.AUTO, LARGE, False, Engine.SP1_PORTABLE),
        (CheckingEngine.SP1_PORTABLE, LARGE, True, Engine.SP1_PORTABLE),
        (CheckingEngine.SP1_JIT, OURS, True, Engine.SP1_JIT),
    ],
)
def test_engine_for__each_choice__as_the_run_costs(
    engine: CheckingEngine, run: Execution, has_jit: bool, chosen: Engine
) -> None:
    assert CrossCheckPolicy(engine=engine).engine_for(run, has_jit) is chosen


@pytest.mark.parametrize(
    ("policy", "jit", "portable"),
    [
        (CrossCheckPolicy(), True, True),
        (CrossCheckPolicy(Mode.NEVER, Mode.ALWAYS), True, True),
        (CrossCheckPolicy(Mode.SAMPLE, Mode.NEVER), False, False),
        (CrossCheckPolicy(engine=CheckingEngine.SP1_PORTABLE), False, True),
        (CrossCheckPolicy(engine=CheckingEngine.SP1_JIT), True, False),
    ],
)
def test_may_need_before_signing__only_what_may_keep_a_run_from_being_signed(
    policy: CrossCheckPolicy, jit: bool, portable: bool
) -> None:
    assert policy.may_need_jit_before_signing() is jit
    assert policy.may_need_portable_before_signing() is portable


def test_judge__same_result__agreed_whatever_was_printed_or_spent() -> None:
    ours = replace(OURS, log="x", effort=Effort(1, 2, 3, 4, 5, 6, 7, 8, 9.0))
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

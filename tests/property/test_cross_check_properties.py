"""The decision to confirm, for every policy, length and draw."""

from hypothesis import assume, given
from hypothesis import strategies as st

from attestor.core.cross_check import CrossCheckPolicy, Finding, Mode, Timing, judge
from attestor.core.execution import Engine, Execution

CYCLES = st.integers(0, 2**64 - 1)
DRAWS = st.floats(0, 1, exclude_max=True)
POLICIES = st.builds(
    CrossCheckPolicy,
    within_budget=st.sampled_from(Mode),
    beyond_budget=st.sampled_from(Mode),
    budget_cycles=CYCLES,
    sample_rate=st.floats(0, 1),
)
EXECUTIONS = st.builds(
    Execution,
    public_values=st.binary(max_size=4),
    exit_code=st.integers(0, 3),
    cycles=st.integers(0, 3),
    digest=st.sampled_from([bytes(32), b"\x01" * 32]),
    engine=st.sampled_from(Engine),
    log=st.text(max_size=3),
)


@given(POLICIES, CYCLES, DRAWS)
def test_timing__always__never_depends_on_luck(
    policy: CrossCheckPolicy, cycles: int, draw: float
) -> None:
    mode = policy.within_budget if cycles <= policy.budget_cycles else policy.beyond_budget
    timing = policy.timing(Engine.ATTESTOR, cycles, draw)
    assert (timing is Timing.BEFORE) == (mode is Mode.ALWAYS)


@given(POLICIES, CYCLES, DRAWS)
def test_timing__never__is_never_checked(
    policy: CrossCheckPolicy, cycles: int, draw: float
) -> None:
    mode = policy.within_budget if cycles <= policy.budget_cycles else policy.beyond_budget
    assume(mode is Mode.NEVER)
    assert policy.timing(Engine.ATTESTOR, cycles, draw) is Timing.NOT_CHECKED


@given(POLICIES, CYCLES, DRAWS)
def test_timing__sp1s_own_run__needs_no_second_one(
    policy: CrossCheckPolicy, cycles: int, draw: float
) -> None:
    assert policy.timing(Engine.SP1_PORTABLE, cycles, draw) is Timing.NOT_NEEDED


@given(CYCLES, DRAWS, DRAWS, st.floats(0, 1))
def test_timing__sample__a_lower_draw_is_checked_at_least_as_much(
    cycles: int, one: float, other: float, rate: float
) -> None:
    policy = CrossCheckPolicy(Mode.SAMPLE, Mode.SAMPLE, 0, rate)
    low, high = sorted((one, other))
    if policy.timing(Engine.ATTESTOR, cycles, high) is Timing.AFTER:
        assert policy.timing(Engine.ATTESTOR, cycles, low) is Timing.AFTER


@given(CYCLES, DRAWS)
def test_timing__sample_rates_at_the_ends__are_certain(cycles: int, draw: float) -> None:
    every = CrossCheckPolicy(Mode.SAMPLE, Mode.SAMPLE, 0, sample_rate=1.0)
    none = CrossCheckPolicy(Mode.SAMPLE, Mode.SAMPLE, 0, sample_rate=0.0)
    assert every.timing(Engine.ATTESTOR, cycles, draw) is Timing.AFTER
    assert none.timing(Engine.ATTESTOR, cycles, draw) is Timing.NOT_CHECKED


@given(EXECUTIONS, EXECUTIONS)
def test_judge__agreement__is_equality_of_all_that_a_proof_rests_on(
    ours: Execution, theirs: Execution
) -> None:
    def result(run: Execution) -> tuple[object, ...]:
        return (run.public_values, run.exit_code, run.cycles, run.digest)

    agreed = judge(ours, theirs).finding is Finding.AGREED
    assert agreed == (result(ours) == result(theirs))
    assert (judge(theirs, ours).finding is Finding.AGREED) == agreed

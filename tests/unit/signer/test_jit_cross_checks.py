"""SP1's JIT as the engine that cross-checks: evidence, which nobody can turn against us."""

from dataclasses import replace
from functools import partial

import pytest
from unit.signer.test_cross_checker import OURS, Signer

from attestor.core.cross_check import CheckingEngine, CrossCheckPolicy, Finding, Mode
from attestor.core.execution import Effort, Engine, Execution
from attestor.errors import (
    AttestorError,
    CrossCheckLimit,
    EnginesDisagree,
    ExecutionMemoryLimit,
    ExecutionTimeLimit,
    ExecutorCrashed,
)
from attestor.signer import cross_checker
from attestor.signer.beside import Beside

OTHER = replace(OURS, cycles=101)
BEFORE = CrossCheckPolicy(Mode.ALWAYS, Mode.ALWAYS, engine=CheckingEngine.SP1_JIT)
AFTER = replace(BEFORE, within_budget=Mode.SAMPLE, beyond_budget=Mode.SAMPLE, sample_rate=1.0)
OURS_ALONE = [Engine.ATTESTOR]
JIT_ALONE = [*OURS_ALONE, Engine.SP1_JIT]
BOTH = [*JIT_ALONE, Engine.SP1_PORTABLE]


@pytest.fixture(autouse=True)
def ours_ends_first(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, before the other engine is started beside it."""
    monkeypatch.setattr(cross_checker, "Beside", partial(Beside, head_start=60.0))


def signer(policy: CrossCheckPolicy = BEFORE) -> Signer:
    made = Signer(policy)
    made.engines.jit = replace(OURS, engine=Engine.SP1_JIT)
    return made


def test_prove__jit_agrees__portable_engine_is_not_asked() -> None:
    asked = signer()
    assert asked.prove().header["cross_check"] == "before"
    assert asked.engines.order == JIT_ALONE


@pytest.mark.parametrize(
    "jit", [OTHER, ExecutorCrashed("signal 11"), ExecutionMemoryLimit("more than 7 bytes")]
)
def test_prove__jit_does_not_agree_and_the_portable_engine_does__signed_and_keys_kept(
    jit: Execution | AttestorError,
) -> None:
    asked = signer()
    asked.engines.jit = jit
    assert asked.prove().header["cross_check"] == "before"
    assert asked.engines.order == BOTH
    assert asked.ask("status").header["halted"] is None


def test_prove__both_engines_disagree__not_signed_and_never_again() -> None:
    asked = signer()
    asked.engines.jit = asked.engines.theirs = OTHER
    with pytest.raises(EnginesDisagree, match="not signed"):
        asked.prove()
    asked.require_halted()


def test_prove__jit_disagrees_and_the_portable_engine_cannot_decide__not_signed_and_keys_kept() -> (
    None
):
    asked = signer()
    asked.engines.jit, asked.engines.theirs = OTHER, ExecutionTimeLimit("stopped after 7 s")
    with pytest.raises(CrossCheckLimit, match="stopped after 7 s; its JIT: cycles: ours 100"):
        asked.prove()
    assert asked.ask("status").header["halted"] is None


def test_check_next__jit_disagrees_and_the_portable_engine_cannot_decide__signing_stops() -> None:
    """What is doubted is signed already."""
    asked = signer(AFTER)
    asked.prove()
    asked.engines.jit, asked.engines.theirs = OTHER, ExecutionTimeLimit("stopped after 7 s")
    asked.cross_checker.check_next()
    (found,) = asked.cross_checker.take()
    assert found.verdict.finding is Finding.DISAGREED
    assert asked.ask("status").header["halted"] is not None


def test_check_next__jit_disagrees_and_the_portable_engine_does_not__agreed() -> None:
    asked = signer(AFTER)
    asked.prove()
    asked.engines.jit = OTHER
    asked.cross_checker.check_next()
    (found,) = asked.cross_checker.take()
    assert found.verdict.finding is Finding.AGREED


def test_prove__jit_reaches_its_time_limit__the_slower_engine_is_not_begun() -> None:
    asked = signer()
    asked.engines.jit = ExecutionTimeLimit("stopped after 7 s")
    with pytest.raises(CrossCheckLimit, match="stopped after 7 s"):
        asked.prove()
    assert asked.engines.order == JIT_ALONE


PORTABLE = replace(BEFORE, engine=CheckingEngine.SP1_PORTABLE)
CHEAP = Effort(1, 0, 0, 0, 1, 0, 0, 0, 0.0)


@pytest.mark.parametrize(
    ("effort", "said"),
    [
        (replace(CHEAP, windows=800), "touches 800 windows of 2 MiB"),
        (replace(CHEAP, block_windows=10_000_000), "as much as"),
        (replace(CHEAP, written_bytes=1 << 50), "as much as"),
        (replace(CHEAP, unconstrained_cycles=1 << 50), "as much as"),
    ],
)
def test_prove__too_dear_for_the_portable_engine__refused_before_it_starts(
    effort: Effort, said: str
) -> None:
    asked = signer(PORTABLE)
    asked.engines.ours = replace(OURS, effort=effort)
    with pytest.raises(CrossCheckLimit, match=said):
        asked.prove()
    assert asked.engines.order == OURS_ALONE


@pytest.mark.parametrize(
    ("effort", "order"),
    [
        (CHEAP, [*OURS_ALONE, Engine.SP1_PORTABLE]),
        (replace(CHEAP, windows=800), JIT_ALONE),
        (replace(CHEAP, written_bytes=1 << 30), JIT_ALONE),
        (replace(CHEAP, block_windows=1000), JIT_ALONE),
        (replace(CHEAP, unconstrained_cycles=1 << 30), JIT_ALONE),
    ],
)
def test_prove__auto__portable_engine_for_what_is_cheap_there(
    effort: Effort, order: list[Engine]
) -> None:
    asked = signer(replace(BEFORE, engine=CheckingEngine.AUTO))
    asked.engines.ours = replace(OURS, effort=effort)
    asked.prove()
    assert asked.engines.order == order


def test_prove__auto_without_a_jit__portable_engine() -> None:
    asked = signer(replace(BEFORE, engine=CheckingEngine.AUTO))
    asked.engines.jit, asked.engines.ours = None, replace(OURS, cycles=1 << 30)
    asked.engines.theirs = asked.engines.ours
    asked.prove()
    assert asked.engines.order == [*OURS_ALONE, Engine.SP1_PORTABLE]

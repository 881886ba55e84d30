"""Checks of what executes, signs and registers, each on both of its sides."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from attestor.core.execution import Engine, ExecutorBuild
from attestor.doctor import signing
from attestor.doctor.finding import Finding, State
from attestor.executor import SandboxLevel
from attestor.signer.start_report import StartReport

SETTINGS: Any = SimpleNamespace(executor_directory="/opt/executor", limits=None)


def states(found: list[Finding]) -> list[tuple[str, State]]:
    return [(one.check, one.state) for one in found]


@pytest.mark.parametrize("wrong", [None, Engine.ATTESTOR, Engine.SP1_PORTABLE])
def test_executor__each_engine__is_held_to_the_known_result(
    monkeypatch: pytest.MonkeyPatch, wrong: Engine | None
) -> None:
    n, (a, b) = signing.TERM, signing.PAIR

    class Native:
        def __init__(self, folder: object) -> None: ...

        def execute(self, program: bytes, stdin: object, limits: object, engine: Engine) -> Any:
            last = b + 1 if engine is wrong else b
            values = b"".join(number.to_bytes(4, "little") for number in (n, a, last))
            return SimpleNamespace(public_values=values, cycles=9)

    monkeypatch.setattr(signing, "NativeExecutor", Native)
    found = list(signing.executor(SETTINGS))
    assert found[-1].state is (State.OK if wrong is None else State.FAILED)
    if wrong is not None:
        assert str(wrong) in found[-1].found


WELL = StartReport(ExecutorBuild.RECORDED, SandboxLevel.ISOLATED, missing=(), uid=61184)


@pytest.mark.parametrize(
    ("started", "expected"),
    [
        (WELL, [State.OK]),
        (replace(WELL, missing=("landlock",)), [State.WARNING]),
        (replace(WELL, no_cgroup="none is delegated"), [State.OK]),
        (replace(WELL, executor=ExecutorBuild.UNRECORDED), [State.OK, State.WARNING]),
    ],
    ids=["well", "no landlock", "no cgroup", "unrecorded"],
)
def test_signer__what_it_says_of_itself__is_judged(
    monkeypatch: pytest.MonkeyPatch, started: StartReport, expected: list[State]
) -> None:
    closed = []
    process = SimpleNamespace(started=lambda: started, close=lambda: closed.append(True))
    monkeypatch.setattr(signing, "SignerProcess", lambda settings: process)
    assert [one.state for one in signing.signer(SETTINGS)] == expected
    assert closed == [True]


@pytest.mark.parametrize(
    ("refusal", "is_simulated", "expected"),
    [
        ("", False, [("quote", State.OK), ("registration", State.OK)]),
        ("MeasurementNotAllowed", False, [("quote", State.OK), ("registration", State.FAILED)]),
        (
            "",
            True,
            [("quote", State.OK), ("quote", State.WARNING), ("registration", State.OK)],
        ),
    ],
)
def test_registration__what_the_registry_would_say__is_told(
    monkeypatch: pytest.MonkeyPatch,
    refusal: str,
    is_simulated: bool,
    expected: list[tuple[str, State]],
) -> None:
    made = SimpleNamespace(
        rows=lambda: {"quote": "0x1", "measurement": "0x2", "gas limit": "400000"},
        quoted=SimpleNamespace(simulated=is_simulated),
        refusal=refusal,
        request=SimpleNamespace(kind="admission"),
    )
    monkeypatch.setattr(signing, "registration_of", lambda config: made)
    nothing: Any = None
    found = list(signing.registration(nothing))
    assert states(found) == expected
    assert refusal in found[-1].found

"""The answer of a child is hostile until it is checked."""

import re
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from attestor.core import frame
from attestor.core.circuits import Circuit
from attestor.core.execution import Effort, Engine, Limits
from attestor.core.verifying_key import KOALA_BEAR
from attestor.errors import (
    AttestorError,
    ExecutionCycleLimit,
    ExecutionHostMemory,
    ExecutionMemoryLimit,
    ExecutionOutputLimit,
    ExecutionTimeLimit,
    ExecutorCrashed,
    ExecutorMissing,
    ForbiddenCall,
    GuestFault,
    ProgramInvalid,
    ProgramUnsupported,
    Transient,
    Unprovable,
)
from attestor.errors.unprovable import RULES
from attestor.executor import answer
from attestor.executor.child import Ended

BABY_BEAR = 0x7800_0001
DIGEST = "ab" * 32
PORTABLE = Engine.SP1_PORTABLE
RUN = {
    "ok": True,
    "exit_code": 0,
    "cycles": 10,
    "digest": DIGEST,
    "engine": "sp1-portable",
    "sp1": "6.10.0",
}
KEY: dict[str, Any] = {"ok": True, "words": [1, 2, 3, 4, 5, 6, 7, 8], "sp1": "6.10.0"}


LIMITS = Limits(public_values_bytes=16, cycles=1000)


def ended(data: bytes, status: int = 0, log: str = "") -> Ended:
    return Ended("attestor-execute", status, data, log)


def encoded(header: dict[str, Any], *blobs: bytes) -> Ended:
    return ended(frame.encode(frame.Frame(header, blobs)))


def read_run(header: dict[str, Any], *blobs: bytes) -> object:
    return answer.read_execution(answer.read(encoded(header, *blobs)), PORTABLE, "log", LIMITS)


def test_read_execution__sound_answer__all_of_it() -> None:
    run = answer.read_execution(answer.read(encoded(RUN, b"values")), PORTABLE, "log", LIMITS)

    assert (run.public_values, run.exit_code, run.cycles) == (b"values", 0, 10)
    assert (run.digest.hex(), run.engine, run.log) == (DIGEST, "sp1-portable", "log")


@pytest.mark.parametrize("engine", [PORTABLE, Engine.ATTESTOR])
def test_read_execution__more_cycles_than_it_might_take__crashed(engine: Engine) -> None:
    """What no table could hold (2^64 - 1) least of all."""
    for cycles in (LIMITS.cycles + 1, 2**63, 2**64 - 1):
        header = {**OURS, "engine": engine, "cycles": cycles}
        with pytest.raises(ExecutorCrashed, match=f"with cycles {cycles}"):
            answer.read_execution(answer.read(encoded(header, b"")), engine, "log", LIMITS)
    most = {**OURS, "engine": engine, "cycles": LIMITS.cycles}
    run = answer.read_execution(answer.read(encoded(most, b"")), engine, "log", LIMITS)
    assert run.cycles == LIMITS.cycles


def test_read_execution__more_cycles_on_sp1s_jit__compared_with_ours() -> None:
    header = {**RUN, "engine": "sp1-jit", "cycles": LIMITS.cycles + 1}
    run = answer.read_execution(answer.read(encoded(header, b"")), Engine.SP1_JIT, "", LIMITS)
    assert run.cycles == LIMITS.cycles + 1


def test_read_verifying_key__sound_answer__its_words() -> None:
    assert answer.read_verifying_key(answer.read(encoded(KEY))).words == (1, 2, 3, 4, 5, 6, 7, 8)


@pytest.mark.parametrize(
    ("name", "leaf"),
    [
        ("invalid_elf", ProgramInvalid),
        ("unsupported", ProgramUnsupported),
        ("limit_cycles", ExecutionCycleLimit),
        ("limit_memory", ExecutionMemoryLimit),
        ("limit_output", ExecutionOutputLimit),
        ("unprovable", Unprovable),
        ("guest_fault", GuestFault),
        ("crash", ExecutorCrashed),
    ],
)
def test_read__failure_class__its_error_with_the_detail(
    name: str, leaf: type[AttestorError]
) -> None:
    with pytest.raises(leaf, match="the detail of it") as caught:
        answer.read(encoded({"ok": False, "class": name, "detail": "the detail of it"}))

    assert type(caught.value) is leaf


@pytest.mark.parametrize("rule", RULES)
def test_read__unprovable_run__the_code_of_its_rule(rule: str) -> None:
    header = {"ok": False, "class": "unprovable", "rule": rule, "detail": "at pc 0x78000000"}

    with pytest.raises(Unprovable, match="at pc 0x78000000") as caught:
        answer.read(encoded(header))

    assert caught.value.code == f"exec_unprovable_{rule}"


@pytest.mark.parametrize("rule", ["no_such", None, 7, ["low_address"]])
def test_read__unprovable_run_of_another_rule__unprovable(rule: object) -> None:
    header = {"ok": False, "class": "unprovable", "rule": rule, "detail": ""}

    with pytest.raises(Unprovable) as caught:
        answer.read(encoded(header))

    assert caught.value.code == "exec_unprovable"


def test_rules__each_of_the_engine__has_its_error() -> None:
    source = Path(__file__).parents[3] / "executor/precompiles/src/rule.rs"
    codes = re.findall(r'^            Self::\w+(?:\(_\))? => "(\w+)",$', source.read_text(), re.M)

    assert len(codes) > 20
    assert sorted(codes) == sorted(RULES)


def test_read__detail_that_is_long_and_unprintable__cut_and_cleaned() -> None:
    detail = "\x1b[2J\n\u202e" + "x" * 10_000

    with pytest.raises(GuestFault) as caught:
        answer.read(encoded({"ok": False, "class": "guest_fault", "detail": detail}))

    assert caught.value.message.isprintable()
    assert len(caught.value.message) < 600


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"ok": 1},
        {"ok": "true"},
        {"ok": None, "class": "crash", "detail": ""},
        {"ok": False},
        {"ok": False, "class": "no_such", "detail": ""},
        {"ok": False, "class": ["crash"], "detail": ""},
        {"ok": False, "class": {}, "detail": ""},
        {"ok": False, "class": "crash", "detail": 7},
        {"ok": False, "class": "crash"},
    ],
)
def test_read__neither_result_nor_failure__crashed(header: dict[str, Any]) -> None:
    with pytest.raises(ExecutorCrashed, match="neither a result nor a failure"):
        answer.read(encoded(header))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\0",
        b"garbage that is no frame at all",
        b"\0\0\0\x02[]",
        b"\0\0\0\x02{}x",
        b"\0\0\0\x0d" + b'{"blobs":[9]}',
        b"\xff" * 100,
        b"\0\0\x27\x10" + b"[" * 10_000,
    ],
)
def test_read__no_frame__crashed(data: bytes) -> None:
    with pytest.raises(ExecutorCrashed, match="gave no answer"):
        answer.read(ended(data))


def test_read__sound_answer_of_a_child_that_died__not_believed() -> None:
    data = frame.encode(frame.Frame(RUN, (b"",)))

    for status in (1, 255, -signal.SIGSEGV, -signal.SIGABRT, -signal.SIGKILL):
        with pytest.raises(ExecutorCrashed):
            answer.read(ended(data, status))


def test_read__ended_for_want_of_memory__transient_and_not_the_programs_fault() -> None:
    killed = replace(ended(b"", -signal.SIGKILL), out_of_memory=True)
    with pytest.raises(ExecutionHostMemory, match="attestor-execute was ended by the kernel") as it:
        answer.read(killed)
    assert isinstance(it.value, Transient)
    assert it.value.hint == "free memory or lower proofs.workers"


def test_read__cpu_time_used_up__time_limit() -> None:
    with pytest.raises(ExecutionTimeLimit, match="CPU time"):
        answer.read(ended(b"", -signal.SIGXCPU))


def test_read__stopped_at_a_system_call__told_as_such() -> None:
    with pytest.raises(ForbiddenCall, match="system call that its sandbox forbids") as caught:
        answer.read(ended(b"", -signal.SIGSYS))

    assert caught.value.code == "exec_forbidden_call"


def test_read__killed_by_a_signal__told_with_what_it_printed() -> None:
    with pytest.raises(ExecutorCrashed, match="signal 11; it printed: last words"):
        answer.read(ended(b"", -signal.SIGSEGV, "last words\n"))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("exit_code", -1),
        ("exit_code", 2**32),
        ("exit_code", True),
        ("exit_code", 0.0),
        ("exit_code", None),
        ("cycles", -1),
        ("cycles", 2**64),
        ("cycles", "10"),
        ("digest", None),
        ("digest", "ab" * 31),
        ("digest", "AB" * 32),
        ("digest", "ab" * 32 + "\n"),
        ("digest", [1] * 8),
    ],
)
def test_read_execution__bad_field__crashed(field: str, value: object) -> None:
    with pytest.raises(ExecutorCrashed, match=f"executor answered with.* {field.split('_')[0]}"):
        read_run({**RUN, field: value}, b"")


@pytest.mark.parametrize("blobs", [(), (b"", b"")])
def test_read_execution__other_count_of_blobs__crashed(blobs: tuple[bytes, ...]) -> None:
    with pytest.raises(ExecutorCrashed, match="without public values"):
        read_run(RUN, *blobs)


def test_read_execution__more_public_values_than_asked_for__crashed() -> None:
    read_run(RUN, bytes(16))
    with pytest.raises(ExecutorCrashed, match="more than 16 public value bytes"):
        read_run(RUN, bytes(17))


@pytest.mark.parametrize("engine", ["sp1-jit", "attestor", None, 7])
def test_read_execution__other_engine__build_anew(engine: object) -> None:
    with pytest.raises(ExecutorMissing, match="make executor"):
        read_run({**RUN, "engine": engine}, b"")


def test_read__other_sp1_version__build_anew() -> None:
    with pytest.raises(ExecutorMissing, match=r"SP1 '6\.4\.0', not 6\.10\.0"):
        read_run({**RUN, "sp1": "6.4.0"}, b"")
    with pytest.raises(ExecutorMissing, match="SP1 None"):
        answer.read_verifying_key(frame.Frame({"ok": True, "words": KEY["words"]}))


@pytest.mark.parametrize(
    "words",
    [None, "12345678", {}, [], [1] * 7, [1] * 9, [KOALA_BEAR] * 8, [-1] * 8, [True] * 8, [[]] * 8],
)
def test_read_verifying_key__bad_words__crashed(words: object) -> None:
    with pytest.raises(ExecutorCrashed):
        answer.read_verifying_key(answer.read(encoded({**KEY, "words": words})))


def test_read__answers_for_sp1_v3__of_its_version_field_and_engine() -> None:
    key, run = {**KEY, "sp1": "3.4.0"}, {**RUN, "sp1": "3.4.0", "engine": "sp1-v3"}
    read = answer.read(encoded(key))
    assert answer.read_verifying_key(read, Circuit.V3).words == tuple(KEY["words"])
    done = answer.read_execution(answer.read(encoded(run, b"")), Engine.SP1_V3, "", LIMITS)
    assert done.engine is Engine.SP1_V3
    with pytest.raises(ExecutorMissing, match=r"'3\.4\.0', not 6\.10\.0"):
        answer.read_verifying_key(read)
    with pytest.raises(ExecutorMissing, match=r"'6\.10\.0', not 3\.4\.0.*make executor-v3"):
        answer.read_execution(answer.read(encoded(RUN, b"")), Engine.SP1_V3, "", LIMITS)
    other = answer.read(encoded({**key, "words": [*[0] * 7, BABY_BEAR]}))
    with pytest.raises(ExecutorCrashed, match="of another field"):
        answer.read_verifying_key(other, Circuit.V3)


def test_read__child_with_an_exit_code__told_as_such() -> None:
    with pytest.raises(ExecutorCrashed, match=r"attestor-execute ended with status 9$"):
        answer.read(ended(b"", 9))


OURS = {
    **RUN,
    "engine": "attestor",
    "touched_pages": 3,
    "unconstrained_cycles": 4,
    "written_bytes": 5,
    "load_cycles": 6,
    "windows": 7,
    "block_windows": 8,
    "call_cycles": 9,
    "compiled_instructions": 40,
    "compile_seconds": 0.25,
}


def read_ours(header: dict[str, Any]) -> Any:
    return answer.read_execution(
        answer.read(encoded(header, b"values")), Engine.ATTESTOR, "log", LIMITS
    )


def test_read_execution__of_our_engine__with_what_it_took() -> None:
    assert read_ours(OURS).effort == Effort(3, 4, 5, 6, 7, 8, 9, 40, 0.25)
    assert read_ours({**OURS, "compile_seconds": 0}).effort == Effort(3, 4, 5, 6, 7, 8, 9, 40, 0.0)
    assert read_ours(OURS).engine is Engine.ATTESTOR


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("touched_pages", None),
        ("touched_pages", -1),
        ("compiled_instructions", 1.5),
        ("compile_seconds", None),
        ("compile_seconds", -0.1),
        ("compile_seconds", True),
        ("compile_seconds", "0.1"),
    ],
)
def test_read_execution__bad_effort__crashed(field: str, value: object) -> None:
    with pytest.raises(ExecutorCrashed, match=field):
        read_ours({**OURS, field: value})

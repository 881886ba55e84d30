"""What a call of the executor asks of its process."""

from pathlib import Path
from typing import Any

import pytest
from cases.rv32 import ending, program

from attestor.core import frame
from attestor.core.circuits import Circuit
from attestor.core.execution import Engine, Limits
from attestor.errors import ExecutionStopped, ExecutorCrashed, ProgramUnsupported
from attestor.executor import MemoryBudget, NativeExecutor, child
from attestor.executor.cgroup import Cgroup

V3_PROGRAM = program(ending())


class Calls:
    """In the place of starting a process: what was asked for."""

    def __init__(self) -> None:
        self.made: list[tuple[str, dict[str, Any], dict[str, Any]]] = []

    def run(self, program: Path, request: bytes, *arguments: Any, **options: Any) -> child.Ended:
        header = frame.decode(request, max_blob_bytes=len(request)).header
        self.made.append((program.name, header, options))
        return child.Ended(program.name, 1, b"", "")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    made = Calls()
    monkeypatch.setattr(child, "run", made.run)
    return made


@pytest.mark.parametrize(
    ("limits", "memory", "seconds"),
    [
        (Limits(memory_bytes=64 << 30, cpu_seconds=100_000), 2 << 30, 300),
        (Limits(memory_bytes=1 << 30, cpu_seconds=10), 1 << 30, 10),
    ],
)
def test_verifying_key__whatever_runs_may_have__limits_of_its_own(
    calls: Calls, limits: Limits, memory: int, seconds: int
) -> None:
    with pytest.raises(ExecutorCrashed):
        NativeExecutor(Path()).verifying_key(b"elf", limits)
    ((name, header, _),) = calls.made
    assert name == "attestor-vkey"
    assert header["limits"]["memory_bytes"] == memory
    assert header["limits"]["cpu_seconds"] == seconds


@pytest.mark.parametrize(
    ("engine", "name", "watched"),
    [
        (Engine.ATTESTOR, "attestor-execute", (2 << 30) + (512 << 20)),
        (Engine.SP1_PORTABLE, "attestor-execute", (2 << 30) + (512 << 20)),
        (Engine.SP1_JIT, "attestor-execute-jit", 1 << 30),
    ],
)
def test_execute__each_engine__in_its_program_and_its_memory_watched(
    calls: Calls, engine: Engine, name: str, watched: int
) -> None:
    limits = Limits(memory_bytes=1 << 30)
    with pytest.raises(ExecutorCrashed):
        NativeExecutor(Path()).execute(b"elf", [], limits, engine, cross_check=True)
    ((asked, header, options),) = calls.made
    assert (asked, header["engine"]) == (name, engine)
    assert options["max_resident_bytes"] == watched


def test_execute__with_a_cgroup__its_process_is_in_it(calls: Calls) -> None:
    group = Cgroup(None)
    executor = NativeExecutor(Path(), cgroup=group)
    with pytest.raises(ExecutorCrashed):
        executor.execute(b"elf", [], Limits(), Engine.ATTESTOR)
    with pytest.raises(ExecutorCrashed):
        executor.verifying_key(b"elf", Limits())
    assert [options["cgroup"] for _, _, options in calls.made] == [group, group]


def test_execute__no_memory_left_and_not_to_wait__not_started(calls: Calls) -> None:
    budget = MemoryBudget(10)
    executor = NativeExecutor(Path(), memory=budget)
    with budget.held(10), pytest.raises(ExecutionStopped):
        executor.execute(b"elf", [], Limits(), Engine.ATTESTOR, wait=False)
    assert calls.made == []


def with_programs(folder: Path, *names: str) -> NativeExecutor:
    for name in names:
        (folder / name).write_bytes(b"")
    return NativeExecutor(folder)


@pytest.mark.parametrize("names", [(), ("attestor-execute-v3",), ("attestor-vkey-v3",)])
def test_v3_program__its_executor_not_built__named_with_what_to_do(
    calls: Calls, tmp_path: Path, names: tuple[str, ...]
) -> None:
    executor = with_programs(tmp_path, *names)
    assert not executor.has(Circuit.V3)
    assert executor.has(Circuit.V6)
    for ask in (
        lambda: executor.verifying_key(V3_PROGRAM, Limits()),
        lambda: executor.execute(V3_PROGRAM, [], Limits(), Engine.SP1_V3),
    ):
        with pytest.raises(ProgramUnsupported, match="which is for SP1 v3 or v4") as caught:
            ask()
        assert "make executor-v3" in str(caught.value.hint)
    assert calls.made == []


def test_v3_program__its_executor_built__its_own_programs(calls: Calls, tmp_path: Path) -> None:
    executor = with_programs(tmp_path, "attestor-execute-v3", "attestor-vkey-v3")
    assert executor.has(Circuit.V3)
    with pytest.raises(ExecutorCrashed):
        executor.verifying_key(V3_PROGRAM, Limits())
    with pytest.raises(ExecutorCrashed):
        executor.execute(V3_PROGRAM, [], Limits(), Engine.SP1_V3)
    (key, _, _), (run, header, _) = calls.made
    assert (key, run) == ("attestor-vkey-v3", "attestor-execute-v3")
    assert header["engine"] == "sp1-v3"

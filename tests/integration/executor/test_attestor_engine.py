"""The attestor engine: the results of SP1's, and every bound held exactly."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from attestor.core import frame
from attestor.core.cross_check import Finding, judge
from attestor.core.execution import Engine, Execution, Limits
from attestor.errors import (
    AttestorError,
    ExecutionCycleLimit,
    ExecutionMemoryLimit,
    ExecutionOutputLimit,
    GuestFault,
)
from attestor.executor import NativeExecutor

OURS, PORTABLE = Engine.ATTESTOR, Engine.SP1_PORTABLE

Programs = Callable[[str], bytes]

PROGRAM = (
    Path(__file__).resolve().parents[3] / "executor" / "target" / "release" / "attestor-execute"
)
MEMORY_BYTES = 512 << 20
FREE = 0x8000_0000
ADDRESS_END = 1 << 40


def words(*values: int) -> bytes:
    return b"".join(value.to_bytes(8, "little") for value in values)


def outcome(
    executor: NativeExecutor, program: bytes, stdin: list[bytes], limits: Limits, engine: Engine
) -> Execution | AttestorError:
    try:
        return executor.execute(program, stdin, limits, engine)
    except AttestorError as error:
        return error


RUNS = [
    pytest.param("fibonacci", [(0).to_bytes(4, "little")], id="fibonacci of 0"),
    pytest.param("fibonacci", [(500).to_bytes(4, "little")], id="fibonacci of 500"),
    pytest.param("fibonacci", [], id="without stdin"),
    pytest.param("fibonacci", [b"\1\0\0\0", b""], id="one entry too many"),
    pytest.param("test/panic", [], id="panic"),
    pytest.param("test/lie", [], id="another digest"),
    pytest.param("test/shout", [], id="prints without measure"),
    pytest.param("test/flood", [words(16)], id="much output"),
    pytest.param("test/sparse", [words(8)], id="memory far and wide"),
    pytest.param("test/oob", [words(FREE)], id="load from untouched memory"),
    pytest.param("test/oob", [words(ADDRESS_END - 8)], id="load from the last word"),
]


@pytest.mark.parametrize(("name", "stdin"), RUNS)
def test_execute__guest_that_halts__sp1_agrees(
    executor: NativeExecutor, guest: Programs, limits: Limits, name: str, stdin: list[bytes]
) -> None:
    ours = executor.execute(guest(name), stdin, limits, OURS)
    theirs = executor.execute(guest(name), stdin, limits, PORTABLE)

    verdict = judge(ours, theirs)
    assert verdict.finding is Finding.AGREED, verdict.reason
    assert ours.engine is OURS
    assert ours.effort is not None
    assert ours.effort.touched_pages > 0


@pytest.mark.parametrize(
    ("name", "stdin"), [("fibonacci", words(1000)), ("keccak", bytes(1000)), ("rsp", b"no block")]
)
def test_execute__published_program__sp1_agrees(
    executor: NativeExecutor, published: Programs, limits: Limits, name: str, stdin: bytes
) -> None:
    ours = executor.execute(published(name), [stdin], limits, OURS)

    verdict = judge(ours, executor.execute(published(name), [stdin], limits, PORTABLE))
    assert verdict.finding is Finding.AGREED, verdict.reason


@pytest.mark.parametrize("address", [ADDRESS_END, 1 << 63, 2**64 - 8, FREE + 1, FREE + 4])
def test_execute__wild_load__fault_on_both(
    executor: NativeExecutor, guest: Programs, limits: Limits, address: int
) -> None:
    for engine in (OURS, PORTABLE):
        with pytest.raises(GuestFault):
            executor.execute(guest("test/oob"), [words(address)], limits, engine)


@pytest.mark.parametrize(
    "call",
    [
        pytest.param((0x55, 0, 0, 0), id="unknown number"),
        pytest.param((0xF1, FREE, 8, 0), id="read without an entry"),
        pytest.param((2, 1, 1 << 63, 8), id="print from a wild address"),
        pytest.param((0x10, 8, 0, 0), id="commit to a ninth word"),
        pytest.param((4, 0, 0, 0), id="leave unconstrained without entering"),
        pytest.param((0x010109, FREE + 3, 0, 0), id="keccak unaligned"),
        pytest.param((0x01010A, FREE, FREE + 256, 0), id="points not on the curve"),
    ],
)
def test_execute__system_call_that_is_not_allowed__fails_on_both(
    executor: NativeExecutor, guest: Programs, limits: Limits, call: tuple[int, ...]
) -> None:
    """Ours may say that a call is unsupported where SP1's panics: nothing is signed either way."""
    for engine in (OURS, PORTABLE):
        ended = outcome(executor, guest("test/syscall"), [words(*call)], limits, engine)
        assert isinstance(ended, AttestorError)
        assert not isinstance(ended, ExecutionMemoryLimit)


def test_execute__cycle_limit__reached_and_passed_by_one(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    program, stdin = guest("fibonacci"), [(10).to_bytes(4, "little")]
    cycles = executor.execute(program, stdin, limits, OURS).cycles

    exact = replace(limits, cycles=cycles)
    assert executor.execute(program, stdin, exact, OURS).cycles == cycles
    with pytest.raises(ExecutionCycleLimit, match=str(cycles - 1)):
        executor.execute(program, stdin, replace(limits, cycles=cycles - 1), OURS)


def test_execute__endless_loop__stopped_by_its_cycles_and_not_by_time(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    started = time.monotonic()

    with pytest.raises(ExecutionCycleLimit):
        executor.execute(guest("test/spin"), [], replace(limits, cycles=10_000_000), OURS)

    assert time.monotonic() - started < 10


def test_execute__memory_touched_far_and_wide__memory_limit(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    with pytest.raises(ExecutionMemoryLimit):
        executor.execute(
            guest("test/sparse"), [words(100_000)], replace(limits, memory_bytes=64 << 20), OURS
        )


def test_execute__public_values_over_the_limit__output_limit(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    with pytest.raises(ExecutionOutputLimit):
        executor.execute(guest("test/flood"), [words(257)], limits, OURS)


@pytest.fixture
def running(executor: NativeExecutor, guest: Programs) -> Iterator[int]:
    """The pid of a process that runs an endless loop on our engine."""
    limits = {
        "cycles": 1 << 60,
        "cpu_seconds": 20,
        "memory_bytes": MEMORY_BYTES,
        "public_values_bytes": 1,
    }
    header = {"version": 2, "engine": "attestor", "limits": limits}
    request = frame.encode(frame.Frame(header, (guest("test/spin"),)))
    with Popen([PROGRAM], stdin=PIPE, stdout=PIPE, stderr=PIPE, env={}) as process:
        assert process.stdin is not None
        process.stdin.write(request)
        process.stdin.close()
        time.sleep(0.5)
        assert process.poll() is None
        yield process.pid
        process.kill()


def test_limits__while_a_program_runs__addresses_are_plenty_and_data_is_not(running: int) -> None:
    path = Path(f"/proc/{running}/limits")
    if not path.exists():
        pytest.skip("this kernel does not show a process's limits")
    limits = {line[:26].strip(): line[26:].split()[:2] for line in path.read_text().splitlines()}

    # The guest's memory and as much for the marks of its words, of which most are never touched.
    data = 2 * MEMORY_BYTES + (256 << 20)
    assert limits["Max data size"] == [str(data)] * 2
    assert limits["Max address space"] == [str((1 << 40) + (1 << 37) + (4 << 30) + data)] * 2

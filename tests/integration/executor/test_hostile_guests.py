"""Programs written to escape, to exhaust, or to lie. Each ends with its own error.

Those of a `cross_check` are SP1's engine alone: our interpreter would refuse them before."""

import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from attestor.core.elf import check
from attestor.core.execution import Engine, Limits, require_signable
from attestor.errors import (
    ExecutionLimit,
    ExecutionMemoryLimit,
    ExecutionTimeLimit,
    ExecutorCrashed,
    GuestFault,
    ProgramInvalid,
    ProgramUnsupported,
    PublicValuesMismatch,
    Rejected,
)
from attestor.executor import NativeExecutor

PORTABLE = Engine.SP1_PORTABLE

Programs = Callable[[str], bytes]

IMAGE = 0x7800_0000
FREE = 0x8000_0000
ADDRESS_END = 1 << 40


def words(*values: int) -> bytes:
    return b"".join(value.to_bytes(8, "little") for value in values)


def test_execute__endless_loop__stopped_by_the_wall_clock(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    started = time.monotonic()

    with pytest.raises(ExecutionTimeLimit, match="after 0.5 s"):
        executor.execute(guest("test/spin"), [], replace(limits, wall_seconds=0.5), PORTABLE)

    assert time.monotonic() - started < 2


def test_execute__endless_loop__stopped_by_its_cpu_time(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    with pytest.raises(ExecutionTimeLimit, match="CPU time"):
        executor.execute(guest("test/spin"), [], replace(limits, cpu_seconds=1), PORTABLE)


def test_execute__memory_touched_far_and_wide__memory_limit(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    assert executor.execute(guest("test/sparse"), [words(8)], limits, PORTABLE).exit_code == 0
    with pytest.raises(ExecutionMemoryLimit):
        executor.execute(guest("test/sparse"), [words(100_000)], limits, PORTABLE)


def test_execute__endless_public_values__limit(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    with pytest.raises(ExecutionLimit):
        executor.execute(
            guest("test/flood"), [words(0)], replace(limits, memory_bytes=256 << 20), PORTABLE
        )


def test_execute__prints_without_measure__answer_is_intact_and_log_cut(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    run = executor.execute(guest("test/shout"), [], limits, PORTABLE)

    require_signable(run)
    assert run.public_values == b"done"
    assert len(run.log) <= 64 << 10


def test_execute__other_digest_than_of_its_public_values__mismatch(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    run = executor.execute(guest("test/lie"), [], limits, PORTABLE)

    assert (run.public_values, run.exit_code) == (b"true", 0)
    with pytest.raises(PublicValuesMismatch):
        require_signable(run)


def test_execute__claims_a_verified_proof__refused(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    with pytest.raises(ProgramUnsupported, match="verifies proofs of other programs"):
        executor.execute(guest("test/recursion"), [], limits, PORTABLE)


@pytest.mark.parametrize("address", [IMAGE, FREE, ADDRESS_END - 8])
def test_execute__load_inside_of_memory__its_value(
    executor: NativeExecutor, guest: Programs, limits: Limits, address: int
) -> None:
    program = guest("test/oob")
    run = executor.execute(program, [words(address)], limits, PORTABLE)

    require_signable(run)
    assert run.public_values == (program[0x1000:0x1008] if address == IMAGE else bytes(8))


@pytest.mark.parametrize(
    "address",
    [ADDRESS_END, 1 << 41, 1 << 63, IMAGE ^ 1 << 63, 2**64 - 8, 2**64 - 1, IMAGE + 1, IMAGE + 4],
)
def test_execute__wild_load__fault(
    executor: NativeExecutor, guest: Programs, limits: Limits, address: int
) -> None:
    with pytest.raises(GuestFault):
        executor.execute(guest("test/oob"), [words(address)], limits, PORTABLE)


@pytest.mark.parametrize(
    "call",
    [
        pytest.param((0x55, 0, 0, 0), id="unknown number"),
        pytest.param((0xF1, FREE, 8, 0), id="read without an entry"),
        pytest.param((2, 1, 1 << 63, 8), id="print from a wild address"),
        pytest.param((2, 13, ADDRESS_END, 8), id="public values from a wild address"),
        pytest.param((2, 15, IMAGE, 3), id="malformed ecrecover hook"),
        pytest.param((2, 17, IMAGE, 600), id="malformed rsa hook"),
        pytest.param((0x10, 8, 0, 0), id="commit to a ninth word"),
        pytest.param((0x10, 1 << 40, 0, 0), id="commit far outside"),
        pytest.param((0x10, 0, 1 << 32, 0), id="commit to a long word"),
        pytest.param((3, 0, 0, 0), id="unconstrained to the end"),
        pytest.param((4, 0, 0, 0), id="leave unconstrained without entering"),
        pytest.param((0x010109, ADDRESS_END - 16, 0, 0), id="keccak over the end"),
        pytest.param((0x010109, FREE + 3, 0, 0), id="keccak unaligned"),
        pytest.param((0x01010A, FREE, FREE + 256, 0), id="points not on the curve"),
        pytest.param((0x00010C, FREE, 0, 0), id="decompress, which cannot be proved"),
        pytest.param((0x000132, FREE, 0, 0), id="mprotect"),
    ],
)
def test_execute__system_call_that_is_not_allowed__fault(
    executor: NativeExecutor, guest: Programs, limits: Limits, call: tuple[int, int, int, int]
) -> None:
    with pytest.raises(GuestFault):
        executor.execute(guest("test/syscall"), [words(*call)], limits, PORTABLE, cross_check=True)


@pytest.mark.parametrize(
    "call",
    [
        pytest.param((2, 13, IMAGE, 1 << 40), id="a tebibyte of public values"),
        pytest.param((2, 1, FREE, 1 << 38), id="printing 256 gibibytes"),
        pytest.param((2, 14, FREE, 1 << 38), id="a hint of 256 gibibytes"),
        pytest.param((0x42, 0, ADDRESS_END, 0), id="a tebibyte of profiler symbols"),
    ],
)
def test_execute__system_call_that_takes_all_memory__memory_limit(
    executor: NativeExecutor, guest: Programs, limits: Limits, call: tuple[int, int, int, int]
) -> None:
    with pytest.raises(ExecutionMemoryLimit):
        executor.execute(guest("test/syscall"), [words(*call)], limits, PORTABLE, cross_check=True)


def test_execute__call_that_dumps_to_a_file__writes_none(
    executor: NativeExecutor,
    guest: Programs,
    limits: Limits,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    target = tmp_path / "dump"
    monkeypatch.setenv("DUMP_ELF_OUTPUT", str(target))
    monkeypatch.setenv("TRACE_FILE", str(target))

    executor.execute(
        guest("test/syscall"), [words(0x40, 0, 0, 0)], limits, PORTABLE, cross_check=True
    )

    assert not target.exists()


def test_execute__word_that_is_no_instruction__program_invalid(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    program = bytearray(guest("test/spin"))
    program[0x1000:0x1004] = b"\xff\xff\xff\xff"

    check(bytes(program))
    with pytest.raises(ProgramInvalid):
        executor.execute(bytes(program), [], limits, PORTABLE)


def test_execute__randomly_damaged_programs__always_an_error_or_a_result(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    source = random.Random(2718)
    sound = guest("fibonacci")
    quick = replace(limits, wall_seconds=2, cpu_seconds=1, memory_bytes=256 << 20)
    refusals = 0
    for _ in range(300):
        program = bytearray(sound)
        for _ in range(source.randint(1, 6)):
            limit = 232 if source.random() < 0.5 else len(program)
            program[source.randrange(limit)] = source.randrange(256)
        try:
            executor.execute(bytes(program), [b"\x0a\0\0\0"], quick, PORTABLE)
        except ExecutorCrashed as error:
            pytest.fail(f"{bytes(program).hex()}: {error}")
        except Rejected:
            refusals += 1
    assert refusals > 50

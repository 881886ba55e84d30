"""Programs that behave: what they compute, and how they fail."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from attestor.core.execution import Engine, Execution, Limits, require_signable
from attestor.errors import (
    ExecutionCycleLimit,
    ExecutionOutputLimit,
    GuestFailed,
    GuestFault,
    ProgramInvalid,
    ProgramUnsupported,
)
from attestor.executor import NativeExecutor

PORTABLE = Engine.SP1_PORTABLE

Programs = Callable[[str], bytes]

KECCAK_OF_NOTHING = "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


def u32(value: int) -> bytes:
    return value.to_bytes(4, "little")


def u64(value: int) -> bytes:
    return value.to_bytes(8, "little")


@pytest.mark.parametrize(
    ("n", "public_values"),
    [
        (0, "000000000000000001000000"),
        (10, "0a0000003700000059000000"),
        (500, "f4010000f404000086070000"),
    ],
)
def test_execute__fibonacci__public_values_of_upstream(
    executor: NativeExecutor, guest: Programs, limits: Limits, n: int, public_values: str
) -> None:
    run = executor.execute(guest("fibonacci"), [u32(n)], limits, PORTABLE)

    require_signable(run)
    assert run.public_values.hex() == public_values
    assert run.digest == hashlib.sha256(run.public_values).digest()
    assert run.engine == "sp1-portable"


def test_execute__published_fibonacci__cycles_as_known(
    executor: NativeExecutor, published: Programs, limits: Limits
) -> None:
    run = executor.execute(published("fibonacci"), [u64(1000)], limits, PORTABLE)

    require_signable(run)
    assert (run.cycles, run.exit_code, run.public_values) == (14966, 0, b"")
    assert run.log == "stdout: result: 956396364\n"


def test_execute__published_keccak__result_as_known(
    executor: NativeExecutor, published: Programs, limits: Limits
) -> None:
    run = executor.execute(published("keccak"), [bytes(1000)], limits, PORTABLE)

    require_signable(run)
    assert (run.cycles, run.public_values.hex()) == (15665, KECCAK_OF_NOTHING)


def test_execute__published_rsp_without_its_input__guest_panic(
    executor: NativeExecutor, published: Programs, limits: Limits
) -> None:
    run = executor.execute(published("rsp"), [b"no block"], limits, PORTABLE)

    assert run.exit_code == 1
    with pytest.raises(GuestFailed, match="panicked"):
        require_signable(run)


@pytest.mark.parametrize("stdin", [[], [b""], [b"123"], [u32(1), b""], [u64(1)]])
def test_execute__other_stdin_than_fibonacci_reads__exit_code_3(
    executor: NativeExecutor, guest: Programs, limits: Limits, stdin: list[bytes]
) -> None:
    run = executor.execute(guest("fibonacci"), stdin, limits, PORTABLE)

    with pytest.raises(GuestFailed, match="stdin is invalid or too short") as caught:
        require_signable(run)
    assert caught.value.guest_exit_code == 3


def test_execute__published_program_without_stdin__refused(
    executor: NativeExecutor, published: Programs, limits: Limits
) -> None:
    with pytest.raises((GuestFailed, GuestFault)):
        require_signable(executor.execute(published("fibonacci"), [], limits, PORTABLE))


def test_execute__guest_that_panics__its_reason_is_told(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    run = executor.execute(guest("test/panic"), [], limits, PORTABLE)

    assert run.public_values == b"half"
    with pytest.raises(GuestFailed, match="exit code 1; it printed: .*as the test wants it"):
        require_signable(run)


def test_execute__stdin_larger_than_a_pipe__arrives(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    run = executor.execute(guest("header-chain"), [u32(1), bytes(32 << 20)], limits, PORTABLE)

    assert "longer than 16384 bytes" in run.log


def test_execute__many_stdin_entries__arrive(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    run = executor.execute(guest("fibonacci"), [u32(1)] * 10_000, limits, PORTABLE)

    assert "more than one entry" in run.log


def test_execute__cycle_limit__reached_and_passed_by_one(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    program, stdin = guest("fibonacci"), [u32(10)]
    cycles = executor.execute(program, stdin, limits, PORTABLE).cycles

    exact = replace(limits, cycles=cycles)
    assert executor.execute(program, stdin, exact, PORTABLE).cycles == cycles
    fewer = replace(limits, cycles=cycles - 1)
    with pytest.raises(ExecutionCycleLimit, match=f"more than {cycles - 1} cycles"):
        executor.execute(program, stdin, fewer, PORTABLE)
    with pytest.raises(ExecutionCycleLimit, match=f"{cycles} cycles, at most {cycles - 1}"):
        executor.execute(program, stdin, fewer, PORTABLE, cross_check=True)


@pytest.mark.parametrize("kib", [0, 4, 1024])
def test_execute__public_values_up_to_the_limit__answered(
    executor: NativeExecutor, guest: Programs, limits: Limits, kib: int
) -> None:
    program, chunks = guest("test/flood"), max(kib // 4, 1)

    assert (
        len(executor.execute(program, [u64(chunks)], limits, PORTABLE).public_values)
        == 4096 * chunks
    )


def test_execute__public_values_over_the_limit__output_limit(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    with pytest.raises(ExecutionOutputLimit, match="more than 1048576 bytes of public values"):
        executor.execute(guest("test/flood"), [u64(257)], limits, PORTABLE)
    with pytest.raises(ExecutionOutputLimit, match="1052672 bytes of public values, at most"):
        executor.execute(guest("test/flood"), [u64(257)], limits, PORTABLE, cross_check=True)


def test_execute__32_bit_program__says_which_sp1(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    program = bytearray(guest("fibonacci"))
    program[4] = 1

    with pytest.raises(ProgramInvalid, match="32-bit ELF, which is for SP1 v3 to v5"):
        executor.execute(bytes(program), [u32(1)], limits, PORTABLE)


def test_execute__untrusted_program__refused(
    executor: NativeExecutor, published: Programs, limits: Limits
) -> None:
    with pytest.raises(ProgramUnsupported, match="SUCCINCT note"):
        executor.execute(published("trap"), [], limits, PORTABLE)


def test_execute__from_several_threads__each_its_own_result(
    executor: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    program = guest("fibonacci")

    def run(n: int) -> Execution:
        return executor.execute(program, [u32(n)], limits, PORTABLE)

    with ThreadPoolExecutor(8) as threads:
        runs = list(threads.map(run, range(64)))

    assert [int.from_bytes(run.public_values[:4], "little") for run in runs] == list(range(64))
    assert runs[5] == executor.execute(program, [u32(5)], limits, PORTABLE)

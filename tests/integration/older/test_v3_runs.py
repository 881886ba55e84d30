"""Programs for SP1 v3 on its executor: what they compute, and how they end."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import pytest
from cases.rv32 import (
    CODE,
    DATA,
    ECALL,
    HALT,
    SPIN,
    T0,
    UNIMP,
    WRITE,
    addi,
    call,
    ending,
    load,
    program,
    publish,
)

from attestor.core.execution import Engine, Execution, Limits, require_signable
from attestor.core.verifying_key import VerifyingKey
from attestor.errors import (
    AttestorError,
    ExecutionCycleLimit,
    ExecutionMemoryLimit,
    ExecutionOutputLimit,
    ExecutionTimeLimit,
    ExecutorCrashed,
    GuestFailed,
    GuestFault,
    ProgramInvalid,
    ProgramUnsupported,
    PublicValuesMismatch,
)
from attestor.executor import NativeExecutor

V3 = Engine.SP1_V3
HELLO = b"hello, v3"
KEY = "006bed30dcb7056fce6a706bc6f6adabc74a982dc9d565ec9ebc10efeb0a7381"


def run(
    executor: NativeExecutor, limits: Limits, code: Sequence[int], data: bytes = HELLO
) -> Execution:
    return executor.execute(program(code, data), [], limits, V3)


@pytest.mark.parametrize(
    ("n", "cycles", "values"),
    [(10, 5226, "0a0000003700000059000000"), (500, 11106, "f4010000f404000086070000")],
)
def test_execute__published_program__as_sp1_runs_it(
    executor: NativeExecutor, limits: Limits, published: bytes, n: int, cycles: int, values: str
) -> None:
    done = executor.execute(published, [n.to_bytes(4, "little")], limits, V3)
    require_signable(done)
    assert (done.public_values.hex(), done.cycles, done.engine) == (values, cycles, "sp1-v3")


def test_verifying_key__published_program__that_of_sp1s_own_set_up(
    executor: NativeExecutor, limits: Limits, published: bytes
) -> None:
    assert executor.verifying_key(published, limits).program_vkey.hex() == KEY


def test_verifying_key__words_of_data_alone_differ__another_key(
    executor: NativeExecutor, limits: Limits
) -> None:
    """Zeros behind the data count as well, as they are memory that is there at the start."""
    made = [program(ending(), data, zeros=zeros) for data, zeros in ((b"a", 0), (b"b", 0))]
    made.append(program(ending(), b"a", zeros=8))
    keys: set[VerifyingKey] = {executor.verifying_key(one, limits) for one in made}
    assert len(keys) == len(made)


def test_execute__values_and_their_digest__signable(
    executor: NativeExecutor, limits: Limits
) -> None:
    done = run(executor, limits, [*publish(len(HELLO)), *ending(HELLO)])
    require_signable(done)
    assert done.public_values == HELLO
    assert done.digest == hashlib.sha256(HELLO).digest()


def test_require_signable__digest_of_other_values__refused(
    executor: NativeExecutor, limits: Limits
) -> None:
    done = run(executor, limits, [*publish(len(HELLO)), *ending(b"other")])
    with pytest.raises(PublicValuesMismatch):
        require_signable(done)


@pytest.mark.parametrize("code", [1, 3, 2**32 - 1])
def test_require_signable__another_exit_code__told(
    executor: NativeExecutor, limits: Limits, code: int
) -> None:
    done = run(executor, limits, [addi(T0, 0, 1), *call(HALT, code)])
    assert (done.exit_code, done.cycles) == (code, 1 + len(call(HALT)))
    with pytest.raises(GuestFailed, match=f"exit code {code}"):
        require_signable(done)


def test_execute__exactly_the_cycles_it_takes__runs_and_one_less_is_a_limit(
    executor: NativeExecutor, limits: Limits
) -> None:
    code = ending()
    exact = replace(limits, cycles=len(code))
    assert run(executor, exact, code).cycles == len(code)
    with pytest.raises(ExecutionCycleLimit):
        run(executor, replace(exact, cycles=len(code) - 1), code)


@pytest.mark.parametrize(
    ("code", "leaf", "told"),
    [
        ([SPIN], ExecutionCycleLimit, "cycle limit"),
        ([UNIMP], GuestFault, "unimplemented"),
        (call(0x77), GuestFault, "invalid syscall number"),
        (call(0xF0), GuestFault, "insufficient input"),
        ([*call(0x03), *call(0x10)], GuestFault, "unconstrained"),
        ([*call(0x03), *call(HALT)], GuestFault, "unconstrained"),
        ([addi(T0, 0, 2), load(T0, T0, 1)], GuestFault, "memory access"),
        (call(WRITE, 1, DATA, 1), GuestFault, "Utf8Error"),
        (call(WRITE, 13, DATA, 1), ProgramUnsupported, "SP1 v4"),
        (call(WRITE, 14, DATA, 1), ProgramUnsupported, "SP1 v4"),
        (call(0x1B, DATA, DATA), ProgramUnsupported, "proofs of other programs"),
        (call(0x1A, 0, 1), ProgramUnsupported, "proofs of other programs"),
        (call(WRITE, 4, DATA, 2**32 - 1), ExecutionOutputLimit, "cycles pay for"),
        (publish(1 << 20), ExecutionOutputLimit, "public values"),
    ],
)
def test_execute__what_cannot_go_on__its_own_error(
    executor: NativeExecutor, code: list[int], leaf: type[AttestorError], told: str, limits: Limits
) -> None:
    bounds = replace(limits, cycles=100_000, public_values_bytes=(1 << 20) - 1)
    with pytest.raises(leaf, match=told):
        run(executor, bounds, code, b"\xff")


def test_execute__loop_in_an_unconstrained_block__ended_by_its_time(
    executor: NativeExecutor, limits: Limits
) -> None:
    """Cycles in there count until it is left, so that the limit may be the cycles'."""
    with pytest.raises((ExecutionTimeLimit, ExecutionCycleLimit)):
        run(executor, replace(limits, cpu_seconds=1, cycles=10**12), [*call(0x03), SPIN])


def test_execute__more_memory_than_it_may__memory_limit(
    executor: NativeExecutor, limits: Limits
) -> None:
    few = replace(limits, memory_bytes=4 << 20)
    with pytest.raises(ExecutionMemoryLimit):
        executor.execute(program(ending(), b"", zeros=4 << 20), [], few, V3)


@pytest.mark.parametrize(
    "made",
    [
        program(ending(), HELLO, address=28),
        program(ending(), HELLO, address=CODE),
        program(ending(), HELLO, zeros=16 << 20),
        program(ending(), b"", zeros=0, at=0x7800_0000),
        program([0xFFFF_FFFF, ECALL]),
    ],
)
def test_execute__elf_that_is_not_to_be_loaded__refused_by_the_child_too(
    executor: NativeExecutor, limits: Limits, made: bytes
) -> None:
    for ask in (executor.verifying_key, lambda one, most: executor.execute(one, [], most, V3)):
        with pytest.raises(ProgramInvalid):
            ask(made, limits)


def test_execute__engine_of_another_circuit__not_run(
    executor: NativeExecutor, limits: Limits
) -> None:
    for engine in (Engine.ATTESTOR, Engine.SP1_PORTABLE):
        with pytest.raises(ExecutorCrashed, match="there is no engine"):
            executor.execute(program(ending()), [], limits, engine)

"""Guests whose cross-check costs far more than their run: refused, or priced before it starts."""

import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from benchmarks import guest as made

from attestor.core.cross_check import (
    CheckingEngine,
    CrossCheckPolicy,
    Mode,
    Timing,
    price,
)
from attestor.core.execution import Engine, Execution, Limits, require_signable
from attestor.errors import (
    CrossCheckLimit,
    ExecutionMemoryLimit,
    ExecutionOutputLimit,
    ExecutionStopped,
    ExecutorCrashed,
)
from attestor.executor import NativeExecutor
from attestor.executor.native import JIT_BUILD_COMMAND
from attestor.executor.stop import Stop
from attestor.signer.cross_checker import CrossChecker, Run

OURS, JIT = Engine.ATTESTOR, Engine.SP1_JIT
Programs = Callable[[str], bytes]
ANYWHERE = 77
"""No descriptor: SP1's executors copy what is written to it all the same."""
DIRECTORY = Path(__file__).resolve().parents[3] / "executor" / "target" / "release"


def words(*values: int) -> bytes:
    return b"".join(value.to_bytes(8, "little") for value in values)


@pytest.fixture
def jit(executor: NativeExecutor) -> NativeExecutor:
    if not executor.has_jit:
        pytest.skip(f"SP1's JIT is not built: {JIT_BUILD_COMMAND}")
    return executor


def checker(executor: NativeExecutor, limits: Limits, engine: CheckingEngine) -> CrossChecker:
    def never(reason: str) -> None:
        raise AssertionError(reason)

    policy = CrossCheckPolicy(Mode.ALWAYS, Mode.ALWAYS, engine=engine)
    return CrossChecker(never, executor, limits, policy, lambda: 0.5)


def ran(executor: NativeExecutor, program: bytes, stdin: tuple[bytes, ...], limits: Limits) -> Run:
    execution = executor.execute(program, stdin, limits, OURS)
    require_signable(execution)
    return Run("job", program, stdin, execution)


@pytest.mark.parametrize("descriptor", [1, 2, 3, 13, 14, ANYWHERE])
def test_execute__one_write_of_512_mib__refused_at_once(
    executor: NativeExecutor, guest: Programs, limits: Limits, descriptor: int
) -> None:
    call = words(made.WRITE, descriptor, made.FREE, 512 << 20)
    started = time.monotonic()

    with pytest.raises(ExecutionOutputLimit, match="more than 16777216 bytes, and one for each"):
        executor.execute(guest("test/syscall"), [call], limits, OURS)

    assert time.monotonic() - started < 2


@pytest.mark.parametrize("descriptor", [1, 14, ANYWHERE])
def test_execute__write_loop__refused_when_its_cycles_do_not_pay(
    executor: NativeExecutor, limits: Limits, descriptor: int
) -> None:
    endless = made.loop(1 << 40, made.WRITE, descriptor, made.FREE, 4096)

    with pytest.raises(ExecutionOutputLimit):
        executor.execute(endless, [], limits, OURS)


def test_execute__write_loop_that_its_cycles_pay_for__signable(
    executor: NativeExecutor, limits: Limits
) -> None:
    execution = executor.execute(
        made.loop(100_000, made.WRITE, ANYWHERE, made.DATA, 100), [], limits, OURS
    )

    require_signable(execution)
    assert execution.effort is not None
    assert execution.effort.written_bytes == 100_000 * 100


def test_before_signing__800_windows_on_the_portable_engine__refused_before_it_starts(
    executor: NativeExecutor, guest: Programs
) -> None:
    limits = Limits()
    run = ran(executor, guest("test/sparse"), (words(800),), limits)
    started = time.monotonic()

    with pytest.raises(CrossCheckLimit, match=r"touches 80\d windows of 2 MiB"):
        checker(executor, limits, CheckingEngine.SP1_PORTABLE).before_signing(run)

    assert time.monotonic() - started < 0.5


def test_before_signing__empty_hints_into_800_windows__refused_before_it_starts(
    executor: NativeExecutor, limits: Limits
) -> None:
    """SP1's engine makes memory for the word behind each, and a table for that."""
    run = ran(executor, made.empty_hints(800), (), limits)
    started = time.monotonic()

    with pytest.raises(CrossCheckLimit, match="touches 801 windows of 2 MiB"):
        checker(executor, limits, CheckingEngine.SP1_PORTABLE).before_signing(run)

    assert time.monotonic() - started < 0.5


def test_price__large_file__tells_what_sp1s_loader_takes(
    executor: NativeExecutor, limits: Limits
) -> None:
    """An entry of a table for each word, on both of SP1's engines."""
    execution = executor.execute(made.Guest(bytes(8 << 20)).elf(), [], limits, OURS)

    require_signable(execution)
    assert price(execution) > 32 << 20


@pytest.mark.parametrize(("instruction", "each"), [(made.ECALL, 700), (made.DIVISION, 450)])
def test_price__code_that_sp1s_jit_translates_at_length__tells_what_it_takes(
    executor: NativeExecutor, limits: Limits, instruction: int, each: int
) -> None:
    """All of it before the first instruction, whether it is executed or not."""
    program = made.never_executed(10_000, instruction)
    execution = executor.execute(program, [], limits, OURS)

    require_signable(execution)
    assert execution.cycles < 200
    assert price(execution) > 10_000 * each


@pytest.mark.parametrize("zeros", [60 << 20, 0], ids=["bss", "sparse"])
@pytest.mark.parametrize("engine", [CheckingEngine.SP1_JIT, CheckingEngine.SP1_PORTABLE])
def test_execute__zeros_that_a_run_does_not_touch__cost_sp1s_engines_nothing(
    jit: NativeExecutor, engine: CheckingEngine, zeros: int
) -> None:
    """SP1's loader takes two seconds for 60 MiB, and its portable engine 1.5 GiB for 250 words."""
    program = made.Guest().elf(zeros) if zeros else made.sparse_image(250)
    limits = Limits(wall_seconds=20, cpu_seconds=1, memory_bytes=256 << 20)
    run = ran(jit, program, (), limits)
    theirs = jit.execute(program, (), limits, Engine(engine), cross_check=True)

    assert replace(theirs, engine=OURS, log="") == replace(run.execution, log="")


def test_before_signing__800_windows__jit_agrees_within_a_gibibyte(
    jit: NativeExecutor, guest: Programs
) -> None:
    limits = Limits(wall_seconds=20, memory_bytes=1 << 30)
    run = ran(jit, guest("test/sparse"), (words(800),), limits)

    timing = checker(jit, limits, CheckingEngine.AUTO).before_signing(run)

    assert timing is Timing.BEFORE
    assert price(run.execution) > 80_000_000


def test_price__unconstrained_blocks__tells_what_they_cost(
    executor: NativeExecutor, limits: Limits
) -> None:
    execution = executor.execute(made.blocks(1000), [], limits, OURS)

    require_signable(execution)
    assert execution.effort is not None
    assert execution.effort.block_windows == 2000
    assert price(execution) > 200_000_000


CURVE = (made.DATA, made.DATA + 2048)


@pytest.mark.parametrize(
    ("guest", "each"),
    [
        (made.loop(1000, 0x01_010E, *CURVE, data=made.bn254_points()), 8_500),
        (made.loop(1000, 0x01_011E, *CURVE, data=made.bls12_381_points()), 16_500),
        (made.loop(1000, made.WRITE, 19, made.DATA, 48, data=b"\7" * 48), 13_824),
    ],
)
def test_price__calls_that_sp1_makes_by_big_integers__tells_what_they_cost(
    executor: NativeExecutor, limits: Limits, guest: bytes, each: int
) -> None:
    """Some 100 microseconds each, where ours take one."""
    execution = executor.execute(guest, [], limits, OURS)

    require_signable(execution)
    assert execution.effort is not None
    assert execution.effort.call_cycles == 1000 * each
    assert price(execution) > 1000 * each


def test_before_signing__more_dear_calls_than_the_budget__not_cross_checked_before(
    executor: NativeExecutor, limits: Limits
) -> None:
    program = made.loop(60_000, 0x01_010E, *CURVE, data=made.bn254_points())
    run = ran(executor, program, (), limits)

    assert run.execution.cycles < 1_000_000
    policy = CrossCheckPolicy()
    assert policy.timing(OURS, price(run.execution), 0.5) is Timing.NOT_CHECKED
    assert policy.timing(OURS, price(run.execution), 0.0) is Timing.AFTER


GUESTS = {
    "bn254": made.loop(50, 0x01_010E, *CURVE, data=made.bn254_points()),
    "bls12-381": made.loop(50, 0x01_011E, *CURVE, data=made.bls12_381_points()),
    "blocks": made.blocks(50),
    "writes": made.loop(1000, made.WRITE, 1, made.DATA, 100, data=b"a line\n" * 585),
    "hints": made.loop(100, made.WRITE, 14, made.FREE, 1 << 10),
    "windows": made.windows(100),
    "empty hints": made.empty_hints(100),
    "words of .bss": made.sparse_image(100),
    "divisions": made.divisions(10_000),
}


@pytest.mark.parametrize("name", GUESTS)
@pytest.mark.parametrize("engine", [CheckingEngine.SP1_JIT, CheckingEngine.SP1_PORTABLE])
def test_execute__guest_of_every_kind__both_of_sp1s_engines_agree(
    jit: NativeExecutor, limits: Limits, name: str, engine: CheckingEngine
) -> None:
    run = ran(jit, GUESTS[name], (), limits)
    theirs = jit.execute(run.program, run.stdin, limits, Engine(engine), cross_check=True)

    assert replace(theirs, engine=OURS, log="") == replace(run.execution, log="")


@pytest.mark.parametrize(("name", "stdin"), [("fibonacci", words(1000)), ("keccak", bytes(1000))])
def test_execute__published_program__sp1s_jit_agrees(
    jit: NativeExecutor, published: Programs, limits: Limits, name: str, stdin: bytes
) -> None:
    run = ran(jit, published(name), (stdin,), limits)
    theirs = jit.execute(run.program, run.stdin, limits, JIT, cross_check=True)

    assert replace(theirs, engine=OURS, log="") == replace(run.execution, log="")


def test_execute__wild_access_on_sp1s_jit__its_process_alone_ends(
    jit: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    with pytest.raises(ExecutorCrashed):
        jit.execute(guest("test/oob"), [words(1 << 45)], limits, JIT, cross_check=True)


def test_execute__on_sp1s_jit_and_not_to_cross_check__refused(
    jit: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    with pytest.raises(ExecutorCrashed, match="only cross-checks"):
        jit.execute(guest("fibonacci"), [b"\1\0\0\0"], limits, JIT)


def test_execute__memory_of_sp1s_jit_over_its_limit__stopped(
    jit: NativeExecutor, guest: Programs, limits: Limits
) -> None:
    with pytest.raises(ExecutionMemoryLimit, match="attestor-execute-jit was stopped"):
        jit.execute(
            made.windows(1 << 19, 4096),
            [],
            replace(limits, memory_bytes=256 << 20),
            JIT,
            cross_check=True,
        )


def test_execute__stopped__ends_at_once(executor: NativeExecutor, guest: Programs) -> None:
    stop = Stop()
    stop.set()
    started = time.monotonic()

    with pytest.raises(ExecutionStopped):
        executor.execute(guest("test/spin"), [], Limits(wall_seconds=20, stop=stop), OURS)

    assert time.monotonic() - started < 5
    stop.close()


def test_beside__job_that_takes_long__is_answered_by_what_ran_meanwhile(
    jit: NativeExecutor, guest: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One run on each engine, and no second one on SP1's."""
    limits = Limits(wall_seconds=60)
    asked: list[Engine] = []
    plain = NativeExecutor.execute

    def counted(*arguments: object, **options: object) -> Execution:
        asked.append(Engine(str(arguments[4])))
        return plain(*arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(NativeExecutor, "execute", counted)
    program, stdin = guest("fibonacci"), ((60_000_000).to_bytes(4, "little"),)
    with checker(jit, limits, CheckingEngine.AUTO).beside(program, stdin) as beside:
        run = ran(jit, program, stdin, limits)
        timing = checker(jit, limits, CheckingEngine.AUTO).before_signing(run, beside)

    assert timing is Timing.BEFORE
    assert sorted(asked) == [OURS, JIT]


def test_execute__machine_without_room_for_addresses__not_the_guests_fault(guest: Programs) -> None:
    """As after `ulimit -v` of a tebibyte."""
    body = (
        "import resource, sys; from pathlib import Path\n"
        "resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40))\n"
        "from attestor.core.execution import Engine, Limits\n"
        "from attestor.executor import NativeExecutor\n"
        "from attestor.errors import ExecutionHostMemory\n"
        "try:\n"
        "    executor = NativeExecutor(Path(sys.argv[1]))\n"
        "    executor.execute(sys.stdin.buffer.read(), [], Limits(), Engine.ATTESTOR)\n"
        "except ExecutionHostMemory as error:\n"
        "    print(error.code, error.hint)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", body, str(DIRECTORY)],
        input=guest("fibonacci"),
        capture_output=True,
        check=False,
        cwd=DIRECTORY.parents[2],
    )

    assert done.stdout.startswith(b"exec_host_memory free memory"), done.stderr

"""Processes that were started before there was a request, and programs that are handed to them."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from attestor.core.execution import Engine, Limits
from attestor.errors import ExecutorCrashed
from attestor.executor import NativeExecutor, starting
from attestor.executor import warm as module
from attestor.executor.child import run
from attestor.executor.sealed_memory import SealedBytes
from attestor.executor.warm import Warm
from attestor.programs import elf, fibonacci

ECHO = f"#!{sys.executable} -IS\nimport os, sys\nsys.stdin.read()\nprint(os.getpid())\n"
Make = Callable[[int], Warm]
Starts = list[starting.Started]
Counted = tuple[Make, Starts]


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """Answers with its process id."""
    path = tmp_path / "answers"
    path.write_text(ECHO)
    path.chmod(0o755)
    return path


@pytest.fixture
def make(program: Path) -> Iterator[Make]:
    made: list[Warm] = []

    def of(count: int) -> Warm:
        made.append(Warm(lambda: starting.start(program), count))
        return made[-1]

    yield of
    for warm in made:
        warm.close()


@pytest.fixture
def counted(program: Path) -> Iterator[Counted]:
    """Makes one with all of its processes there, and what was started."""
    made: list[Warm] = []
    starts: Starts = []

    def start() -> starting.Started:
        starts.append(starting.start(program))
        return starts[-1]

    def of(count: int) -> Warm:
        made.append(Warm(start, count))
        wait(lambda: len(starts) == count)
        return made[-1]

    yield of, starts
    for warm in made:
        warm.close()


@contextmanager
def taken(warm: Warm) -> Iterator[starting.Started]:
    """One that waits, which takes a moment."""
    for _ in range(1000):
        with warm.taken() as started:
            if started is not None:
                yield started
                return
        time.sleep(0.01)
    raise AssertionError("none was started")


def test_taken__several_runs__each_has_a_process_of_its_own(make: Make, program: Path) -> None:
    warm = make(2)
    pids, answers = [], []
    for _ in range(3):
        with taken(warm) as started:
            pids.append(started.process.pid)
            answers.append(int(run(program, b"x", 20, 100, started=started).answer))
    assert answers == pids
    assert len(set(pids)) == 3


def test_taken__while_it_runs__no_other_is_started_in_its_place(
    counted: Counted,
) -> None:
    make, starts = counted
    warm = make(2)
    with taken(warm) as started:
        time.sleep(0.05)
        assert len(starts) == 2, "the run has the processor for itself"
        starting.destroy(started)
    wait(lambda: len(starts) == 3)


def test_taken__one_of_two_runs_ends__one_is_started(
    counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.0)
    make, starts = counted
    warm = make(2)
    with warm.taken() as goes_on:
        assert goes_on is not None
        with warm.taken() as ends:
            assert ends is not None
            starting.destroy(ends)
        wait(lambda: len(starts) == 3)
        time.sleep(0.05)
        assert len(starts) == 3, "the run that goes on is one of two"
        starting.destroy(goes_on)


def test_taken__jobs_without_end__others_are_started_all_the_same(
    counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.02)
    make, starts = counted
    warm = make(1)
    ends = time.monotonic() + 20
    # More often than the pause is long: each run puts the next start off, once.
    while len(starts) < 3 and time.monotonic() < ends:
        with warm.taken() as started:
            if started is not None:
                starting.destroy(started)
        time.sleep(0.001)
    warm.close()
    assert len(starts) >= 3


def test_taken__cross_check_after_the_run__no_start_comes_between(
    counted: Counted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PAUSE_SECONDS", 0.5)
    make, starts = counted
    warm = make(2)
    for _ in range(2):
        with warm.taken() as started:
            assert started is not None
            starting.destroy(started)
    assert len(starts) == 2
    wait(lambda: len(starts) == 4)


def test_taken__run_raises__another_is_started_for_the_next(make: Make, program: Path) -> None:
    warm = make(1)
    with pytest.raises(ZeroDivisionError), taken(warm) as started:
        starting.destroy(started)
        raise ZeroDivisionError
    with taken(warm) as started:
        assert run(program, b"x", 20, 100, started=started).status == 0


def wait(condition: Callable[[], bool]) -> None:
    for _ in range(1000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to be")


def test_taken__one_was_killed_meanwhile__another_is_given(make: Make, program: Path) -> None:
    warm = make(1)
    with taken(warm) as killed:
        os.kill(killed.process.pid, signal.SIGKILL)
        os.waitid(os.P_PID, killed.process.pid, os.WEXITED | os.WNOWAIT)
        warm._add(killed)
    with taken(warm) as started:
        assert started.process.pid != killed.process.pid
        assert run(program, b"x", 20, 100, started=started).status == 0


def test_close__those_that_wait__are_ended(make: Make) -> None:
    warm = make(1)
    with taken(warm) as waiting:
        warm._add(waiting)
        warm.close()
        assert not Path(f"/proc/{waiting.process.pid}").exists()
    with warm.taken() as started:
        assert started is None


def test_start__missing_program__jobs_say_so_and_later_ones_run(
    make: Make, program: Path, tmp_path: Path
) -> None:
    away = program.rename(tmp_path / "away")
    warm = make(1)
    time.sleep(0.05)
    with warm.taken() as started:
        assert started is None
    away.rename(program)
    with taken(warm) as started:
        assert run(program, b"x", 20, 100, started=started).status == 0


@pytest.mark.parametrize("size", [0, 5_000_000])
def test_execute__program_in_sealed_memory__same_run_as_of_one_that_is_sent(
    executor: NativeExecutor, size: int
) -> None:
    small = elf(fibonacci.NAME)
    program = small + bytes(max(0, size - len(small)))
    asked = program, fibonacci.stdin(10), Limits(), Engine.ATTESTOR
    sealed = executor.execute(*asked, sealed=SealedBytes("program", program))
    sent = executor.execute(*asked)
    assert sealed.public_values == sent.public_values
    assert (sealed.cycles, sealed.digest) == (sent.cycles, sent.digest)


def test_execute__sealed_memory_of_another_size_than_told__is_refused(
    executor: NativeExecutor,
) -> None:
    program = elf(fibonacci.NAME)
    sealed = SealedBytes("program", program)
    sealed.size += 1
    with pytest.raises(ExecutorCrashed, match="cannot read what is attached"):
        executor.execute(program, (), Limits(), Engine.ATTESTOR, sealed=sealed)


STEPS = [(socket, "socketpair"), (subprocess, "Popen"), (os, "pidfd_open")]


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS])
@pytest.mark.parametrize(("module", "step"), STEPS)
def test_start__machine_has_no_room__says_so_and_leaves_nothing(
    module: ModuleType, step: str, number: int, program: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = os.listdir("/proc/self/fd"), children()
    with monkeypatch.context() as patched:
        patched.setattr(module, step, failing(number))
        with pytest.raises(ExecutorCrashed, match="cannot be started now"):
            starting.start(program)
    assert (os.listdir("/proc/self/fd"), children()) == before


@pytest.mark.parametrize(("module", "step"), STEPS)
def test_taken__machine_had_no_room__gives_again_once_it_has(
    module: ModuleType, step: str, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(module, step, failing(errno.EMFILE))
        warm = make(1)
        for _ in range(20):
            with warm.taken() as started:
                assert started is None
            time.sleep(0.01)
    with taken(warm) as started:
        starting.destroy(started)


def failing(number: int) -> Callable[..., None]:
    def call(*arguments: object, **options: object) -> None:
        raise OSError(number, os.strerror(number))

    return call


def children() -> str:
    return "".join(path.read_text() for path in Path("/proc/self/task").glob("*/children"))

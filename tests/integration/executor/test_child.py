"""Children that are missing, hang, flood or die, made of small fake programs."""

import errno
import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from attestor.core.execution import Engine, Limits
from attestor.errors import (
    ExecutionMemoryLimit,
    ExecutionStopped,
    ExecutionTimeLimit,
    ExecutorCrashed,
    ExecutorMissing,
)
from attestor.executor import NativeExecutor
from attestor.executor.child import MAX_LOG_BYTES, run
from attestor.executor.stop import Stop

MEBIBYTE = 1 << 20
PORTABLE = Engine.SP1_PORTABLE
Make = Callable[[str], Path]


@pytest.fixture
def fake(tmp_path: Path) -> Make:
    """A program whose body is Python."""

    def make(body: str) -> Path:
        path = tmp_path / "attestor-execute"
        path.write_text(f"#!{sys.executable} -IS\nimport os, sys, time\n{body}\n")
        path.chmod(0o755)
        return path

    return make


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_for_file(path: Path) -> str:
    for _ in range(500):
        if path.exists() and path.read_text().endswith("\n"):
            return path.read_text().strip()
        time.sleep(0.01)
    raise AssertionError(f"no {path.name}")


def test_run__request_larger_than_a_pipe__comes_back_whole() -> None:
    request = os.urandom(8 * MEBIBYTE)

    ended = run(Path("/bin/cat"), request, 20, 8 * MEBIBYTE)

    assert (ended.status, ended.answer, ended.log) == (0, request, "")


def test_run__answer_at_and_over_the_bound__taken_and_refused() -> None:
    assert len(run(Path("/bin/cat"), bytes(1000), 20, 1000).answer) == 1000
    with pytest.raises(ExecutorCrashed, match="more than 999 bytes"):
        run(Path("/bin/cat"), bytes(1000), 20, 999)


def test_run__environment__empty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRACE_FILE", "anything")

    assert run(Path("/usr/bin/env"), b"", 20, MEBIBYTE).answer == b""


def test_run__descriptors_and_session__its_own(fake: Make, tmp_path: Path) -> None:
    with (tmp_path / "secret").open("w") as secret:
        os.set_inheritable(secret.fileno(), True)
        listing = "[fd for fd in range(3, 256) if os.path.exists(f'/proc/self/fd/{fd}')]"
        child = fake(f"print({listing}, os.getsid(0) == os.getpid(), os.getcwd())")
        ended = run(child, b"", 20, MEBIBYTE)

    assert ended.answer == b"[] True /\n"


def test_run__never_answers__stopped_in_time(fake: Make) -> None:
    started = time.monotonic()

    with pytest.raises(ExecutionTimeLimit, match=r"attestor-execute was stopped after 0\.3 s"):
        run(fake("time.sleep(600)"), b"", 0.3, MEBIBYTE)

    assert time.monotonic() - started < 3


def test_run__never_reads__stopped_in_time(fake: Make) -> None:
    with pytest.raises(ExecutionTimeLimit):
        run(fake("time.sleep(600)"), bytes(8 * MEBIBYTE), 0.3, MEBIBYTE)


def test_run__closes_its_outputs_but_stays__stopped_in_time(fake: Make) -> None:
    with pytest.raises(ExecutionTimeLimit):
        run(fake("os.close(1); os.close(2); time.sleep(600)"), b"", 0.5, MEBIBYTE)


def test_run__closes_its_outputs_but_stays__stopped_when_it_is_not_wanted(fake: Make) -> None:
    child = fake("os.close(1); os.close(2); time.sleep(600)")
    started = time.monotonic()
    with Stop() as stop, ThreadPoolExecutor(1) as threads:
        call = threads.submit(run, child, b"", 20, MEBIBYTE, stop=stop)
        time.sleep(0.3)
        stop.set()
        with pytest.raises(ExecutionStopped):
            call.result()

    assert time.monotonic() - started < 5


HOARD = """
import ctypes, resource
libc = ctypes.CDLL(None)
libc.mmap.restype = ctypes.c_void_p
size = ctypes.c_size_t(8 << 20)
resource.setrlimit(resource.RLIMIT_DATA, (64 << 20, 64 << 20))
for _ in range(100):
    part = libc.mmap(None, size, 3, {flags}, -1, ctypes.c_long(0))
    ctypes.memset(part, 1, size)
    libc.mprotect(ctypes.c_void_p(part), size, {access})
time.sleep(600)
"""
"""800 MiB past a limit of 64 MiB of data."""
PRIVATE, SHARED, GROWING = 0x22, 0x21, 0x122


@pytest.mark.parametrize(("flags", "access"), [(PRIVATE, 1), (SHARED, 3), (GROWING, 3)])
def test_run__memory_that_no_limit_of_its_own_counts__stopped_by_what_is_resident(
    fake: Make, flags: int, access: int
) -> None:
    child = fake(HOARD.format(flags=flags, access=access))

    with pytest.raises(ExecutionMemoryLimit, match="more than 209715200 bytes of memory"):
        run(child, b"", 20, MEBIBYTE, max_resident_bytes=200 * MEBIBYTE)


def test_execute__taken_over_child_that_hoards__stopped_by_what_is_resident(fake: Make) -> None:
    directory = fake(HOARD.format(flags=PRIVATE, access=1)).parent
    limits = Limits(wall_seconds=20, memory_bytes=64 * MEBIBYTE)

    with pytest.raises(ExecutionMemoryLimit):
        NativeExecutor(directory).execute(b"", [], limits, Engine.ATTESTOR)


def test_run__time_is_up__grandchildren_end_too(fake: Make, tmp_path: Path) -> None:
    note = tmp_path / "pid"
    body = f"pid = os.fork()\nif pid: open({str(note)!r}, 'w').write(f'{{pid}}\\n')"

    with pytest.raises(ExecutionTimeLimit):
        run(fake(f"{body}\ntime.sleep(600)"), b"", 1, MEBIBYTE)

    pid = int(wait_for_file(note))
    for _ in range(200):
        if not is_running(pid):
            return
        time.sleep(0.01)
    raise AssertionError("a grandchild still runs")


def test_run__child_ends_before_its_grandchild__grandchild_ends_too(
    fake: Make, tmp_path: Path
) -> None:
    body = "pid = os.fork()\nif pid: print(pid)\nelse: os.close(1); os.close(2); time.sleep(600)"

    ended = run(fake(body), b"", 20, MEBIBYTE)

    pid = int(ended.answer)
    for _ in range(200):
        if not is_running(pid):
            return
        time.sleep(0.01)
    raise AssertionError("a grandchild still runs")


def test_run__endless_answer__stopped_at_the_bound(fake: Make) -> None:
    with pytest.raises(ExecutorCrashed, match="more than 1048576 bytes"):
        run(fake("while True: os.write(1, bytes(65536))"), b"", 20, MEBIBYTE)


def test_run__much_log__drained_cut_and_printable(fake: Make) -> None:
    body = "os.write(2, b'\\x1b[31m\\xff\\n'); [os.write(2, b'x' * 65536) for _ in range(200)]"

    ended = run(fake(f"{body}; print('end')"), b"", 20, MEBIBYTE)

    assert ended.answer == b"end\n"
    assert ended.log.startswith("?[31m\ufffd\nxxx")
    assert len(ended.log) == MAX_LOG_BYTES


def test_run__answers_without_reading__answer_counts(fake: Make) -> None:
    ended = run(fake("os.write(1, b'early\\n'); os._exit(0)"), bytes(8 * MEBIBYTE), 20, MEBIBYTE)

    assert (ended.status, ended.answer) == (0, b"early\n")


@pytest.mark.parametrize(("body", "status"), [("sys.exit(7)", 7), ("os.abort()", -6)])
def test_run__child_fails__status_as_it_ended(fake: Make, body: str, status: int) -> None:
    assert run(fake(body), b"", 20, MEBIBYTE).status == status


def test_run__many_at_once__each_its_own_answer_and_none_left(fake: Make) -> None:
    child = fake("sys.stdout.write(f'{os.getpid()} ' + sys.stdin.read())")

    def call(number: int) -> list[str]:
        return run(child, str(number).encode(), 30, MEBIBYTE).answer.decode().split()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(call, range(32)))

    assert [answer[1] for answer in answers] == [str(number) for number in range(32)]
    for pid, _ in answers:
        assert not Path(f"/proc/{pid}").exists()


def test_run__not_there__says_how_to_build(tmp_path: Path) -> None:
    with pytest.raises(ExecutorMissing, match="No such file") as caught:
        NativeExecutor(tmp_path).execute(b"", [], Limits(), PORTABLE)

    assert caught.value.hint == "run make executor"


@pytest.mark.parametrize(("content", "mode"), [("no program", 0o755), ("#!/bin/sh\n", 0o644)])
def test_run__not_a_program__says_how_to_build(tmp_path: Path, content: str, mode: int) -> None:
    path = tmp_path / "attestor-vkey"
    path.write_text(content)
    path.chmod(mode)

    with pytest.raises(ExecutorMissing, match="attestor-vkey cannot be started"):
        NativeExecutor(tmp_path).verifying_key(b"", Limits())


@pytest.mark.parametrize(
    "body", ["", "print('hello')", "os.write(1, bytes(4))", "os.write(1, b'\\xff' * 4096)"]
)
def test_execute__child_that_speaks_garbage__crashed(fake: Make, body: str) -> None:
    directory = fake(body).parent

    with pytest.raises(ExecutorCrashed, match="gave no answer"):
        NativeExecutor(directory).execute(b"", [], Limits(wall_seconds=20), PORTABLE)


def test_execute__child_that_dies__crashed_with_its_last_words(fake: Make) -> None:
    directory = fake("sys.exit('out of luck')").parent

    with pytest.raises(ExecutorCrashed, match="status 1; it printed: out of luck"):
        NativeExecutor(directory).execute(b"", [], Limits(wall_seconds=20), PORTABLE)


def test_programs__started_by_hand_with_an_environment__refuse() -> None:
    program = Path(__file__).resolve().parents[3] / "executor/target/release/attestor-execute"
    if not program.exists():
        pytest.skip("the executor is not built")

    ended = subprocess.run([program], input=b"", capture_output=True, env={"TRACE_FILE": "x"})

    assert b"the environment must be empty, it holds TRACE_FILE" in ended.stdout


@pytest.mark.parametrize("niceness", [0, 19])
def test_run__niceness__is_the_childs_before_it_works(fake: Make, niceness: int) -> None:
    """Our own process may stand back already: the child stands back no less."""
    program = fake("sys.stdin.buffer.read()\nprint(os.getpriority(os.PRIO_PROCESS, 0))")

    ended = run(program, b"a request", 20, 100, niceness=niceness)

    own = os.getpriority(os.PRIO_PROCESS, 0)
    assert int(ended.answer) == (max(niceness, own) if niceness else own)


def test_run__no_descriptor_is_left__crashed_and_no_child_stays(
    fake: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left() -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    def children() -> set[str]:
        lists = Path("/proc/self/task").glob("*/children")
        return {child for path in lists for child in path.read_text().split()}

    before = children()
    monkeypatch.setattr(selectors, "DefaultSelector", none_left)
    with pytest.raises(ExecutorCrashed, match="Too many open files"):
        run(fake("time.sleep(60)"), b"", 20, 100)
    assert children() <= before

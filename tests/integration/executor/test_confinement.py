"""What an executor's process may still do while a program runs."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from attestor.core import frame
from attestor.executor import NativeExecutor, child

PROGRAM = (
    Path(__file__).resolve().parents[3] / "executor" / "target" / "release" / "attestor-execute"
)
MEMORY_BYTES = 512 << 20
RESERVED_BYTES = (1 << 40) + (1 << 37) + (4 << 30)
"""What our interpreter reserves of addresses, without memory: it judges SP1's runs."""


@pytest.fixture
def running(executor: NativeExecutor, guest: Callable[[str], bytes]) -> Iterator[int]:
    """The pid of a process that runs an endless loop."""
    limits = {
        "cycles": 1 << 40,
        "cpu_seconds": 20,
        "memory_bytes": MEMORY_BYTES,
        "public_values_bytes": 1,
    }
    header = {"version": 2, "engine": "sp1-portable", "cross_checks": True, "limits": limits}
    request = frame.Frame(header, (guest("test/spin"),))
    pipe = subprocess.PIPE
    with subprocess.Popen([PROGRAM], stdin=pipe, stdout=pipe, stderr=pipe, env={}) as process:
        assert process.stdin is not None
        process.stdin.write(frame.encode(request))
        process.stdin.close()
        time.sleep(0.5)
        assert process.poll() is None
        yield process.pid
        process.kill()


def test_limits__while_a_program_runs__in_force(running: int) -> None:
    path = Path(f"/proc/{running}/limits")
    if not path.exists():
        pytest.skip("this kernel does not show a process's limits")
    limits = {line[:26].strip(): line[26:].split()[:2] for line in path.read_text().splitlines()}

    assert limits["Max core file size"] == ["0", "0"]
    assert limits["Max file size"] == ["0", "0"]
    assert limits["Max open files"] == ["16", "16"]
    assert limits["Max cpu time"] == ["20", "21"]
    assert limits["Max address space"] == [str(MEMORY_BYTES + RESERVED_BYTES)] * 2
    assert limits["Max data size"] == [str(MEMORY_BYTES)] * 2


def test_privileges__while_a_program_runs__given_up(running: int) -> None:
    status = Path(f"/proc/{running}/status").read_text()
    if "NoNewPrivs" not in status:
        pytest.skip("this kernel does not show whether privileges can be gained")

    assert "NoNewPrivs:\t1" in status


def test_sandbox__while_a_program_runs__seen_from_outside(running: int) -> None:
    lines = Path(f"/proc/{running}/status").read_text().splitlines()
    status = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    descriptors = Path(f"/proc/{running}/fd")

    assert status["Seccomp"] == ["2"]
    assert status["CapPrm"] == status["CapEff"] == ["0000000000000000"]
    assert status["Groups"] == [] or os.geteuid() != 0
    assert "0" not in status["Uid"] + status["Gid"]
    if os.access(descriptors, os.R_OK):
        assert {int(path.name) for path in descriptors.iterdir()} == {0, 1, 2, 3}


def test_user__of_two_processes__is_not_the_same(
    running: int, guest: Callable[[str], bytes]
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root gives each process a user of its own")
    limits = {"cycles": 1, "cpu_seconds": 9, "memory_bytes": MEMORY_BYTES, "public_values_bytes": 1}
    header = {"version": 2, "engine": "sp1-portable", "cross_checks": True, "limits": limits}
    request = frame.encode(frame.Frame(header, (guest("test/spin"),)))
    pipe = subprocess.PIPE
    with subprocess.Popen([PROGRAM], stdin=pipe, stdout=pipe, env={}) as other:
        assert other.stdin is not None
        other.stdin.write(request)
        other.stdin.flush()
        time.sleep(0.3)
        lines = [Path(f"/proc/{pid}/status").read_text() for pid in (running, other.pid)]
        other.kill()

    uids = {text.partition("\nUid:")[2].splitlines()[0] for text in lines}
    assert len(uids) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"engine": "sp1"}, "there is no engine"),
        ({"engine": "sp1-jit"}, "does not run sp1-jit"),
        ({"engine": None}, "there is no engine"),
        ({"version": 1}, "not of version 2"),
        ({"limits": {"cpu_seconds": 1}}, "without limits.cycles"),
    ],
)
def test_request__malformed__is_answered_by_name(change: dict[str, object], said: str) -> None:
    limits = {"cycles": 1, "cpu_seconds": 1, "memory_bytes": MEMORY_BYTES, "public_values_bytes": 1}
    header = {"version": 2, "engine": "sp1-portable", "limits": limits, **change}
    request = frame.encode(frame.Frame(header, (b"elf",)))

    ended = child.run(PROGRAM, request, wall_seconds=20, max_answer_bytes=1000)

    assert frame.decode(ended.answer, 0).header["class"] == "crash"
    assert said in frame.decode(ended.answer, 0).header["detail"]


def test_request__without_an_engine__is_refused(guest: Callable[[str], bytes]) -> None:
    limits = {"cycles": 1, "cpu_seconds": 9, "memory_bytes": MEMORY_BYTES, "public_values_bytes": 1}
    request = frame.Frame({"version": 2, "limits": limits}, (guest("fibonacci"),))

    ended = child.run(PROGRAM, frame.encode(request), wall_seconds=20, max_answer_bytes=1000)

    assert "names an engine" in frame.decode(ended.answer, 0).header["detail"]


def test_process__whose_parent_is_killed__ends_with_it(guest: Callable[[str], bytes]) -> None:
    """A confirmation may run for minutes: it must not outlive the signer process."""
    limits = {"cycles": 1, "cpu_seconds": 20, "memory_bytes": MEMORY_BYTES}
    header = {"version": 2, "engine": "sp1-portable", "cross_checks": True}
    bounds = {"limits": {**limits, "public_values_bytes": 1}}
    request = frame.encode(frame.Frame({**header, **bounds}, (guest("test/spin"),)))
    body = (
        "import subprocess, sys; p = subprocess.Popen([sys.argv[1]], env={}, "
        "stdin=subprocess.PIPE, stdout=subprocess.PIPE); print(p.pid, flush=True); "
        "p.stdin.write(sys.stdin.buffer.read()); p.stdin.close(); p.wait()"
    )
    command = [sys.executable, "-c", body, str(PROGRAM)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write(request)
        parent.stdin.close()
        status = Path(f"/proc/{int(parent.stdout.readline())}/stat")
        time.sleep(0.5)
        assert status.exists()
        parent.kill()
    deadline = time.monotonic() + 5
    while status.exists() and status.read_text().rsplit(")", 1)[1].split()[0] != "Z":
        assert time.monotonic() < deadline, "the child outlives its parent"
        time.sleep(0.05)

"""What an executor's process may still do while a program runs."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from attestor.core import frame
from attestor.executor import NativeExecutor

PROGRAM = (
    Path(__file__).resolve().parents[3] / "executor" / "target" / "release" / "attestor-execute"
)
MEMORY_BYTES = 512 << 20


@pytest.fixture
def running(executor: NativeExecutor, guest: Callable[[str], bytes]) -> Iterator[int]:
    """The pid of a process that runs an endless loop."""
    limits = {"cpu_seconds": 20, "memory_bytes": MEMORY_BYTES, "public_values_bytes": 1}
    request = frame.Frame({"version": 1, "limits": limits}, (guest("test/spin"),))
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
    assert limits["Max address space"] == [str(MEMORY_BYTES)] * 2


def test_privileges__while_a_program_runs__given_up(running: int) -> None:
    status = Path(f"/proc/{running}/status").read_text()
    if "NoNewPrivs" not in status:
        pytest.skip("this kernel does not show whether privileges can be gained")

    assert "NoNewPrivs:\t1" in status

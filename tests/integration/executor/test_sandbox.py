"""What the executor reports of its walls, and what it does where a machine lacks one."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from attestor.core.execution import Engine, Limits
from attestor.errors import ExecutorCrashed
from attestor.executor import NativeExecutor, SandboxLevel, child

PROGRAMS = Path(__file__).resolve().parents[3] / "executor" / "target" / "release"
REFUSING = f"""#!{sys.executable} -IS
import ctypes, os, struct
RETURN, LOAD, IF_EQUAL, ALLOW, ERRNO = 0x06, 0x20, 0x15, 0x7FFF0000, 0x00050000
filter = b"".join(struct.pack("HBBI", *one) for one in (
    (LOAD, 0, 0, 0), (IF_EQUAL, 0, 1, NUMBER), (RETURN, 0, 0, ERRNO | ERROR), (RETURN, 0, 0, ALLOW)
))
program = struct.pack("HxxxxxxP", 4, ctypes.cast(filter, ctypes.c_void_p).value)
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.c_char_p(program), 0, 0) == 0
os.execve({str(PROGRAMS / "attestor-execute")!r}, ["attestor-execute"], {{}})
"""
"""Starts the executor where the system call NUMBER fails with ERROR, by a filter of its own."""

LANDLOCK, SECCOMP, SETRESUID, UNSHARE, CAPSET = 444, 317, 117, 272, 126
ENOSYS, EPERM = 38, 1


@pytest.fixture
def lacking(executor: NativeExecutor, tmp_path: Path) -> Callable[..., NativeExecutor]:
    """An executor on a machine that lacks a system call."""

    def make(number: int, error: int) -> NativeExecutor:
        program = tmp_path / "attestor-execute"
        body = REFUSING.replace("NUMBER", str(number)).replace("ERROR", str(error), 1)
        program.write_text(body.replace("ERRNO | ERROR", f"ERRNO | {error}"))
        program.chmod(0o755)
        return NativeExecutor(tmp_path)

    return make


def test_report__of_this_machine__names_every_wall(executor: NativeExecutor) -> None:
    report = executor.sandbox_report()

    assert report.level is SandboxLevel.ISOLATED
    assert report.walls["own_uid"] == (os.geteuid() == 0)
    assert report.walls["own_uid"] != report.walls["user_namespace"]
    assert report.missing == ()


@pytest.mark.parametrize(
    ("number", "error", "down", "level"),
    [
        (LANDLOCK, ENOSYS, {"landlock_files", "landlock_network", "landlock_scope"}, "process"),
        (SECCOMP, EPERM, {"seccomp"}, "none"),
        (SECCOMP, ENOSYS, {"seccomp"}, "none"),
    ],
)
def test_report__machine_without_a_call__names_what_is_missing_and_runs(
    lacking: Callable[..., NativeExecutor],
    guest: Callable[[str], bytes],
    number: int,
    error: int,
    down: set[str],
    level: str,
) -> None:
    executor = lacking(number, error)

    report = executor.sandbox_report()

    apart = {"own_uid", "user_namespace"}
    assert {name for name, stands in report.walls.items() if not stands} - apart == down
    assert report.level == level
    assert len(report.missing) == len(down)
    assert executor.execute(guest("test/panic"), [], Limits(wall_seconds=20), Engine.ATTESTOR)


def test_report__as_root_that_may_not_change_its_user__takes_a_user_namespace(
    lacking: Callable[..., NativeExecutor],
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root changes its user")

    report = lacking(SETRESUID, EPERM).sandbox_report()

    assert (report.walls["own_uid"], report.walls["user_namespace"]) == (False, True)
    assert report.level is SandboxLevel.ISOLATED


def test_report__in_a_container_without_users_and_namespaces__is_of_a_process(
    executor: NativeExecutor,
) -> None:
    """Root in a user namespace that maps itself alone and allows no other."""
    body = (
        f"import sys; sys.path.insert(0, {str(PROGRAMS.parents[2])!r}); from pathlib import Path\n"
        "Path('/proc/sys/user/max_user_namespaces').write_text('0')\n"
        "from attestor.executor import NativeExecutor\n"
        f"report = NativeExecutor(Path({str(PROGRAMS)!r})).sandbox_report()\n"
        "print(report.level, *(name for name, up in report.walls.items() if not up))"
    )
    command = ["unshare", "--user", "--map-root-user", sys.executable, "-B", "-c", body]
    done = subprocess.run(command, capture_output=True, text=True)
    if "unshare" in done.stderr:
        pytest.skip("no user namespaces on this machine")

    assert (done.stdout, done.stderr) == ("process own_uid user_namespace\n", "")


def test_execute__a_wall_fell_since_the_report__no_program_is_looked_at(
    lacking: Callable[..., NativeExecutor], tmp_path: Path
) -> None:
    executor = lacking(LANDLOCK, ENOSYS)
    refusing = (tmp_path / "attestor-execute").rename(tmp_path / "refusing")
    (tmp_path / "attestor-execute").symlink_to(PROGRAMS / "attestor-execute")
    assert executor.sandbox_report().walls["landlock_files"]
    refusing.rename(tmp_path / "attestor-execute")

    with pytest.raises(ExecutorCrashed, match='the wall "landlock_files" does not stand'):
        executor.execute(b"no ELF", [], Limits(wall_seconds=20), Engine.ATTESTOR)


def test_run__grandchild_in_its_own_session__has_ended_when_the_call_returns(
    tmp_path: Path,
) -> None:
    program = tmp_path / "program"
    body = (
        "import os, sys, time\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        "    if (pid := os.fork()) == 0:\n"
        "        os.close(1), os.close(2), time.sleep(600)\n"
        "    os.write(1, str(pid).encode()), os._exit(0)\n"
        "os.wait()\n"
    )
    program.write_text(f"#!{sys.executable} -IS\n{body}")
    program.chmod(0o755)

    # From a thread of its own, as jobs run: orphans come to the main one all the same.
    with ThreadPoolExecutor(1) as threads:
        ended = threads.submit(child.run, program, b"", 20, 100).result()

    assert ended.status == 0
    assert not Path("/proc", ended.answer.decode()).exists()


def test_run__other_children_of_this_process__are_left_alone(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "600"]) as other:
        child.run(Path("/bin/true"), b"", 20, 100)
        time.sleep(0.05)

        assert other.poll() is None
        other.kill()

"""A hostile stand-in tries each way out of an executor's process: one row per attempt.

`pytest -k without_walls` shows that the attempts are real: without our walls they succeed.
"""

import os
import platform
import select
import subprocess
import sys
from pathlib import Path

import pytest

from attestor.core import frame
from attestor.errors import ExecutorCrashed
from attestor.executor.self_test import (
    HOSTILE_PROGRAM,
    Attempt,
    Outcome,
    Walls,
    leads_to_keys,
    list_attempts,
    run_self_test,
    try_escape,
)

ROOT = Path(__file__).resolve().parents[3]
DIRECTORY = ROOT / "executor" / "target" / "release"

TO_KEYS = (
    "parent_memory_read",
    "parent_memory_write",
    "parent_environment",
    "parent_mappings",
    "parent_descriptor_opened",
    "parent_descriptor_taken",
    "parent_root_directory",
    "parent_traced",
    "parent_vm_read",
    "parent_vm_write",
)
"""To the memory and the descriptors of the signer process."""
OF_ANYBODY = (
    "parent_limits",
    "parent_priority",
    "parent_signal",
    "file_read",
    "file_write_tmp",
    "file_list",
    "shared_memory",
    "inotify",
    "ioctl",
    "limits_set",
    "tcp_connect",
    "tcp_listen",
    "udp_send",
    "unix_socket",
    "abstract_socket",
    "netlink",
    "socket_pair",
    "fork",
    "vfork",
    "exec",
    "memfd_exec",
    "dumpable",
    "personality",
    "map_writable_executable",
    "map_executable",
    "protect_writable_executable",
    "map_shared",
    "map_growing",
)
"""What any process may do that nothing confines."""
DEPENDING = (
    "file_write_cwd",
    "device_memory",
    "chroot",
    "mount",
    "mount_new_api",
    "keyring",
    "bpf",
    "perf_event",
    "io_uring",
    "userfaultfd",
    "module",
    "kexec",
    "compat_call",
    "x32_call",
    "root_again",
    "clone_namespace",
    "clone3",
    "setsid_grandchild",
    "unshare",
    "join_namespace",
    "protection_key",
    "map_huge",
)
"""What also depends on user, kernel and container."""
ALL = (*TO_KEYS, *OF_ANYBODY, *DEPENDING)

pytestmark = pytest.mark.skipif(
    not (DIRECTORY / HOSTILE_PROGRAM).exists(), reason="the executor is not built: make executor"
)


def test_rows__of_this_table__are_all_that_the_stand_in_knows() -> None:
    assert set(list_attempts(DIRECTORY)) == set(ALL)
    assert len(list_attempts(DIRECTORY)) == len(ALL)


@pytest.mark.parametrize("name", ALL)
def test_escape__behind_all_walls_of_a_run__fails(name: str) -> None:
    assert try_escape(DIRECTORY, name, Walls.RUN).outcome is Outcome.STOPPED


@pytest.mark.parametrize("name", ALL)
def test_escape__behind_all_walls_of_a_run_on_sp1s_jit__fails(name: str) -> None:
    assert try_escape(DIRECTORY, name, Walls.JIT).outcome is Outcome.STOPPED


@pytest.mark.parametrize("name", ALL)
def test_escape__behind_all_walls_of_a_key__fails(name: str) -> None:
    """Threads are made there by `clone`; `clone3`, whose flags no filter sees, is not there."""
    expected = Outcome.REFUSED if name == "clone3" else Outcome.STOPPED

    assert try_escape(DIRECTORY, name, Walls.COMPUTE).outcome is expected


@pytest.mark.parametrize("name", ALL)
def test_escape__behind_all_walls_of_a_decoder__fails(name: str) -> None:
    assert try_escape(DIRECTORY, name, Walls.DECODE).outcome is Outcome.STOPPED


@pytest.mark.parametrize(
    ("walls", "outcome"),
    [
        (Walls.RUN, Outcome.ESCAPED),
        (Walls.JIT, Outcome.ESCAPED),
        (Walls.COMPUTE, Outcome.STOPPED),
        (Walls.DECODE, Outcome.STOPPED),
    ],
)
def test_code__of_written_memory__made_only_where_programs_are_translated(
    walls: Walls, outcome: Outcome
) -> None:
    assert try_escape(DIRECTORY, "make_code", walls).outcome is outcome


def test_descriptor__that_a_process_was_started_with__closed_behind_the_walls() -> None:
    ours, theirs = os.pipe()
    program = [DIRECTORY / HOSTILE_PROGRAM]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, pass_fds=(theirs,)
    ) as process:
        os.close(theirs)
        try:
            assert process.stdin is not None
            walls = {"attempt": f"call_{WITH_ANY_ARGUMENTS['pause']}", "walls": Walls.RUN}
            process.stdin.write(frame.encode(frame.Frame(walls)))
            process.stdin.close()
            ready, _, _ = select.select([ours], [], [], 10)
            assert ready == [ours], "the descriptor is still there"
            assert os.read(ours, 1) == b""
            assert process.poll() is None
        finally:
            process.kill()
            os.close(ours)


WITH_ANY_ARGUMENTS = {
    "brk": 12,
    "clock_gettime": 228,
    "close": 3,
    "exit": 60,
    "exit_group": 231,
    "futex": 202,
    "getpid": 39,
    "getrandom": 318,
    "gettid": 186,
    "madvise": 28,
    "mremap": 25,
    "munmap": 11,
    "pause": 34,
    "rt_sigaction": 13,
    "rt_sigprocmask": 14,
    "rt_sigreturn": 15,
    "sched_getaffinity": 204,
    "sched_yield": 24,
    "sigaltstack": 131,
}
"""Of x86-64, by number. All others end the process, or do with arguments that lead nowhere."""
FOR_A_JIT = {"ftruncate": 77}
FOR_THREADS = {"clone": 56, "clone3": 435, "rseq": 334, "set_robust_list": 273}
LAST_CALL = 480
"""Beyond those of Linux 6.18, with a few that are still to come."""
FOREVER = {WITH_ANY_ARGUMENTS["pause"]}
UNFILTERED = {335, 336}
"""uretprobe and uprobe: the kernel asks no filter, and ends whoever makes them by hand (SIGILL)."""


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the numbers are of x86-64")
@pytest.mark.parametrize(
    ("walls", "further"),
    [
        (Walls.RUN, {}),
        (Walls.JIT, FOR_A_JIT),
        (Walls.COMPUTE, FOR_THREADS),
        (Walls.DECODE, {}),
    ],
)
def test_calls__of_every_number__only_those_of_the_table_get_through(
    walls: Walls, further: dict[str, int]
) -> None:
    def is_stopped(number: int) -> bool:
        try:
            return try_escape(DIRECTORY, f"call_{number}", walls).outcome is Outcome.STOPPED
        except ExecutorCrashed:
            return False  # The call ended the process itself, or its stack was gone after it.

    numbers = set(range(LAST_CALL)) - FOREVER - UNFILTERED

    through = {number for number in numbers if not is_stopped(number)}

    assert through == {*WITH_ANY_ARGUMENTS.values(), *further.values()} - FOREVER


@pytest.mark.parametrize("name", TO_KEYS)
def test_escape__behind_the_outer_walls_alone__does_not_reach_the_keys(name: str) -> None:
    attempt = try_escape(DIRECTORY, name, Walls.OUTER)

    assert leads_to_keys(name)
    assert attempt.outcome is Outcome.REFUSED
    assert attempt.detail in ("EACCES", "EPERM")


@pytest.mark.parametrize("name", [*TO_KEYS, *OF_ANYBODY])
def test_attempt__without_walls__succeeds(name: str) -> None:
    """Otherwise the tests above would hold because of something else."""
    yama = Path("/proc/sys/kernel/yama/ptrace_scope")
    if name in TO_KEYS and yama.exists() and yama.read_text().strip() != "0" and os.geteuid() != 0:
        pytest.skip("this kernel lets no child trace its parent")

    assert try_escape(DIRECTORY, name, Walls.NONE).escaped


@pytest.mark.parametrize("walls", [Walls.NONE, Walls.OUTER])
def test_grandchild__in_a_session_of_its_own__is_ended_with_the_call(walls: Walls) -> None:
    attempt = try_escape(DIRECTORY, "setsid_grandchild", walls)

    assert (attempt.outcome, attempt.detail) == (Outcome.REFUSED, "what was left behind was ended")


def test_self_test__on_this_machine__sees_every_attempt_fail() -> None:
    attempts = run_self_test(DIRECTORY)

    for walls in (Walls.RUN, Walls.JIT, Walls.COMPUTE, Walls.DECODE):
        assert {attempt.name for attempt in attempts if attempt.walls is walls} == set(ALL)
    assert {attempt.name for attempt in attempts if attempt.walls is Walls.OUTER} == set(TO_KEYS)
    assert [attempt for attempt in attempts if attempt.escaped] == []


SETPRIV = ("setpriv", "--inh-caps", "-all", "--bounding-set")
DOCKER = "-all,+chown,+dac_override,+fowner,+fsetid,+kill,+setgid,+setuid,+setpcap,+sys_chroot"


@pytest.mark.parametrize(
    ("start", "wall"),
    [
        pytest.param(
            ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
            "user_namespace",
            id="ordinary user",
        ),
        pytest.param((*SETPRIV, "-all"), "user_namespace", id="root without capabilities"),
        pytest.param((*SETPRIV, DOCKER), "own_uid", id="root in a container"),
        pytest.param(
            ("unshare", "--user", "--map-root-user"), "user_namespace", id="root of one id"
        ),
    ],
)
def test_self_test__as_others_may_start_us__sees_every_attempt_fail(
    start: tuple[str, ...], wall: str
) -> None:
    if os.geteuid() != 0:
        pytest.skip("the test above runs as an ordinary user already")
    packages = [path for path in sys.path if path.endswith("site-packages")]
    body = (
        f"import sys; sys.path[:0] = {[str(ROOT), *packages]!r}; from pathlib import Path\n"
        "from attestor.executor import NativeExecutor\n"
        "from attestor.executor.self_test import Walls, run_self_test, try_escape\n"
        f"directory = Path({str(DIRECTORY)!r})\n"
        "report = NativeExecutor(directory).sandbox_report()\n"
        "escapes = [try_.name for try_ in run_self_test(directory) if try_.escaped]\n"
        f"print(report.level, report.walls[{wall!r}], escapes)\n"
        "for walls in (Walls.NONE, Walls.OUTER):\n"
        "    print(try_escape(directory, 'setsid_grandchild', walls).detail)"
    )
    done = run_elsewhere(start, "-B", "-c", body)

    ended = "what was left behind was ended\n"
    assert (done.stdout, done.stderr) == (f"isolated True []\n{ended}{ended}", "")


def run_elsewhere(start: tuple[str, ...], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a Python that whoever `start` makes can reach; skips when there is none."""
    for python in (sys.executable, "/usr/bin/python3"):
        done = subprocess.run([*start, python, *arguments], capture_output=True, text=True)
        unreachable = ("Permission denied", "No module", f"{start[0]}:")
        if not any(words in done.stderr for words in unreachable):
            return done
    pytest.skip(f"not possible here: {done.stderr.strip()[-200:]}")


def test_attempt__that_the_stand_in_does_not_know__is_an_error() -> None:
    with pytest.raises(Exception, match="there is no attempt"):
        try_escape(DIRECTORY, "surrender", Walls.RUN)


def test_attempt__escaped__only_when_the_kernel_let_it_through() -> None:
    outcomes = {outcome: Attempt("fork", Walls.RUN, outcome, "").escaped for outcome in Outcome}

    assert outcomes == {Outcome.ESCAPED: True, Outcome.STOPPED: False, Outcome.REFUSED: False}

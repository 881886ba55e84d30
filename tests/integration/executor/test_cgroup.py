"""The cgroup of the executor's processes, in the kernel's own tree where this machine has one."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from attestor.executor import cgroup, starting
from attestor.executor.cgroup import Cgroup

NOBODY = 65534
MEMORY = 64 << 20


@pytest.fixture
def place() -> Iterator[Path]:
    """A cgroup (v2) of our own, to do with as with a delegated one."""
    own = cgroup.own_place()
    if own is None or os.geteuid() != 0 or not os.access(own, os.W_OK):
        pytest.skip("no cgroup v2 that this process may write to")
    made = own / f"attestor-test-{os.getpid()}"
    made.mkdir()
    yield made
    for below in (made / cgroup.EXECUTORS, made / cgroup.SERVICE):
        if below.exists():
            below.rmdir()
    made.rmdir()


def test_take__after_a_change_of_user__by_the_rights_of_who_opened(place: Path) -> None:
    group = Cgroup(os.open(place / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC))
    started = starting.start(Path("/bin/cat"))
    try:
        if (taker := os.fork()) == 0:
            os.setresuid(NOBODY, NOBODY, NOBODY)
            group.take(started.process.pid)
            os._exit(0)
        assert os.waitpid(taker, 0)[1] == 0
        assert (place / "cgroup.procs").read_text().split() == [str(started.process.pid)]
    finally:
        starting.destroy(started)


def test_make__on_this_machine__limits_or_their_lack_by_name(place: Path) -> None:
    made = cgroup.make(MEMORY, place, lambda _: True)
    offered = (place / "cgroup.controllers").read_text().split()
    absent = [name for name in cgroup.CONTROLLERS if name not in offered]
    if absent:
        assert f"no controller {' and '.join(absent)}" in made.lacking
        return
    assert made.lacking == ""
    code = f"import os; os.read(0, 1); bytearray({2 * MEMORY})"
    fat = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE)
    made.take(fat.pid)
    fat.communicate(b"x")
    assert fat.returncode == -signal.SIGKILL

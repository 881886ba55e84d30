"""The cgroup of the executor's processes, in a tree of plain files in the place of the kernel's."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from attestor.errors import ExecutorCrashed
from attestor.executor import cgroup, starting
from attestor.executor.cgroup import Cgroup

MEMORY = 3 << 30
FILES = ("cgroup.procs", "memory.max", "memory.swap.max", "pids.max")


class Tree:
    """A delegated cgroup with the ones that a service makes below it; plain files keep what is
    written to them one after the other."""

    def __init__(self, root: Path, controllers: str = "cpu memory pids\n") -> None:
        self.root = root
        for name in ("service", "executors"):
            (root / name).mkdir(parents=True)
            for file in FILES:
                (root / name / file).touch()
        (root / "cgroup.controllers").write_text(controllers)
        (root / "cgroup.procs").touch()
        (root / "cgroup.subtree_control").touch()

    def read(self, path: str) -> str:
        return (self.root / path).read_text()

    def make(self, own: Path | None = None) -> Cgroup:
        return cgroup.make(MEMORY, own or self.root, lambda place: place == self.root)


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "attestor.service")


@pytest.mark.parametrize("below", ["", "service"])
def test_make__delegated__executors_have_limits(tree: Tree, below: str) -> None:
    made = tree.make(tree.root / below)
    assert made.lacking == ""
    assert tree.read("cgroup.subtree_control") == "+memory +pids"
    assert tree.read("executors/memory.max") == str(MEMORY)
    assert tree.read("executors/memory.swap.max") == "0"
    assert tree.read("executors/pids.max") == str(cgroup.MAX_PIDS)
    made.take(4711)
    assert tree.read("executors/cgroup.procs") == "4711\n"


def test_make__service_in_the_delegated_one__its_processes_move_first(tree: Tree) -> None:
    (tree.root / "cgroup.procs").write_text("31\n")
    assert tree.make().lacking == ""
    assert tree.read("service/cgroup.procs") == "31"


def test_make__kernel_without_swap__the_other_limits(tree: Tree) -> None:
    (tree.root / "executors" / "memory.swap.max").unlink()
    assert tree.make().lacking == ""


def refuse(error: int, times: int) -> Callable[[Path, str], None]:
    """In the place of a write: the controllers are refused so often."""
    write, left = cgroup._write, [error] * times

    def made(file: Path, text: str) -> None:
        if file.name == "cgroup.subtree_control" and left:
            raise OSError(left.pop(), os.strerror(error))
        write(file, text)

    return made


@pytest.mark.parametrize(
    ("error", "times", "stands"),
    [
        (errno.EBUSY, 9, True),
        (errno.EBUSY, 10, False),
        (errno.EACCES, 1, False),
    ],
)
def test_make__processes_that_start_meanwhile__tried_again(
    tree: Tree, monkeypatch: pytest.MonkeyPatch, error: int, times: int, stands: bool
) -> None:
    monkeypatch.setattr(cgroup, "_write", refuse(error, times))
    lacking = tree.make().lacking
    assert (lacking == "") is stands
    assert stands or os.strerror(error) in lacking


@pytest.mark.parametrize(
    ("controllers", "said"),
    [("cpu pids", "no controller memory:"), ("", "no controller memory and pids:")],
)
def test_make__without_a_controller__told_by_name(
    tmp_path: Path, controllers: str, said: str
) -> None:
    lacking = Tree(tmp_path / "unit", controllers).make().lacking
    assert said in lacking
    assert "Delegate=memory pids" in lacking


def test_make__not_delegated__nothing_written(tree: Tree) -> None:
    (tree.root / "cgroup.procs").write_text("31\n")
    made = cgroup.make(MEMORY, tree.root)
    assert "not delegated" in made.lacking
    assert tree.read("service/cgroup.procs") == tree.read("cgroup.subtree_control") == ""


def test_make__without_v2__told(tree: Tree) -> None:
    assert cgroup.make(MEMORY, None).lacking == "no cgroup v2 here"


def test_take__a_cgroup_that_is_not_there__nothing() -> None:
    Cgroup(None, "none").take(1)


@pytest.mark.parametrize("error", [errno.EACCES, errno.ENOMEM])
def test_take__refused__the_process_does_not_run(
    monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    def write(descriptor: int, data: bytes) -> int:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(ExecutorCrashed, match="cannot be put into its cgroup"):
        Cgroup(5).take(1)


def test_take__has_ended__nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def write(descriptor: int, data: bytes) -> int:
        raise ProcessLookupError

    monkeypatch.setattr(os, "write", write)
    Cgroup(5).take(1)


V2 = "30 2 0:26 {root} {mounted} rw - cgroup2 c rw\n"
AT = "/sys/fs/cgroup"


@pytest.mark.parametrize(
    ("groups", "mounts", "place"),
    [
        ("0::/a.service\n", V2.format(root="/", mounted=AT), f"{AT}/a.service"),
        (
            "4:memory:/x\n0::/\n",
            "9 8 0:1 / / rw - ext4 d rw\n" + V2.format(root="/", mounted="/u"),
            "/u",
        ),
        ("0::/s/a\n", V2.format(root="/s", mounted=AT), f"{AT}/a"),
        ("0::/a\n", V2.format(root="/s", mounted=AT), None),
        ("4:memory:/x\n", V2.format(root="/", mounted=AT), None),
        ("0::/a\n", f"30 2 0:26 / {AT}/memory rw - cgroup c rw,memory\n", None),
    ],
)
def test_own_place__as_the_kernel_tells__in_the_mounted_tree(
    tmp_path: Path, groups: str, mounts: str, place: str | None
) -> None:
    (tmp_path / "cgroup").write_text(groups)
    (tmp_path / "mountinfo").write_text(mounts)
    assert cgroup.own_place(tmp_path) == (Path(place) if place else None)


def test_own_place__kernel_without_cgroups__none(tmp_path: Path) -> None:
    assert cgroup.own_place(tmp_path) is None


def test_start__in_a_cgroup__before_it_has_a_request(tmp_path: Path) -> None:
    entrance = tmp_path / "cgroup.procs"
    group = Cgroup(os.open(entrance, os.O_WRONLY | os.O_CREAT))
    started = starting.start(Path("/bin/cat"), cgroup=group)
    starting.destroy(started)
    assert entrance.read_text() == f"{started.process.pid}\n"

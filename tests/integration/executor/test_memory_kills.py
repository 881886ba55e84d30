"""Children that the kernel really ends for want of memory, in a cgroup that has little."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from attestor.core.execution import Engine, Limits
from attestor.errors import DecoderFailed, ExecutionHostMemory
from attestor.executor import NativeExecutor, cgroup
from attestor.executor.bodies import PROGRAM, BodyDecoder
from attestor.executor.cgroup import Cgroup

MEMORY = 48 << 20
V1 = Path("/sys/fs/cgroup/memory")
FILL = "import os; os.read(0, 1); held = bytearray(b'x') * (200 << 20)"


def places() -> Iterator[tuple[Path, str]]:
    """Where a cgroup can be made that holds memory, and the name of its limit."""
    own = cgroup.own_place()
    if own is not None:
        yield own, "memory.max"
    yield V1, "memory.limit_in_bytes"


@pytest.fixture
def small() -> Iterator[Cgroup]:
    """A cgroup whose processes have `MEMORY` together."""
    for parent, limit in places():
        place = parent / f"attestor-test-{os.getpid()}"
        try:
            place.mkdir()
        except OSError:
            continue
        try:
            if not (place / limit).exists():
                continue
            (place / limit).write_text(str(MEMORY))
            entrance = os.open(place / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC)
            yield Cgroup(entrance)
            os.close(entrance)
            return
        finally:
            place.rmdir()
    pytest.skip("no cgroup of memory that this process may make")


def program(folder: Path, name: str, code: str) -> Path:
    path = folder / name
    path.write_text(f"#!{sys.executable} -IS\n{code}\n")
    path.chmod(0o755)
    return folder


def test_execute__killed_for_want_of_memory__host_memory(small: Cgroup, tmp_path: Path) -> None:
    executor = NativeExecutor(program(tmp_path, "attestor-execute", FILL), cgroup=small)
    with pytest.raises(ExecutionHostMemory, match="ended by the kernel, which had no memory left"):
        executor.execute(b"", [], Limits(wall_seconds=60), Engine.ATTESTOR)


def test_decode__killed_for_want_of_memory__told(small: Cgroup, tmp_path: Path) -> None:
    decoder = BodyDecoder(program(tmp_path, PROGRAM, FILL), small)
    with pytest.raises(DecoderFailed, match="the kernel had no memory for attestor-decode"):
        decoder.decode(b"{}")

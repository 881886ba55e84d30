"""SP1 v3's executor where it is built, and upstream's program for it."""

import hashlib
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from attestor import resources
from attestor.core.circuits import Circuit
from attestor.core.execution import Limits
from attestor.executor import NativeExecutor
from attestor.executor.circuit_programs import PROGRAMS

CRATE = "sp1-prover-3.4.0"
MEMBER = f"{CRATE}/elf/riscv32im-succinct-zkvm-elf"
PUBLISHED_SHA256 = "360468bc34cdafff6044581bcdf94a79cadd12cdfe1388a55c2a978304ba3cba"
DOWNLOAD_SECONDS = 60


@pytest.fixture(scope="session")
def executor() -> NativeExecutor:
    """The executor with SP1 v3's programs, which are not made by the tests."""
    made = NativeExecutor(resources.folder("executor"))
    if not made.has(Circuit.V3):
        pytest.skip(f"SP1 v3's executor is not built: {PROGRAMS[Circuit.V3].build_command}")
    return made


@pytest.fixture
def limits() -> Limits:
    """Enough for every program that behaves."""
    return Limits(wall_seconds=120, cpu_seconds=60, memory_bytes=1 << 30, cycles=10_000_000)


@pytest.fixture(scope="session")
def published() -> bytes:
    """Fibonacci as SP1's own toolchain built it for v3, out of a published crate."""
    crate = _find_crate()
    if crate is None and shutil.which("cargo"):
        command = ["cargo", "info", CRATE.replace("prover-", "prover@")]
        subprocess.run(command, capture_output=True, timeout=DOWNLOAD_SECONDS, check=False)
        crate = _find_crate()
    if crate is None:
        pytest.skip(f"{CRATE} is not in cargo's cache and cannot be downloaded")
    with tarfile.open(crate) as archive:
        member = archive.extractfile(MEMBER)
        assert member is not None
        program = member.read()
    assert hashlib.sha256(program).hexdigest() == PUBLISHED_SHA256
    return program


def _find_crate() -> Path | None:
    home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    return next(home.glob(f"registry/cache/*/{CRATE}.crate"), None)

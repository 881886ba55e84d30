"""The executor's real programs, our guests, and programs that SP1's own toolchain built."""

import hashlib
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from attestor.core.execution import Limits
from attestor.executor import NativeExecutor
from attestor.executor.starting import BUILD_COMMAND

ROOT = Path(__file__).resolve().parents[3]
DIRECTORY = ROOT / "executor" / "target" / "release"
GUESTS = ROOT / "guests" / "elf"
CRATE = "sp1-gpu-prover-6.10.0"
DOWNLOAD_SECONDS = 60

SHA256 = {
    "fibonacci": "b37b2e0ab54497b1b0e24001a4e7d556479563dcfcc2802f77278141a3c109b4",
    "keccak": "cf37e0e70fb9f72f095f36e2b2a8a398d1463ee14f5bfc6da010128b8f72dfbf",
    "rsp": "d6c80afa538b816a7974198e67d8bf4d16f6ffd9fc56ed75e85ff7ffd57004e8",
}
"""Of the published programs whose keys and results others know."""


@pytest.fixture(scope="session")
def executor() -> NativeExecutor:
    """The executor as it is built; its programs are not made by the tests."""
    if not (DIRECTORY / "attestor-execute").exists():
        pytest.skip(f"the executor is not built: {BUILD_COMMAND}")
    return NativeExecutor(DIRECTORY)


@pytest.fixture
def limits() -> Limits:
    """Enough for every guest that behaves, little enough for a quick end of the others."""
    return Limits(wall_seconds=20, cpu_seconds=20, memory_bytes=1 << 30)


@pytest.fixture(scope="session")
def guest() -> Callable[[str], bytes]:
    """A checked-in ELF of ours by its name in guests/elf."""
    return lambda name: (GUESTS / f"{name}.elf").read_bytes()


@pytest.fixture(scope="session")
def published() -> Callable[[str], bytes]:
    """A program of SP1's own toolchain, out of a published crate in cargo's cache."""
    crate = _find_crate()
    if crate is None and shutil.which("cargo"):
        command = ["cargo", "info", CRATE.replace("prover-", "prover@")]
        subprocess.run(command, capture_output=True, timeout=DOWNLOAD_SECONDS, check=False)
        crate = _find_crate()
    if crate is None:
        pytest.skip(f"{CRATE} is not in cargo's cache and cannot be downloaded")
    return lambda name: _read_program(crate, name)


def _find_crate() -> Path | None:
    home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    return next(home.glob(f"registry/cache/*/{CRATE}.crate"), None)


def _read_program(crate: Path, name: str) -> bytes:
    with tarfile.open(crate) as archive:
        member = archive.extractfile(f"{CRATE}/programs/{name}/riscv64im-succinct-zkvm-elf")
        assert member is not None
        program = member.read()
    if name in SHA256:
        assert hashlib.sha256(program).hexdigest() == SHA256[name]
    return program

"""The executor's real programs, our guests, and programs that SP1's own toolchain built."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from attestor.core.execution import Limits
from attestor.executor import NativeExecutor
from attestor.executor.starting import BUILD_COMMAND

ROOT = Path(__file__).resolve().parents[3]
DIRECTORY = ROOT / "executor" / "target" / "release"
GUESTS = ROOT / "guests" / "elf"
PUBLISHED = ROOT / "cache" / "published"

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
    """A program of SP1's own toolchain, out of a published crate."""
    bring = [sys.executable, str(ROOT / "scripts" / "published_programs.py")]
    brought = subprocess.run(bring, capture_output=True, text=True, check=False)
    if brought.returncode == os.EX_UNAVAILABLE:
        pytest.skip(brought.stderr)
    assert brought.returncode == 0, brought.stderr
    return _read_program


def _read_program(name: str) -> bytes:
    program = (PUBLISHED / f"{name}.elf").read_bytes()
    if name in SHA256:
        assert hashlib.sha256(program).hexdigest() == SHA256[name]
    return program

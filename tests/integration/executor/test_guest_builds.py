"""The checked-in guests are what their sources build to."""

import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

from attestor.core.elf import check

ROOT = Path(__file__).resolve().parents[3]
GUESTS = ROOT / "guests" / "elf"
SCRIPT = ROOT / "scripts" / "build-guests"
COMPILER = "riscv64-unknown-elf-gcc"
COMPILER_VERSION = "12.2.0"


def names() -> list[str]:
    return [line.split()[1] for line in (GUESTS / "SHA256SUMS").read_text().splitlines()]


def test_sums__checked_in_guests__all_named_and_as_named() -> None:
    present = {str(path.relative_to(GUESTS)) for path in GUESTS.rglob("*.elf")}

    assert set(names()) == present
    for line in (GUESTS / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((GUESTS / name).read_bytes()).hexdigest() == digest


def test_guests__checked_in__pass_the_checks_and_name_no_path() -> None:
    for name in names():
        program = (GUESTS / name).read_bytes()
        check(program)
        for source in (str(ROOT).encode(), b"main.c", b"runtime.c", b".debug", b".symtab"):
            assert source not in program, name


def test_build__same_compiler__same_bytes(tmp_path: Path) -> None:
    if shutil.which(COMPILER) is None:
        pytest.skip(f"{COMPILER} is not installed: apt-get install gcc-riscv64-unknown-elf")
    version = subprocess.run([COMPILER, "-dumpfullversion"], capture_output=True, text=True)
    if version.stdout.strip() != COMPILER_VERSION:
        pytest.skip(f"{COMPILER} is {version.stdout.strip()}, not {COMPILER_VERSION}")

    subprocess.run([SCRIPT, tmp_path], check=True, timeout=60)

    assert (tmp_path / "SHA256SUMS").read_text() == (GUESTS / "SHA256SUMS").read_text()


def test_build__no_compiler__says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "bash").symlink_to("/bin/bash")
    for tool in ("dirname", "realpath"):
        (tmp_path / tool).symlink_to(shutil.which(tool) or "")
    environment = {"PATH": str(tmp_path)}

    run = subprocess.run(
        ["/bin/bash", SCRIPT, tmp_path / "out"], env=environment, capture_output=True, text=True
    )

    assert run.returncode == 2
    assert "apt-get install gcc-riscv64-unknown-elf" in run.stderr

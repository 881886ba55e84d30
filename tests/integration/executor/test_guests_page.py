"""The program of docs/guests.md is built by the command of that page, and does what it says."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from attestor.core.elf import check
from attestor.core.execution import Engine, Limits
from attestor.executor import NativeExecutor

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "guests.md").read_text()
COMPILER = "riscv64-unknown-elf-gcc"


def block(language: str, holds: str) -> str:
    (found,) = [
        text
        for text in re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
        if re.search(holds, text, re.MULTILINE)
    ]
    return str(found)


@pytest.fixture(scope="module")
def square(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    if shutil.which(COMPILER) is None:
        pytest.skip(f"{COMPILER} is not installed: apt-get install gcc-riscv64-unknown-elf")
    folder = tmp_path_factory.mktemp("guest")
    (folder / "square.c").write_text(block("c", "sp1.h"))
    command = f"set -e; ATTESTOR={ROOT}\n{block('sh', f'^{COMPILER}')}"
    run = subprocess.run(
        ["/bin/bash", "-c", command], cwd=folder, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    return (folder / "square.elf").read_bytes()


def test_command__of_the_page__has_the_flags_of_the_script() -> None:
    """Also where no compiler is installed: both say how code is made."""
    script = (ROOT / "scripts" / "build-guests").read_text()
    command = block("sh", f"^{COMPILER}")
    made = set(re.findall(r"-(?:m|f|O)[\w=-]+|-nostdlib|-static|-Wl,--[\w=-]+", script))
    assert len(made) > 12
    assert {flag for flag in made if flag not in command} == set()


def test_square__built_as_the_page_says__is_a_program(square: bytes) -> None:
    check(square)


@pytest.mark.parametrize("engine", [Engine.ATTESTOR, Engine.SP1_PORTABLE])
def test_square__run__commits_what_the_page_says(
    square: bytes, executor: NativeExecutor, limits: Limits, engine: Engine
) -> None:
    values = re.search(r"public values, here `([0-9a-f]+)`", PAGE)
    assert values is not None
    execution = executor.execute(square, [(12).to_bytes(4, "little")], limits, engine)
    assert execution.exit_code == 0
    assert execution.public_values.hex() == values[1]

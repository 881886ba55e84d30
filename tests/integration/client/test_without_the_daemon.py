"""The client and its command, installed by the extra `client`: without what the daemon needs."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from attestor.config import ROOT

DAEMON_ONLY = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in %r:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
"""


def names(requirements: list[str]) -> set[str]:
    return {re.split(r"[=\[<>;]", one)[0].replace("-", "_") for one in requirements}


def absent() -> list[str]:
    """The modules of what only the extra `daemon` brings."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extra = names(project["optional-dependencies"]["daemon"])
    assert {"web3", "apscheduler", "aiohttp", "cryptography"} <= extra
    return sorted({*extra, "requests", "websockets", "pydantic_settings"})


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", DAEMON_ONLY % absent() + code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


@pytest.mark.parametrize(
    "code",
    [
        "import attestor.client",
        "from attestor.cli import main; main(['prove', '--help'])",
        "from attestor.cli import main; main(['--help'])",
        "from attestor.chain.node import Node; Node.of(['http://127.0.0.1:1'], 1)",
    ],
)
def test_import__without_the_daemons_packages__works(code: str) -> None:
    done = run(code)
    assert done.returncode == 0, done.stderr


def test_prove__without_the_daemons_packages__asks_the_service(tmp_path: Path) -> None:
    program = tmp_path / "program.elf"
    program.write_bytes(b"\x7fELF")
    arguments = ["prove", str(program), "--url", "http://127.0.0.1:1", "--vkey", "0x" + "00" * 32]
    done = run(f"from attestor.cli import main; main({arguments!r})")
    assert done.returncode == 3, done.stderr
    assert "did not answer /v1/jobs" in done.stderr


def test_daemon__without_its_packages__says_what_to_install() -> None:
    done = run("from attestor.cli import main; main(['audit'])")
    assert done.returncode == 2
    assert "pip install 'attestor[daemon]'" in done.stderr

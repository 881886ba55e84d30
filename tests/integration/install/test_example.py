"""examples/ as a stranger has it: a copy outside of the checkout, and the packages that are given
out."""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from cases.installed import ANVIL_FOLDER, locked, make_venv

from attestor.config import ROOT

FORGE = ROOT / "node_modules" / "@foundry-rs" / "forge-linux-amd64" / "bin" / "forge"
EXAMPLE = ROOT / "examples" / "fibonacci-book"


def run(folder: Path, *command: str | Path, home: Path | None = None) -> str:
    """What a command prints in the project, which has to end well."""
    done = subprocess.run(
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=500,
        env={"PATH": f"{ANVIL_FOLDER}:{os.defpath}", "HOME": str(home or folder)},
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def project(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with the packed contracts, and a venv with the wheel and its extra `pytest`."""
    packages = tmp_path_factory.mktemp("packages")
    folder = tmp_path_factory.mktemp("stranger") / "fibonacci-book"
    shutil.copytree(EXAMPLE, folder)
    pack = ROOT / "scripts" / "package_contracts.py"
    packed = run(ROOT, sys.executable, pack, packages, home=packages).strip()
    (folder / "node_modules").mkdir()
    with tarfile.open(packed) as contracts:
        contracts.extractall(folder / "node_modules", filter="data")
    (folder / "node_modules" / "package").rename(folder / "node_modules" / "attestor-contracts")
    make_venv(folder / ".venv", wheel, locked(packages, "pytest"))
    return folder


def test_example__its_own_commands__are_green(project: Path) -> None:
    run(project, FORGE, "test", "--use", ROOT / "scripts" / "solc")
    python = project / ".venv" / "bin" / "python"
    asked = "import attestor, attestor.devnet.pytest_plugin; print(attestor.__file__)"
    assert Path(run(project, python, "-c", asked).strip()).is_relative_to(project)
    assert "5 passed" in run(project, project / ".venv" / "bin" / "pytest")


def test_plugin__tests_without_its_fixtures__import_nothing_of_it(project: Path) -> None:
    test = project / "alone" / "test_alone.py"
    test.parent.mkdir()
    test.write_text(
        "import sys\n\ndef test_alone():\n"
        "    assert 'attestor.devnet.pytest_plugin' in sys.modules\n"
        "    ours = {name for name in sys.modules if name.split('.')[0] == 'attestor'}\n"
        "    assert ours == {'attestor', 'attestor.devnet', 'attestor.devnet.pytest_plugin'}\n"
        "    assert 'web3' not in sys.modules\n"
    )
    assert "1 passed" in run(
        project, project / ".venv" / "bin" / "pytest", "-p", "no:cacheprovider", test
    )


def test_plugin__port_that_is_none__is_told_by_its_option(project: Path) -> None:
    done = subprocess.run(
        [project / ".venv" / "bin" / "pytest", "--attestor-rpc-port", "99999"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "--attestor-rpc-port (or attestor_rpc_port) is no port: '99999'" in done.stderr
    assert "Traceback" not in done.stderr

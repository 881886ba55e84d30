"""The package of interfaces and stub, in a fresh project of somebody else.

The project is examples/fibonacci-book, which docs/integrate.md explains. The package is packed as
for a release and unpacked where npm would put it; nothing else of this project is there.
"""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from attestor.chain.registry import Registry
from attestor.client import ProverClient
from attestor.config import ROOT
from attestor.core.text import checksummed, to_hex
from attestor.devnet.stack import Devnet
from attestor.programs import elf, fibonacci

CONSUMER = ROOT / "examples" / "fibonacci-book"
FORGE = ROOT / "node_modules" / "@foundry-rs" / "forge-linux-amd64" / "bin" / "forge"
GUIDE = ROOT / "docs" / "integrate.md"


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packed file."""
    folder = tmp_path_factory.mktemp("package")
    told = subprocess.run(
        [sys.executable, ROOT / "scripts" / "package_contracts.py", folder],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    return Path(told.stdout.strip())


def project(package: Path, folder: Path) -> Path:
    """A fresh forge project with the package."""
    shutil.copytree(CONSUMER, folder)
    modules = folder / "node_modules"
    modules.mkdir()
    with tarfile.open(package) as packed:
        packed.extractall(modules, filter="data")
    (modules / "package").rename(modules / "attestor-contracts")
    return folder


def forge(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [FORGE, *arguments, "--use", ROOT / "scripts" / "solc"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), **environment},
        check=False,
    )


@pytest.mark.parametrize(("compiler", "version"), [("solc-oldest", "0.8.24"), ("solc", "0.8.37")])
def test_package__fresh_project_and_each_compiler__its_tests_pass(
    package: Path, tmp_path: Path, compiler: str, version: str
) -> None:
    told = forge(project(package, tmp_path / "consumer"), "test", ATTESTOR_SOLC=compiler)
    assert told.returncode == 0, told.stdout + told.stderr
    assert re.search(r"6 tests passed, 0 failed, 2 skipped", told.stdout), told.stdout
    assert f"Solc {version}" in told.stdout


@pytest.mark.parametrize("compiler", ["solc-oldest", "solc"])
def test_package__every_file__compiles(package: Path, tmp_path: Path, compiler: str) -> None:
    folder = project(package, tmp_path / "consumer")
    packed = folder / "node_modules" / "attestor-contracts"
    files = sorted(path.relative_to(packed).as_posix() for path in packed.rglob("*.sol"))
    assert "interfaces/registry/RegistryTypes.sol" in files
    imports = "".join(f'import "attestor-contracts/{name}";\n' for name in files)
    head = "// SPDX-License-Identifier: Apache-2.0\npragma solidity >=0.8.24;\n\n"
    (folder / "src" / "All.sol").write_text(head + imports)
    told = forge(folder, "build", "--skip", "test", ATTESTOR_SOLC=compiler)
    assert told.returncode == 0, told.stdout + told.stderr


def test_consumer__proof_of_a_devnets_service__is_recorded_in_a_fork(
    package: Path, tmp_path: Path, devnet: Devnet
) -> None:
    registry = Registry(devnet.node, devnet.deployment.registry.address)
    proof = ProverClient(devnet.api_url, registry).prove(elf(fibonacci.NAME), fibonacci.stdin(10))
    told = forge(
        project(package, tmp_path / "consumer"),
        *("test", "--fork-url", devnet.anvil.url, "--match-contract", "Devnet"),
        MULTIPROOF=checksummed(devnet.deployment.multiproof.address),
        PROGRAM_VKEY=to_hex(proof.verifying_key.program_vkey),
        PUBLIC_VALUES=to_hex(proof.public_values),
        SIGNATURES=to_hex(proof.signature),
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert re.search(r"2 tests passed, 0 failed, 0 skipped", told.stdout), told.stdout


def test_package__implementation__is_not_in_it(package: Path) -> None:
    with tarfile.open(package) as packed:
        names = packed.getnames()
    inside = {Path(name).parent.as_posix() for name in names if name.endswith(".sol")}
    assert inside == {
        "package/interfaces",
        "package/interfaces/registry",
        "package/libraries",
        "package/testing",
    }
    stubs = ("testing/MultiProofStub.sol", "testing/TEERegistryStub.sol")
    for name in ("LICENSE", "README.md", "abi/MultiProof.json", *stubs):
        assert f"package/{name}" in names


def test_guide__each_file_of_the_project__is_shown_as_it_is() -> None:
    guide = GUIDE.read_text()
    files = [path for path in CONSUMER.rglob("*") if path.is_file() and path.name != "README.md"]
    assert len(files) == 7
    for path in files:
        assert path.read_text().strip() in guide, path


def test_guide__without_npm__its_commands_unpack_what_compiles(
    package: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "consumer"
    shutil.copytree(CONSUMER, folder)
    (command,) = re.findall(r"^mkdir -p lib.*\ntar xzf .*$", GUIDE.read_text(), re.M)
    command = re.sub(r"\S+\.tgz", str(package), command)
    subprocess.run(["sh", "-ec", command], cwd=folder, check=True, timeout=60)
    settings = (
        (folder / "foundry.toml")
        .read_text()
        .replace(
            "attestor-contracts/=node_modules/attestor-contracts/",
            "attestor-contracts/=lib/attestor-contracts/",
        )
    )
    (folder / "foundry.toml").write_text(settings)
    told = forge(folder, "build", ATTESTOR_SOLC="solc")
    assert told.returncode == 0, told.stdout + told.stderr

"""The wheel, installed in a venv outside of the checkout: all that it carries is found there."""

import json
import re
import signal
import subprocess
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from email.parser import Parser
from pathlib import Path
from typing import Any

import pytest
from cases.installed import Installed, locked, make_venv, uv
from cases.ports import free_port

from attestor.config import ROOT
from attestor.version import commit

MOST_OF_CLIENT = 16
"""Packages, those that the seven need included."""


@dataclass(frozen=True)
class Running:
    """A devnet that the installed program keeps running."""

    installed: Installed
    description: dict[str, Any]

    def found(self, *names: str) -> list[str]:
        told = {**self.description, **self.description["contracts"]}
        return [str(told[name]) for name in names]


@pytest.fixture(scope="module")
def devnet(installed: Installed) -> Iterator[Running]:
    command = [installed.program, "devnet", "--json", "--block-seconds", "0.5", "--rpc-port", "0"]
    command += ["--api-port", str(free_port())]
    log = installed.folder / "devnet.log"
    with log.open("w") as told:
        process = subprocess.Popen(
            command,
            cwd=installed.folder,
            env=installed.environment,
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
            start_new_session=True,
        )
    assert process.stdout is not None
    printed = process.stdout.readline()
    try:
        assert printed, log.read_text()
        yield Running(installed, json.loads(printed))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def module_path(installed: Installed) -> Path:
    """Where the installed package is."""
    python = str(installed.venv / "bin" / "python")
    asked = [python, "-c", "import attestor; print(attestor.__file__)"]
    done = subprocess.run(asked, cwd=installed.folder, capture_output=True, text=True, check=True)
    return Path(done.stdout.strip()).parent


def test_wheel__installed__is_outside_of_the_checkout(installed: Installed) -> None:
    package = module_path(installed)
    assert package.is_relative_to(installed.venv)
    assert not package.is_relative_to(ROOT)


def test_version__installed__has_the_commit_of_the_build(installed: Installed) -> None:
    told = installed.succeed("--version").strip()
    assert told == f"attestor 0.1.0, commit {commit(ROOT)}, SP1 circuit v6.1.0"


def test_devnet__without_anvil__says_how_to_get_it(installed: Installed) -> None:
    done = replace(installed, with_anvil=False).run("devnet")
    assert done.returncode == 2
    assert "npm install @foundry-rs/anvil-linux-amd64@1.7.1 in this folder" in done.stderr
    assert "[anvil_failed]" in done.stderr
    assert not (installed.folder / "devnet").exists()


def test_prove__on_the_installed_devnet__every_point_is_checked(devnet: Running) -> None:
    """The key of the program is computed by the executor of the wheel."""
    rpc, api, registry, multiproof = devnet.found("rpc_url", "api_url", "TEERegistry", "MultiProof")
    guest = module_path(devnet.installed) / "data" / "guests" / "fibonacci.elf"
    arguments = [str(guest), "--stdin", "u32:10", "--url", api, "--rpc-url", rpc, "--json"]
    arguments += ["--registry", registry, "--multiproof", multiproof]
    proof = json.loads(devnet.installed.succeed("prove", *arguments))
    assert proof["unchecked"] == {}


def test_audit__on_the_installed_devnet__verifies(devnet: Running) -> None:
    rpc, registry = devnet.found("rpc_url", "TEERegistry")
    arguments = ["--database", "devnet/attestor.sqlite", "verify"]
    told = devnet.installed.succeed("audit", *arguments, "--rpc-url", rpc, "--registry", registry)
    assert "registry's events  ok" in told


def test_deploy__with_the_wheels_contracts__compares_their_code(devnet: Running) -> None:
    folder, account = devnet.installed.folder, devnet.description["accounts"][0]
    key = folder / "payer.key"
    key.touch(mode=0o600)
    key.write_text(account["key"])
    arguments = ["--rpc-url", *devnet.found("rpc_url"), "--payer-key-file", str(key)]
    told = devnet.installed.succeed("deploy", *arguments, "--root", "simulated", "--yes")
    assert "TEERegistry" in told
    assert set(json.loads((folder / "deployment.json").read_text())["contracts"]) == {
        "CollateralStore",
        "DcapVerifier",
        "MultiProof",
        "TEERegistry",
    }


def test_client__its_extra_alone__pulls_little_and_works(wheel: Path, tmp_path: Path) -> None:
    make_venv(tmp_path / "venv", wheel, locked(tmp_path, "client"))
    installed = Installed(tmp_path / "venv", tmp_path)
    listed = uv("pip", "list", "--python", str(installed.venv / "bin" / "python"), "--format=json")
    names = {one["name"] for one in json.loads(listed.splitlines()[0])}
    assert len(names - {"attestor"}) <= MOST_OF_CLIENT, names
    assert not names & {"web3", "aiohttp", "cryptography", "sqlite-utils", "dcap-qvl"}
    assert "--program-vkey" in installed.succeed("prove", "--help")
    assert "pip install 'attestor[daemon]'" in installed.run("devnet").stderr


def test_client__resolved_by_the_wheels_own_ranges__is_as_little(wheel: Path) -> None:
    resolved = uv("pip", "compile", "--no-header", "--no-annotate", *source(wheel, "client"))
    names = set(re.findall(r"^([a-z0-9-]+)==", resolved, re.MULTILINE))
    assert {"click", "coincurve", "rlp"} < names
    assert len(names) <= MOST_OF_CLIENT, names


@pytest.mark.parametrize("extra", ["daemon", "devnet"])
def test_ranges__of_the_wheel__have_a_solution(wheel: Path, extra: str) -> None:
    resolved = uv("pip", "compile", "--no-header", "--no-annotate", *source(wheel, extra))
    assert "web3==" in resolved


def source(wheel: Path, extra: str) -> list[str]:
    requirement = wheel.parent / f"{extra}.in"
    requirement.write_text(f"attestor[{extra}] @ {wheel.as_uri()}\n")
    return [str(requirement)]


def test_metadata__requirements__are_ranges_that_hold_what_the_lock_has(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        (name,) = (one for one in packed.namelist() if one.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(packed.read(name).decode())
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    pinned = {one["name"]: one.get("version") for one in packages}
    required = metadata.get_all("Requires-Dist") or []
    assert len(required) >= 19
    for one in (one for one in required if not one.startswith("attestor[")):
        found = re.match(r"([a-z0-9-]+)(?:\[\w+\])?<([\d.]+),>=([\d.]+)", one)
        assert found, f"{one} is no range"
        name, upper, lower = found.groups()
        assert pinned[name] == lower, one
        assert tuple(map(int, lower.split("."))) < tuple(map(int, upper.split("."))), one

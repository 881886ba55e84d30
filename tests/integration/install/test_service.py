"""The package's unit as a systemd starts it: everything real but the chain and the platform."""

import http.client
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cases import booted
from cases.booted import Booted
from integration.install.test_deb import Package, needs_python, package, wheel

from attestor.devnet.accounts import funded_accounts
from attestor.devnet.stack import Devnet, DevnetOptions
from attestor.http import wire
from attestor.programs import elf, fibonacci

__all__ = ["package", "wheel"]
pytestmark = [
    needs_python,
    pytest.mark.skipif(bool(booted.lacking()), reason=booted.lacking()),
]
UNIT = "attestor.service"
FASTER = "[Service]\nWatchdogSec=4\nRestartSec=1\n"


@pytest.fixture
def chain(tmp_path: Path, port: int) -> Iterator[Devnet]:
    """A chain with contracts, and no daemon."""
    devnet = Devnet(DevnetOptions(folder=tmp_path / "net", block_seconds=0.5, api_port=port))
    devnet.deploy()
    yield devnet
    devnet.stop()


@pytest.fixture
def root(tmp_path: Path, package: Package, chain: Devnet) -> Iterator[Path]:
    """A machine with the package and a configuration."""
    (tmp_path / "machine").mkdir()
    try:
        stack = booted.root_of_its_own(tmp_path / "machine")
        found = stack.__enter__()
    except subprocess.CalledProcessError:
        pytest.skip("this machine does not let root mount an overlay")
    try:
        shutil.copy(package.path, found / "attestor.deb")
        subprocess.run(["mount", "-t", "proc", "proc", str(found / "proc")], check=True)
        installing = ["chroot", str(found), "dpkg", "--install", "/attestor.deb"]
        done = subprocess.run(installing, capture_output=True, text=True, check=False)
        subprocess.run(["umount", str(found / "proc")], check=True)
        assert done.returncode == 0, done.stdout + done.stderr
        configure(found, chain)
        yield found
    finally:
        stack.__exit__(None, None, None)


def configure(root: Path, chain: Devnet) -> None:
    """What an operator does after the installation."""
    etc, system = root / "etc" / "attestor", root / "etc" / "systemd" / "system"
    shutil.copy(chain.deployment_file, etc / "deployment.json")
    text = chain._configuration(etc / "payer.key")
    lines = (line for line in text.splitlines() if not line.startswith(("key_file", "path =")))
    kept = "\n".join(lines).replace(str(chain.deployment_file), "/etc/attestor/deployment.json")
    kept = kept.replace("[store]", '[store]\npath = "/var/lib/attestor/attestor.sqlite"')
    (etc / "attestor.toml").write_text(kept + "\n")
    (etc / "payer.key").write_text(funded_accounts()[0].key)
    (etc / "payer.key").chmod(0o600)
    (system / f"{UNIT}.d").mkdir(parents=True)
    (system / f"{UNIT}.d" / "faster.conf").write_text(FASTER)
    wanted = system / "multi-user.target.wants"
    wanted.mkdir(exist_ok=True)
    (wanted / UNIT).symlink_to(f"/usr/lib/systemd/system/{UNIT}")


def asked(port: int, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body)
        response = connection.getresponse()
        return response.status, response.read()
    except OSError:
        return 0, b""
    finally:
        connection.close()


def until_ready(machine: Booted, chain: Devnet) -> None:
    deadline = time.monotonic() + 90
    while (told := asked(chain.health_port, "GET", "/readyz"))[0] != 200:
        assert time.monotonic() < deadline, (told, machine.log(UNIT))
        time.sleep(0.2)


def test_service__in_a_machine_with_systemd__lives_reloads_is_watched_and_stops(
    root: Path, chain: Devnet
) -> None:
    with booted.booted(root, UNIT) as machine:
        until_ready(machine, chain)
        machine.until(UNIT, "ActiveState", "active")
        request = wire.encode_request(elf(fibonacci.NAME), fibonacci.stdin(10))
        assert asked(chain.options.api_port, "POST", "/request_proof", request)[0] == 200
        users = machine.run("ps", "-eo", "user:20,args")
        assert "attestor             /usr/bin/python3 -P /usr/bin/attestor run" in users
        assert "attestor-signer      /usr/bin/python3 -P -m attestor.signer" in users

        settings = root / "etc" / "attestor" / "attestor.toml"
        settings.write_text(settings.read_text().replace('"human"', '"json"'))
        machine.run("systemctl", "reload", UNIT)
        deadline = time.monotonic() + 20
        while '"configuration_reloaded"' not in machine.log(UNIT):
            assert time.monotonic() < deadline, machine.log(UNIT)
            time.sleep(0.2)

        # What stands still is ended by systemd, and started anew.
        machine.run("kill", "-STOP", machine.shown(UNIT, "MainPID"))
        machine.until(UNIT, "NRestarts", "1")
        assert "Watchdog timeout" in machine.log(UNIT)
        until_ready(machine, chain)
        machine.until(UNIT, "ActiveState", "active")
        assert json.loads(asked(chain.health_port, "GET", "/readyz")[1])["ready"] is True

        machine.run("systemctl", "stop", UNIT)
        assert machine.shown(UNIT, "Result") == "success"
        assert machine.shown(UNIT, "ExecMainStatus") == "0"
        assert "Removed" in machine.run("dpkg", "--remove", "attestor")
        assert (root / "var" / "lib" / "attestor" / "attestor.sqlite").exists()
        assert settings.exists()

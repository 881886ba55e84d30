"""The units of systemd: they say what it understands, and attestor runs within what they allow."""

import ctypes.util
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cases import seccomp
from cases.ports import free_port

from attestor.config import ROOT
from attestor.devnet.folder import DAEMON_LOG

UNITS = ROOT / "packaging" / "systemd"
UNIT = (UNITS / "attestor.service").read_text()
ANALYZE = shutil.which("systemd-analyze")
EXPOSURE = 3.0
"""As `systemd-analyze security` counts, of 10; docs/install.md says what is left and why."""

needs_systemd = pytest.mark.skipif(ANALYZE is None, reason="systemd is not installed")


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(ANALYZE), *arguments], capture_output=True, text=True, check=False)


def values(name: str) -> list[str]:
    return re.findall(rf"^{name}=(.*)$", UNIT, re.MULTILINE)


def allowed_calls() -> Iterator[str]:
    """Those of SystemCallFilter=, groups resolved."""
    for name in " ".join(values("SystemCallFilter")).split():
        yield from members(name) if name.startswith("@") else [name]


def members(group: str) -> Iterator[str]:
    listed = analyze("syscall-filter", group)
    assert listed.returncode == 0, listed.stderr
    for line in map(str.strip, listed.stdout.splitlines()[1:]):
        if line.startswith("@"):
            yield from members(line)
        elif line and not line.startswith("#"):
            yield line


@needs_systemd
def test_unit__as_it_is_installed__is_understood(tmp_path: Path) -> None:
    """The programs that it names are not here: any that can be started stands for them."""
    text = UNIT.replace("/usr/lib/attestor/prepare-report", "/bin/true")
    (tmp_path / "attestor.service").write_text(text.replace("/usr/bin/attestor", "/bin/true"))
    done = analyze("verify", str(tmp_path / "attestor.service"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_systemd
def test_unit__with_a_misspelt_setting__is_not_understood(tmp_path: Path) -> None:
    text = UNIT.replace("ProtectClock=", "ProtectClocks=")
    (tmp_path / "attestor.service").write_text(text)
    assert "ProtectClocks" in analyze("verify", str(tmp_path / "attestor.service")).stderr


@needs_systemd
def test_unit__its_exposure__is_what_the_docs_say() -> None:
    done = analyze("security", "--offline=yes", str(UNITS / "attestor.service"))
    found = re.search(r"Overall exposure level for attestor.service: ([\d.]+)", done.stdout)
    assert found is not None, done.stderr
    assert float(found[1]) <= EXPOSURE
    assert f"{EXPOSURE} of 10" in (ROOT / "docs" / "install.md").read_text()


@needs_systemd
@pytest.mark.skipif(ctypes.util.find_library("seccomp") is None, reason="no libseccomp")
def test_filter__with_everything_real__lets_a_signer_become_active(tmp_path: Path) -> None:
    """The daemon, the signer process with its sandbox, and the executor."""
    calls = ",".join(sorted(set(allowed_calls())))
    assert "landlock_restrict_self" in calls
    command = [sys.executable, "-m", "attestor", "devnet", "--json", "--rpc-port", "0"]
    command += ["--api-port", str(free_port()), "--block-seconds", "0.5"]
    log = tmp_path / "log"
    with log.open("w") as told:
        process = subprocess.Popen(
            [sys.executable, str(seccomp.__file__), calls, *command],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
            start_new_session=True,
        )
    assert process.stdout is not None
    try:
        assert "TEERegistry" in process.stdout.readline(), log.read_text()
        status = Path("/proc", str(process.pid), "status").read_text()
        assert "Seccomp:\t2" in status
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    daemon_log = (tmp_path / "devnet" / DAEMON_LOG).read_text()
    assert "Operation not permitted" not in daemon_log


def test_service_manager__a_real_daemon__hears_ready_alive_and_stopping(tmp_path: Path) -> None:
    """A devnet's daemon is started by systemd's own means: an address in its environment."""
    from attestor.devnet.stack import Devnet, DevnetOptions

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(str(tmp_path / "notify"))
        server.settimeout(120)
        options = DevnetOptions(
            folder=tmp_path / "devnet",
            block_seconds=0.5,
            api_port=free_port(),
            environment={"NOTIFY_SOCKET": str(tmp_path / "notify")},
        )
        devnet = Devnet(options)
        try:
            devnet.deploy()
            devnet.start_daemon()
            assert server.recv(1000).startswith(b"READY=1")
            assert server.recv(1000) == b"WATCHDOG=1"
            assert server.recv(1000) == b"WATCHDOG=1"
            assert devnet.stop_daemon() == 0
            last = b""
            while not last.startswith(b"STOPPING=1"):
                last = server.recv(1000)
        finally:
            devnet.stop()


def test_report__on_a_tdx_guest__is_made_for_the_signers_user(tmp_path: Path) -> None:
    """In a folder that stands for configfs, where the kernel makes `inblob` with the report."""
    user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
    report = tmp_path / f"attestor.{os.getuid()}"
    report.mkdir()
    (report / "inblob").touch()
    environment = {"PATH": os.defpath, "TSM_REPORTS": str(tmp_path)}
    for folder, said in ((tmp_path, ""), (tmp_path / "missing", "not a TDX guest")):
        environment["TSM_REPORTS"] = str(folder)
        done = subprocess.run(
            [UNITS / "prepare-report", user],
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert said in done.stderr
    assert (report / "inblob").stat().st_uid == os.getuid()


@pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="systemd is not installed")
def test_users__in_an_empty_root__are_those_of_the_unit(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    command = ["systemd-sysusers", f"--root={tmp_path}", str(UNITS / "sysusers.conf")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if "Function not implemented" in done.stderr or "Operation not permitted" in done.stderr:
        pytest.skip("systemd-sysusers cannot run here")
    assert done.returncode == 0, done.stderr
    users = (tmp_path / "etc" / "passwd").read_text()
    assert set(values("User")) == {"attestor"}
    assert re.findall(r"^([a-z-]+):", users, re.MULTILINE) == ["attestor", "attestor-signer"]

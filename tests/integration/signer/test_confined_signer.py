"""What the real signer process may not do any more, and what it refuses to start with."""

import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from measures import ordinary_user

from attestor.config import ROOT
from attestor.core.execution import ExecutorBuild
from attestor.errors import (
    ExecutorMissing,
    ExecutorUnrecorded,
    ProcessUserInvalid,
    QuoteProviderInvalid,
    SandboxInsufficient,
    SimulationRefused,
)
from attestor.executor import SandboxLevel
from attestor.hardening import process, users
from attestor.programs import elf, fibonacci
from attestor.quote.configfs import DIRECTORY
from attestor.signer.client import SignerProcess
from attestor.signer.settings import SignerSettings, SlotSettings

BUILT = ROOT / "executor" / "target" / "release"
SETTINGS = SignerSettings(
    slots=(SlotSettings("", 31337, "0x" + "77" * 20, "attestor", ""),),
    provider="simulated",
    simulation_seed="test",
    executor_directory=str(BUILT),
    workers=1,
    wall_seconds=60.0,
    cpu_seconds=60,
    memory_bytes=4 << 30,
    public_values_bytes=1 << 16,
    cycles=1 << 40,
    engine="attestor",
    cross_check_within_budget="never",
    cross_check_beyond_budget="never",
    cross_check_budget_cycles=0,
    cross_check_sample_rate=0.0,
)
REAL_CHAIN = (replace(SETTINGS.slots[0], chain_id=1),)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


def status_of(pid: int) -> dict[str, list[str]]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {line.split(":")[0]: line.split(":")[1].split() for line in lines}


def refused(**changes: Any) -> None:
    """Start the process with other settings. Raises what it refuses them with."""
    signer = SignerProcess(replace(SETTINGS, **changes))
    try:
        signer.started()
    finally:
        signer.close()


@pytest.fixture
def signer() -> Iterator[SignerProcess]:
    process = SignerProcess(SETTINGS)
    yield process
    process.close()


@pytest.fixture
def other_executor(tmp_path: Path) -> Path:
    """A build that was not recorded: the same programs, and a byte more."""
    for name in ("attestor-vkey", "attestor-execute"):
        shutil.copy(BUILT / name, tmp_path / name)
    with (tmp_path / "attestor-vkey").open("ab") as file:
        file.write(b"\n")
    return tmp_path


@pytest.fixture
def in_groups() -> Iterator[None]:
    """We are in further groups meanwhile, as root may be."""
    before = os.getgroups()
    os.setgroups([0, 4, 27])
    yield
    os.setgroups(before)


@as_root
def test_process__of_a_daemon_with_root__has_a_user_of_its_own_and_no_rights(
    in_groups: None, signer: SignerProcess
) -> None:
    report, status = signer.started(), status_of(signer._process.pid)
    assert report.uid in users.TRANSIENT
    assert status["Uid"] == status["Gid"] == [str(report.uid)] * 4
    assert status["Groups"] == []
    for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[name][0], 16) == 0, name
    assert status["NoNewPrivs"] == ["1"]


@as_root
def test_process__memory__is_closed_to_others_of_its_user(signer: SignerProcess) -> None:
    uid = signer.started().uid
    body = (
        "import os\n"
        "os.setgroups([])\n"
        f"os.setresgid({uid}, {uid}, {uid})\n"
        f"os.setresuid({uid}, {uid}, {uid})\n"
        f"open('/proc/{signer._process.pid}/mem', 'rb')\n"
    )
    found = subprocess.run([sys.executable, "-c", body], capture_output=True, check=False)
    assert b"PermissionError" in found.stderr


@as_root
def test_process__named_user__is_that_one() -> None:
    signer = SignerProcess(replace(SETTINGS, user="nobody"))
    try:
        assert signer.started().uid == users.named("nobody").uid
    finally:
        signer.close()


@as_root
def test_prove__as_another_user__still_runs_and_signs(signer: SignerProcess) -> None:
    signer.activate(signer.new_key(), int(time.time()) + 3600)
    signer.lease(int(time.time()), 600.0)
    proof = signer.prove("job", elf(fibonacci.NAME), fibonacci.stdin(10))
    assert fibonacci.decode(proof.public_values) == fibonacci.Result(10, 55, 89)
    assert proof.executor is ExecutorBuild.RECORDED


@as_root
def test_close__process_of_another_user__is_ended(signer: SignerProcess) -> None:
    signer.started()
    pid = signer._process.pid
    signer.close()
    assert not Path(f"/proc/{pid}").exists()


@as_root
@pytest.mark.parametrize("how", ["killed", "ended"])
def test_process__whose_daemon_is_gone__ends_too(how: str) -> None:
    body = (
        "import time\n"
        "from attestor.signer.client import SignerProcess\n"
        "from attestor.signer.settings import SignerSettings\n"
        f"signer = SignerProcess(SignerSettings.from_header({SETTINGS.to_header()!r}))\n"
        "signer.started()\n"
        "print(signer._process.pid, flush=True)\n" + ("time.sleep(60)\n" if how == "killed" else "")
    )
    command = [sys.executable, "-c", body]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as daemon:
        assert daemon.stdout is not None
        path = Path(f"/proc/{int(daemon.stdout.readline())}")
        if how == "killed":
            daemon.kill()
        daemon.wait()
    deadline = time.monotonic() + 10
    while path.exists() and "(zombie)" not in (path / "status").read_text():
        assert time.monotonic() < deadline, "the signer process outlives the daemon"
        time.sleep(0.05)


def test_start__of_an_ordinary_user__stays_that_user_and_says_so() -> None:
    """What make demo does in a container without root."""
    body = (
        "from attestor.signer.client import SignerProcess\n"
        "from attestor.signer.settings import SignerSettings\n"
        f"signer = SignerProcess(SignerSettings.from_header({SETTINGS.to_header()!r}))\n"
        "report = signer.started()\n"
        "signer.new_key()\n"
        "print(report.uid, *report.lacking, sep='\\n')\n"
        "signer.close()\n"
    )
    found = ordinary_user.run(["-c", body], ROOT)
    assert found.returncode == 0, found.stderr
    uid, *missing = found.stdout.splitlines()
    assert int(uid) == ordinary_user.uid()
    assert any(line.startswith("signer process: a user of its own") for line in missing)
    assert any(line.startswith("executor: a cgroup (") for line in missing)


def test_start__isolated_of_an_ordinary_user__is_refused_and_names_the_wall() -> None:
    settings = replace(SETTINGS, sandbox_level="isolated").to_header()
    body = (
        "from attestor.errors import SandboxInsufficient\n"
        "from attestor.signer.client import SignerProcess\n"
        "from attestor.signer.settings import SignerSettings\n"
        f"signer = SignerProcess(SignerSettings.from_header({settings!r}))\n"
        "try:\n"
        "    signer.started()\n"
        "except SandboxInsufficient as error:\n"
        "    print(error)\n"
        "signer.close()\n"
    )
    found = ordinary_user.run(["-c", body], ROOT)
    assert found.stdout.startswith("sandbox.level is isolated"), found.stderr
    assert "signer process: a user of its own (start the daemon with CAP_SETUID" in found.stdout


@as_root
def test_start__isolated__tries_every_way_out_and_signs() -> None:
    """On a machine that has all walls: Landlock, and user namespaces for ordinary users."""
    offered = SignerProcess(SETTINGS)
    try:
        report = offered.started()
    finally:
        offered.close()
    if report.level is not SandboxLevel.ISOLATED:
        pytest.skip(f"this machine lacks {'; '.join(report.missing)}")
    signer = SignerProcess(replace(SETTINGS, sandbox_level="isolated"))
    try:
        assert signer.started() == replace(report, uid=signer.started().uid)
        signer.activate(signer.new_key(), int(time.time()) + 3600)
        signer.lease(int(time.time()), 600.0)
        assert signer.prove("job", elf(fibonacci.NAME), fibonacci.stdin(10)).signature
    finally:
        signer.close()


@as_root
def test_start__service_that_may_change_users__has_a_signer_of_another_user_and_ends_it() -> None:
    """The unit of docs/operate-machine.md: without root, and without CAP_KILL."""
    body = (
        "from pathlib import Path\n"
        "from attestor.daemon.build import _give_up_change_of_users\n"
        "from attestor.hardening import process\n"
        "from attestor.signer.client import SignerProcess\n"
        "from attestor.signer.settings import SignerSettings\n"
        f"signer = SignerProcess(SignerSettings.from_header({SETTINGS.to_header()!r}))\n"
        "print(signer.started().uid)\n"
        "_give_up_change_of_users()\n"
        "print(process.holds(process.SETUID), process.holds(process.SETGID))\n"
        "signer.new_key()\n"
        "signer.close()\n"
        "print(Path(f'/proc/{signer._process.pid}').exists())\n"
    )
    capabilities = (process.SETUID, process.SETGID)
    found = ordinary_user.run(["-c", body], ROOT, capabilities)
    assert found.returncode == 0, found.stderr
    uid, *rest = found.stdout.splitlines()
    assert int(uid) in users.TRANSIENT
    assert rest == ["False False", "False"]


def test_start__unrecorded_executor_with_real_quotes__is_refused(other_executor: Path) -> None:
    with pytest.raises(ExecutorUnrecorded, match="attestor-vkey in .*make executor"):
        refused(executor_directory=str(other_executor), provider="configfs", slots=REAL_CHAIN)


def test_start__unrecorded_executor_with_real_quotes_of_a_development_chain__is_refused(
    other_executor: Path,
) -> None:
    """The chain's id does not stand in every registry's report data: the quote is what counts."""
    with pytest.raises(ExecutorUnrecorded):
        refused(executor_directory=str(other_executor), provider="configfs")


def test_start__unrecorded_executor_with_simulated_quotes__says_so_in_every_proof(
    other_executor: Path,
) -> None:
    signer = SignerProcess(replace(SETTINGS, executor_directory=str(other_executor)))
    try:
        assert signer.started().executor is ExecutorBuild.UNRECORDED
        signer.activate(signer.new_key(), int(time.time()) + 3600)
        signer.lease(int(time.time()), 600.0)
        proof = signer.prove("job", elf(fibonacci.NAME), fibonacci.stdin(10))
        assert proof.executor is ExecutorBuild.UNRECORDED
    finally:
        signer.close()


def test_prove__programs_replaced_after_the_start__those_of_the_start_run(
    other_executor: Path,
) -> None:
    signer = SignerProcess(replace(SETTINGS, executor_directory=str(other_executor)))
    try:
        signer.started()
        for name in ("attestor-vkey", "attestor-execute"):
            path = other_executor / name
            path.unlink()
            path.write_text("#!/bin/sh\nexit 9\n")
            path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXOTH)
        signer.activate(signer.new_key(), int(time.time()) + 3600)
        signer.lease(int(time.time()), 600.0)
        proof = signer.prove("job", elf(fibonacci.NAME), fibonacci.stdin(10))
        assert fibonacci.decode(proof.public_values) == fibonacci.Result(10, 55, 89)
    finally:
        signer.close()


def test_start__no_executor__is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExecutorMissing, match="cannot be read: No such file"):
        refused(executor_directory=str(tmp_path))


def test_start__simulated_quotes_on_a_real_chain__say_why_they_are_refused() -> None:
    with pytest.raises(SimulationRefused, match="chain id 1"):
        refused(slots=REAL_CHAIN)


@pytest.mark.skipif(Path(DIRECTORY).exists(), reason="this machine makes reports")
def test_start__no_configfs__is_refused_at_once() -> None:
    with pytest.raises((QuoteProviderInvalid, SandboxInsufficient)):
        refused(provider="configfs", slots=REAL_CHAIN)


def test_start__user_that_does_not_exist__is_refused() -> None:
    with pytest.raises(ProcessUserInvalid, match="no user 'nobody-of-this-name'"):
        refused(user="nobody-of-this-name")

"""The real signer process: quotes for its own keys, proofs of real programs, and no way around."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from attestor.config import ROOT
from attestor.core.cross_check import CrossChecked, CrossCheckVerdict, Finding, Timing
from attestor.core.execution import Engine
from attestor.core.legacy_message import LegacyMessage
from attestor.core.report_data import Binding, Layout
from attestor.core.signature import recover
from attestor.errors import NoActiveSigner, RequestInvalid, SignerGone, SignerUnknown
from attestor.programs import elf, fibonacci
from attestor.quote.format import parse
from attestor.signer.client import SignerProcess
from attestor.signer.settings import SignerSettings, SlotSettings
from attestor.signer.starting import start_process

SETTINGS = SignerSettings(
    slots=(SlotSettings("", 31337, "0x" + "77" * 20, "attestor", ""),),
    provider="simulated",
    simulation_seed="test",
    executor_directory=str(ROOT / "executor" / "target" / "release"),
    workers=2,
    wall_seconds=60.0,
    cpu_seconds=60,
    memory_bytes=4 << 30,
    public_values_bytes=1 << 16,
    cycles=1 << 40,
    engine="sp1-portable",
    cross_check_within_budget="always",
    cross_check_beyond_budget="sample",
    cross_check_budget_cycles=500_000_000,
    cross_check_sample_rate=0.05,
)
BLOCK_HASH = b"\xbb" * 32


@pytest.fixture
def signer() -> Iterator[SignerProcess]:
    process = SignerProcess(SETTINGS)
    yield process
    process.close()


def test_start__of_a_daemon_that_ended_meanwhile__ends_without_a_word(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """As at a SIGTERM while it starts: a trace in the log would be taken for a fault."""
    started = start_process()
    try:
        started.send(SETTINGS.to_header())
        started.connection.close()
        assert started.process.wait(60) == 0
        assert capfd.readouterr().err == ""
    finally:
        started.end()


def test_start__where_others_may_write__runs_no_module_of_that_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = tmp_path / "taken-over"
    for name in ("attestor", "coincurve", "json"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text(f"open({str(note)!r}, 'w')\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.path", [path or str(ROOT) for path in sys.path] + [""])

    process = SignerProcess(SETTINGS)
    try:
        assert len(process.new_key()) == 20
    finally:
        process.close()

    assert not note.exists()


def later() -> int:
    return int(time.time()) + 3600


def test_quote__own_key__carries_its_report_data(signer: SignerProcess) -> None:
    address = signer.new_key()
    answer = signer.quote(address, 7, BLOCK_HASH)
    assert answer.simulated
    assert parse(answer.raw).report_data == Binding(31337, b"\x77" * 20, Layout.ATTESTOR).encode(
        address, 7, BLOCK_HASH
    )


def test_quote__key_of_nobody__is_refused(signer: SignerProcess) -> None:
    with pytest.raises(SignerUnknown):
        signer.quote(b"\x11" * 20, 7, BLOCK_HASH)


def test_prove__active_signer__signs_what_was_executed(signer: SignerProcess) -> None:
    address = signer.new_key()
    signer.activate(address, later())
    signer.lease(int(time.time()), 600.0)
    proof = signer.prove("job", elf(fibonacci.NAME), fibonacci.stdin(10))
    assert fibonacci.decode(proof.public_values) == fibonacci.Result(10, 55, 89)
    statement = LegacyMessage(proof.verifying_key.vk_hash_bytes, proof.public_values)
    assert proof.digest == statement.digest
    assert recover(proof.digest, proof.signature) == address == proof.signer


def test_prove__while_another_runs__short_verbs_still_answer(signer: SignerProcess) -> None:
    signer.activate(signer.new_key(), later())
    signer.lease(int(time.time()), 600.0)
    with ThreadPoolExecutor(2) as pool:
        proofs = [
            pool.submit(signer.prove, "job", elf(fibonacci.NAME), fibonacci.stdin(n))
            for n in (1, 2)
        ]
        started = time.monotonic()
        signer.new_key()
        assert time.monotonic() - started < 2.0
        assert not all(proof.done() for proof in proofs)
        assert {proof.result().public_values[0] for proof in proofs} == {1, 2}


def test_prove__expired_registration__is_refused_at_once(signer: SignerProcess) -> None:
    signer.activate(signer.new_key(), int(time.time()) + 5)
    signer.lease(int(time.time()), 600.0)
    with pytest.raises(NoActiveSigner, match="about to end"):
        signer.prove("job", elf(fibonacci.NAME), fibonacci.stdin(10))


def test_ask__verb_that_does_not_exist__is_refused(signer: SignerProcess) -> None:
    with pytest.raises(RequestInvalid, match="no verb 'export'"):
        signer._ask("export")


def test_process__killed__waiting_callers_get_an_error(signer: SignerProcess) -> None:
    signer.activate(signer.new_key(), later())
    signer.lease(int(time.time()), 600.0)
    failures: list[BaseException] = []

    def prove() -> None:
        try:
            signer.prove("job", elf(fibonacci.NAME), fibonacci.stdin(10))
        except SignerGone as error:
            failures.append(error)

    thread = threading.Thread(target=prove)
    thread.start()
    os.kill(signer._process.pid, signal.SIGKILL)
    thread.join(20)
    assert len(failures) == 1
    with pytest.raises(SignerGone):
        signer.require_alive()
    with pytest.raises(SignerGone):
        signer.new_key()


def test_process__cannot_be_read_by_its_own_user(signer: SignerProcess) -> None:
    """PR_SET_DUMPABLE 0 hands /proc/PID/* to root: root in a container without ptrace rights,
    and every other user, cannot read its memory."""
    signer.addresses()
    status = Path(f"/proc/{signer._process.pid}/status").read_text()
    assert "NoNewPrivs:\t1" in status
    limits = Path(f"/proc/{signer._process.pid}/limits").read_text()
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]


def test_process__its_environment__holds_nothing_of_the_daemons(
    signer: SignerProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_OF_THE_DAEMON", "x")
    other = SignerProcess(SETTINGS)
    try:
        other.addresses()
        environment = Path(f"/proc/{other._process.pid}/environ").read_bytes()
        assert b"SECRET_OF_THE_DAEMON" not in environment
    finally:
        other.close()


def test_require_alive__running__passes(signer: SignerProcess) -> None:
    signer.addresses()
    signer.require_alive()


def test_close__leaves_no_process(signer: SignerProcess) -> None:
    pid = signer._process.pid
    signer.close()
    found = subprocess.run(["ps", "-p", str(pid)], capture_output=True, check=False)
    assert found.returncode == 1


def test_simulated_provider__on_a_real_chain__never_answers() -> None:
    """The process refuses to start; the daemon sees that it is gone."""
    process = SignerProcess(replace(SETTINGS, slots=(replace(SETTINGS.slots[0], chain_id=1),)))
    try:
        with pytest.raises(SignerGone):
            process.new_key()
    finally:
        process.close()


@pytest.mark.parametrize(
    ("changes", "timing"),
    [
        ({}, Timing.BEFORE),
        (
            {"cross_check_budget_cycles": 1, "cross_check_beyond_budget": "never"},
            Timing.NOT_CHECKED,
        ),
        ({"cross_check_within_budget": "sample", "cross_check_sample_rate": 1.0}, Timing.AFTER),
    ],
)
def test_prove__on_our_engine__is_cross_checked_as_the_operator_chose(
    changes: dict[str, Any], timing: Timing
) -> None:
    process = SignerProcess(replace(SETTINGS, engine="attestor", **changes))
    try:
        process.activate(process.new_key(), later())
        process.lease(int(time.time()), 600.0)
        proof = process.prove("job", elf(fibonacci.NAME), fibonacci.stdin(10))
        assert (proof.engine, proof.cross_check) == (Engine.ATTESTOR, timing)
        assert fibonacci.decode(proof.public_values) == fibonacci.Result(10, 55, 89)
        if timing is Timing.AFTER:
            deadline = time.monotonic() + 20
            while not (found := process.cross_checks()):
                assert time.monotonic() < deadline, "the sample is never cross-checked"
                time.sleep(0.05)
            assert found == [CrossChecked("job", CrossCheckVerdict(Finding.AGREED))]
        assert process.disagreement() is None
    finally:
        process.close()

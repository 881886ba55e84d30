"""Disk, other programs and signer process fail the daemon: it survives, or ends in time."""

import http.client
import json
import os
import resource
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from integration.daemon.conftest import StartDevnet
from integration.daemon.test_daemon_life import sound, wait_until

from attestor.devnet.stack import Devnet
from attestor.errors import DatabaseInvalid
from attestor.http import wire
from attestor.programs import ELF_FOLDER, elf, fibonacci
from attestor.store.database import Store
from attestor.store.moving import jobs_path
from attestor.store.opening import HISTORY, JOBS

STOP_SECONDS = 10.0
ROTATING = {"period": 6}
REQUEST = wire.encode_request(elf(fibonacci.NAME), fibonacci.stdin(10))
BIG = wire.encode_request(elf(fibonacci.NAME), [*fibonacci.stdin(10), bytes(600_000)])
ENDLESS = wire.encode_request((ELF_FOLDER / "test" / "spin.elf").read_bytes(), [])


def call(devnet: Devnet, method: str, path: str, body: bytes = b"") -> tuple[int, Any, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", devnet.options.api_port, timeout=60)
    try:
        connection.request(method, path, body)
        response = connection.getresponse()
        raw, is_json = response.read(), response.headers["Content-Type"].startswith("application")
        return response.status, json.loads(raw) if is_json else raw, response.headers
    finally:
        connection.close()


def fault(devnet: Devnet) -> tuple[str | None, str | None]:
    """The code of what /health complains of, and the duty that it names."""
    status, answer, _ = call(devnet, "GET", "/health")
    error = answer.get("error", {})
    assert (status == 200) is (not error)
    return error.get("code"), error.get("duty")


def daemon(devnet: Devnet) -> subprocess.Popen[bytes]:
    assert devnet._daemon is not None
    return devnet._daemon


def child(devnet: Devnet, module: str) -> int:
    """The process of the daemon that runs this module."""
    found = subprocess.run(
        ["pgrep", "-P", str(daemon(devnet).pid), "-f", f"{module} [0-9]"],
        capture_output=True,
        text=True,
        check=True,
    )
    return int(found.stdout)


def signer_process(devnet: Devnet) -> int:
    return child(devnet, "attestor.signer")


def asking(devnet: Devnet, body: bytes) -> list[tuple[int, Any, Any]]:
    """The answer to one request, once it is there."""
    answers: list[tuple[int, Any, Any]] = []

    def ask() -> None:
        with suppress(http.client.HTTPException, OSError):  # The other end may be killed.
            answers.append(call(devnet, "POST", "/request_proof", body))

    threading.Thread(target=ask, daemon=True).start()
    return answers


def refused(devnet: Devnet, body: bytes, code: str) -> None:
    status, answer, headers = call(devnet, "POST", "/request_proof", body)
    assert (status, answer["error"]["code"]) == (503, code), answer
    assert int(headers["Retry-After"]) > 0
    assert str(devnet.database) not in json.dumps(answer)


def recovers(devnet: Devnet, pid: int) -> None:
    """It proves again, it is the same process, and no key was given up."""
    wait_until(lambda: fault(devnet) == (None, None), "the daemon is healthy again")
    assert call(devnet, "POST", "/request_proof", REQUEST)[0] == 200
    assert (daemon(devnet).pid, daemon(devnet).poll()) == (pid, None)
    retired = devnet.rows("SELECT DISTINCT reason FROM signers WHERE stage = 'retired'")
    assert all(row["reason"].startswith("replaced by") for row in retired), retired
    assert devnet.stop_daemon() == 0
    sound(devnet)


@contextmanager
def held(database: Path) -> Iterator[None]:
    """Another program has the write lock."""
    holder = sqlite3.connect(database, isolation_level=None, timeout=30)
    holder.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        holder.rollback()
        holder.close()


@contextmanager
def small_files(pid: int, size: int) -> Iterator[None]:
    """Every write of that process beyond `size` fails."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def test_database__another_program_writes_for_long__daemon_waits_and_goes_on(
    start: StartDevnet,
) -> None:
    devnet = start(**ROTATING)
    devnet.wait_for_signer()
    pid, began = daemon(devnet).pid, time.monotonic()
    with held(devnet.database):
        answers = asking(devnet, REQUEST)
        wait_until(lambda: fault(devnet)[0] == "database_busy", "/health says so")
        wait_until(lambda: time.monotonic() - began > 12, "twelve seconds are over")
        assert fault(devnet)[0] == "database_busy"
        assert answers == [], "nothing is handed out that the history does not have"
    wait_until(lambda: answers != [], "the proof is handed out")
    assert answers[0][0] == 200
    recovers(devnet, pid)


def test_jobs__another_program_writes_for_long__only_clients_wait(start: StartDevnet) -> None:
    devnet = start(**ROTATING)
    first = devnet.wait_for_signer()
    pid = daemon(devnet).pid
    assert fault(devnet) == (None, None), "it has made its database"
    with held(jobs_path(devnet.database)):
        refused(devnet, REQUEST, "database_busy")
        wait_until(lambda: fault(devnet)[0] == "database_busy", "/health says so")
        devnet.wait_for_signer(lambda found: found != first)
    recovers(devnet, pid)


def test_database__writes_fail_for_a_while__daemon_waits_and_goes_on(start: StartDevnet) -> None:
    devnet = start(**ROTATING)
    devnet.wait_for_signer()
    pid, codes = daemon(devnet).pid, ("database_full", "database_disk_failed")
    wait_until(lambda: fault(devnet) == (None, None), "the API process has made its database")
    with small_files(child(devnet, "attestor.api"), 64 << 10):
        for _ in range(3):
            status, answer, headers = call(devnet, "POST", "/request_proof", BIG)
            assert (status, answer["error"]["code"] in codes) == (503, True), answer
            assert "Retry-After" in headers
        wait_until(lambda: fault(devnet)[0] in codes, "/health says so")
    recovers(devnet, pid)


@pytest.mark.skipif(os.geteuid() != 0, reason="a disk that can be filled is mounted by root")
def test_database__disk_fills_while_a_job_runs__the_job_is_closed_once_there_is_space(
    start: StartDevnet, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=6m", "tmpfs", str(disk)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine does not let root mount a tmpfs")
    try:
        database = disk / "attestor.sqlite"
        limits = {"ATTESTOR_EXECUTOR_CPU_SECONDS": "15", "ATTESTOR_EXECUTOR_WALL_SECONDS": "15"}
        devnet = start(environment={"ATTESTOR_STORE_PATH": str(database), **limits})
        _fill_while_a_job_runs(devnet, database, disk / "ballast")
    finally:
        daemon(devnet).kill()
        daemon(devnet).wait()
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def _fill_while_a_job_runs(devnet: Devnet, database: Path, ballast: Path) -> None:
    def one(sql: str) -> Any:
        of_jobs = " FROM jobs " in sql
        try:
            path = jobs_path(database) if of_jobs else database
            store = Store.open_to_read(path, JOBS if of_jobs else HISTORY)
        except DatabaseInvalid:
            return None  # It is not made yet.
        try:
            row = store.row(sql)
            return None if row is None else next(iter(row.values()))
        finally:
            store.close()

    wait_until(lambda: one("SELECT 1 FROM signers WHERE stage = 'active'"), "a signer is active")
    pid = daemon(devnet).pid
    answers: list[tuple[int, Any, Any]] = []
    asking = threading.Thread(
        target=lambda: answers.append(call(devnet, "POST", "/request_proof", ENDLESS))
    )
    asking.start()
    wait_until(lambda: one("SELECT 1 FROM jobs WHERE state = 'running'"), "the job runs")
    with ballast.open("wb", buffering=0) as file, pytest.raises(OSError, match="No space"):
        while True:
            file.write(bytes(4096))
    refused(devnet, BIG, "database_full")
    wait_until(lambda: fault(devnet)[0] == "database_full", "/health says so")
    wait_until(lambda: "cannot be closed yet" in devnet.log_file.read_text(), "the job is over")
    assert one("SELECT 1 FROM jobs WHERE state = 'running'")
    ballast.unlink()
    asking.join(60)
    assert [(status, answer["error"]["code"]) for status, answer, _ in answers] == [
        (422, "exec_time_limit")
    ]
    wait_until(lambda: fault(devnet) == (None, None), "the daemon is healthy again")
    assert call(devnet, "POST", "/request_proof", REQUEST)[0] == 200
    assert (daemon(devnet).pid, daemon(devnet).poll()) == (pid, None)


def test_database__damaged_while_the_daemon_was_away__it_ends_and_says_so(
    start: StartDevnet,
) -> None:
    devnet = start()
    devnet.wait_for_signer()
    assert devnet.stop_daemon() == 0
    content = bytearray(devnet.database.read_bytes())
    for page in range(4096 * 4, len(content), 4096):
        content[page : page + 64] = b"\x5a" * 64
    devnet.database.write_bytes(content)
    devnet.restart_daemon()
    assert daemon(devnet).wait(60) in (2, 70)
    assert "malformed" in devnet.log_file.read_text()


def test_signer_process__is_stopped__health_says_so_and_the_daemon_ends(start: StartDevnet) -> None:
    devnet = start()
    devnet.wait_for_signer()
    os.kill(signer_process(devnet), signal.SIGSTOP)
    wait_until(lambda: fault(devnet) == ("duty_hanging", "signer"), "/health says so", seconds=15.0)
    assert daemon(devnet).wait(60) == 70
    assert "duty signer: its step has taken" in devnet.log_file.read_text()


def test_stop__every_process_of_the_service_gets_sigterm__ends_without_an_error(
    start: StartDevnet,
) -> None:
    devnet = start(**ROTATING)
    devnet.wait_for_signer()
    os.kill(signer_process(devnet), signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        daemon(devnet).wait(2)
    os.killpg(daemon(devnet).pid, signal.SIGTERM)
    assert daemon(devnet).wait(STOP_SECONDS) == 0
    lines = devnet.log_file.read_text().splitlines()
    assert [line for line in lines if " ERROR " in line or " CRITICAL " in line] == []


def _stop_signer(devnet: Devnet) -> Callable[[], None]:
    os.kill(signer_process(devnet), signal.SIGSTOP)
    return lambda: None


def _stop_node(devnet: Devnet) -> Callable[[], None]:
    process = devnet.anvil._process.pid
    os.kill(process, signal.SIGSTOP)
    return lambda: os.kill(process, signal.SIGCONT)


def _hold_database(devnet: Devnet) -> Callable[[], None]:
    holding = ExitStack()
    holding.enter_context(held(devnet.database))
    wait_until(lambda: _is_busy(devnet), "the daemon waits for the database")
    # Health knows it before the duty that says so once.
    said = " ERROR   cannot write"
    wait_until(lambda: said in devnet.log_file.read_text(), "the daemon has said so")
    return holding.close


def _is_busy(devnet: Devnet) -> bool:
    return fault(devnet)[0] == "database_busy"


def _run_program(devnet: Devnet) -> Callable[[], None]:
    answers = asking(devnet, ENDLESS)
    wait_until(
        lambda: bool(devnet.job_rows("SELECT 1 FROM jobs WHERE state = 'running'")), "the job runs"
    )

    def is_told() -> None:
        assert [(status, told["error"]["code"]) for status, told, _ in answers] == [
            (503, "stopping")
        ]
        assert devnet.job_rows("SELECT state FROM jobs") == [{"state": "queued"}]

    return is_told


STATES = [_stop_signer, _stop_node, _hold_database, _run_program]


@pytest.mark.parametrize("disturb", STATES, ids=lambda disturb: disturb.__name__[1:])
def test_stop__sigterm_in_any_state__ends_in_time_without_an_error(
    start: StartDevnet, disturb: Callable[[Devnet], Callable[[], None]]
) -> None:
    devnet = start(environment={"ATTESTOR_CHAIN_POLL_SECONDS": "0.1"})
    devnet.wait_for_signer()
    undo = disturb(devnet)
    try:
        asked = time.monotonic()
        os.kill(daemon(devnet).pid, signal.SIGTERM)
        code = daemon(devnet).wait(3 * STOP_SECONDS)
        took = time.monotonic() - asked
    finally:
        undo()
    log = devnet.log_file.read_text()
    stopping = log[log.index("stopping") :]
    assert took <= STOP_SECONDS + 1, stopping
    assert " ERROR " not in stopping
    assert code == 0, stopping

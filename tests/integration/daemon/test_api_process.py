"""The process that serves clients is frozen, killed or fed with what is hostile: the rotation
registers in time, and what was asked for can be fetched."""

import http.client
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from integration.daemon.conftest import StartDevnet
from integration.daemon.test_daemon_faults import (
    ENDLESS,
    REQUEST,
    asking,
    call,
    child,
    daemon,
    fault,
)
from integration.daemon.test_daemon_life import sound, wait_until

from attestor.core.job import Request
from attestor.devnet.stack import Devnet
from attestor.programs import elf, fibonacci

PERIOD = 6
SLACK = 12.0
"""Two blocks of confirmation, the transaction, and a machine on which other tests run."""
NAME = Request(elf(fibonacci.NAME), tuple(fibonacci.stdin(10))).identify().job


def api(devnet: Devnet) -> int:
    return child(devnet, "attestor.api")


def rotates_in_time(devnet: Devnet, times: int) -> None:
    """Each of the next signers is active soon after it is due, and there is always one."""
    for _ in range(times):
        before = devnet.active_signer()
        began = time.monotonic()
        while devnet.active_signer() == before:
            assert time.monotonic() - began < PERIOD + SLACK, "the rotation is late"
            time.sleep(0.1)
        assert devnet.active_signer() is not None


def health_of_daemon(devnet: Devnet) -> tuple[int, bytes]:
    """By the daemon's own listener."""
    lines = devnet.log_file.read_text().splitlines()
    ports = [line.rsplit(":", 1)[1] for line in lines if "listening on" in line]
    port = next(int(text) for text in ports if int(text) != devnet.options.api_port)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def wait_proof(devnet: Devnet, job: str) -> tuple[int, Any]:
    status, answer, _ = call(devnet, "POST", "/wait_proof", job.encode())
    return status, answer


def test_api_process__is_frozen__the_rotation_goes_on_and_it_is_started_anew(
    start: StartDevnet,
) -> None:
    devnet = start(period=PERIOD)
    devnet.wait_for_signer()
    assert call(devnet, "POST", "/request_proof", REQUEST)[0] == 200
    frozen = api(devnet)
    os.kill(frozen, signal.SIGSTOP)
    rotates_in_time(devnet, 2)
    wait_until(lambda: health_of_daemon(devnet)[0] == 503, "the daemon's own /health says so", 30)
    assert b"api_not_answering" in health_of_daemon(devnet)[1]
    wait_until(lambda: not Path(f"/proc/{frozen}").exists(), "it is killed", 60)
    wait_until(lambda: fault(devnet) == (None, None), "another serves", 60)
    assert wait_proof(devnet, NAME)[0] == 200, "what was proven before is still there"
    assert devnet.stop_daemon() == 0
    sound(devnet)


def test_api_process__is_killed_again_and_again__rotation_and_jobs_survive(
    start: StartDevnet,
) -> None:
    devnet = start(period=PERIOD)
    devnet.wait_for_signer()
    done = threading.Event()

    def kill() -> None:
        while not done.wait(1.0):
            with suppress(Exception):
                os.kill(api(devnet), signal.SIGKILL)

    killing = threading.Thread(target=kill)
    killing.start()
    try:
        rotates_in_time(devnet, 2)
    finally:
        done.set()
        killing.join()
    wait_until(lambda: fault(devnet) == (None, None), "it serves again", 90)
    status, answer, _ = call(devnet, "POST", "/request_proof", REQUEST)
    assert (status, answer) == (200, NAME.encode())
    assert devnet.stop_daemon() == 0
    sound(devnet)


@contextmanager
def many(devnet: Devnet, attack: Callable[[int], None], threads: int) -> Iterator[None]:
    """That attack, again and again."""
    done = threading.Event()

    def repeat() -> None:
        while not done.is_set():
            with suppress(OSError, http.client.HTTPException):
                attack(devnet.options.api_port)

    running = [threading.Thread(target=repeat, daemon=True) for _ in range(threads)]
    for thread in running:
        thread.start()
    try:
        yield
    finally:
        done.set()


def sends(body: bytes, headers: str = "", path: str = "/request_proof") -> Callable[[int], None]:
    head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n{headers}\r\n"

    def attack(port: int) -> None:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(head.encode() + body)
            connection.recv(1000)

    return attack


def half_body(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(
            b"POST /request_proof HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n{"
        )
        time.sleep(1)


def many_connections(port: int) -> None:
    held = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(100)]
    time.sleep(0.2)
    for connection in held:
        connection.close()


ATTACKS = {
    "quadratic": sends(b'"' + b'\\"' * 16_000),
    "nested": sends(b"[" * 190_000 + b"]" * 190_000),
    "nested in UTF-16": sends(("[" * 190_000).encode("utf-16")),
    "long string": sends(b'"' + b"x" * 3_000_000 + b'"'),
    "numbers": sends(b'{"elf":[' + b"1," * 1_500_000 + b'1],"stdin":0}'),
    "compressed": sends(b"x" * 1000, "Content-Encoding: gzip\r\n"),
    "half bodies": half_body,
    "connections": many_connections,
    "health": sends(b"", path="/health"),
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_clients__attack__the_rotation_registers_in_time(
    start: StartDevnet, attack: Callable[[int], None]
) -> None:
    devnet = start(period=PERIOD, environment={"ATTESTOR_API_MAX_CONNECTIONS_PER_ADDRESS": "10000"})
    devnet.wait_for_signer()
    with many(devnet, attack, 8):
        time.sleep(1)
        rotates_in_time(devnet, 1)
        began = time.monotonic()
        health_of_daemon(devnet)
        assert time.monotonic() - began < 2
    wait_until(lambda: fault(devnet) == (None, None), "it is well again", 90)
    assert daemon(devnet).poll() is None


def test_job__client_leaves__does_not_hold_the_only_worker(start: StartDevnet) -> None:
    devnet = start(period=2400)
    devnet.wait_for_signer()
    host = ("127.0.0.1", devnet.options.api_port)
    head = f"POST /request_proof HTTP/1.1\r\nHost: x\r\nContent-Length: {len(ENDLESS)}\r\n\r\n"
    with socket.create_connection(host) as connection:
        connection.sendall(head.encode() + ENDLESS)
        running = "SELECT 1 FROM jobs WHERE state = 'running'"
        wait_until(lambda: devnet.job_rows(running) != [], "the endless program runs")
    assert call(devnet, "POST", "/request_proof", REQUEST)[0] == 200
    states = {row["state"] for row in devnet.job_rows("SELECT state FROM jobs")}
    assert states == {"done", "queued"}


def test_job__id_is_known_before_the_answer__can_be_fetched_after_a_kill(
    start: StartDevnet,
) -> None:
    devnet = start(period=2400)
    devnet.wait_for_signer()
    asking(devnet, REQUEST)
    wait_until(lambda: devnet.job_rows("SELECT 1 FROM jobs") != [], "the job is there")
    os.kill(api(devnet), signal.SIGKILL)
    wait_until(lambda: fault(devnet) == (None, None), "another serves", 60)
    wait_until(lambda: wait_proof(devnet, NAME)[0] == 200, "the proof can be fetched", 90)
    daemon(devnet).kill()
    daemon(devnet).wait()
    first = devnet.active_signer()
    devnet.restart_daemon()
    devnet.wait_for_signer(lambda found: found != first)
    wait_until(lambda: wait_proof(devnet, NAME)[0] == 200, "it is still there", 60)
    began = time.monotonic()
    assert call(devnet, "POST", "/request_proof", REQUEST)[0] == 200
    assert time.monotonic() - began < 2, "a stored result is an answer"
    sound(devnet)


def test_job__executor_is_killed__is_run_again(start: StartDevnet) -> None:
    devnet = start(period=2400)
    devnet.wait_for_signer()
    answers = asking(devnet, REQUEST)
    signer = child(devnet, "attestor.signer")
    children = Path(f"/proc/{signer}/task")

    def running() -> list[int]:
        return [int(pid) for one in children.glob("*/children") for pid in one.read_text().split()]

    def is_run_again() -> bool:
        """Some only wait for a job: all are killed until one had it."""
        if found := "is run again" in devnet.log_file.read_text():
            return found
        for pid in running():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return False

    wait_until(is_run_again, "the job is run again", 30)
    wait_until(lambda: answers != [], "the answer", 90)
    assert answers[0][0] == 200

"""The command as operators start it, asked as they ask it."""

import asyncio
import datetime
import os
import signal
import ssl
import subprocess
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from cases.avs_process import command, running, write_file
from cases.stolen_lock import steal_lock
from cases.tls_files import AUTHORITY, CHAIN, OWN, RSA, issue, write

from attestor import __version__
from attestor.avs import service
from attestor.avs.parts import Parts
from attestor.avs.service import Serving
from attestor.core.avs.context import Context
from attestor.core.avs.poe import PoeAnswer
from attestor.core.scroll.evidence import Evidence
from attestor.http.server import listen

CURL = '{"jsonrpc":"2.0","method":"prover_metadata","params":[],"id":1}'
JSON = {"Content-Type": "application/json"}


def post(port: int, body: str) -> requests.Response:
    return requests.post(f"http://127.0.0.1:{port}/", data=body, headers=JSON, timeout=10)


def metadata(needs: str) -> str:
    return (
        f'{{"jsonrpc":"2.0","result":{{"with_context":{needs},"version":"v{__version__}",'
        f'"task_with_context":{{"1":{needs},"2":true}}}},"id":1}}'
    )


STARTED: dict[str, tuple[dict[str, Any], tuple[str, ...], str]] = {
    "with a node": ({"scroll_endpoint": "http://127.0.0.1:1"}, (), "false"),
    "no node": ({"scroll_endpoint": ""}, ("--disable_check_report_metadata",), "true"),
    "forced": ({"scroll_endpoint": "http://127.0.0.1:1"}, ("--force_with_context",), "true"),
    "old options": ({}, ("--sampling", "2000", "--insecure"), "true"),
}


@pytest.mark.parametrize("name", STARTED)
def test_metadata__by_the_guides_curl__is_what_it_shows(name: str, tmp_path: Path) -> None:
    file, options, needs = STARTED[name]
    with running(write_file(tmp_path, **file), *options) as started:
        found = post(started.port, CURL)
        assert found.text == metadata(needs)
        shown = requests.get(f"http://127.0.0.1:{started.port}/metrics", timeout=10)
        assert shown.text.startswith("# HELP avs_prover_ctx_ms_gauge gauge for generating context")


def test_health__of_a_running_service__names_its_key(tmp_path: Path) -> None:
    with running(write_file(tmp_path)) as started:
        found = requests.get(f"http://127.0.0.1:{started.port}/healthz", timeout=10)
        (told,) = (line for line in started.lines if "are signed by" in line)
    assert found.status_code == 200
    assert found.json()["status"] == "ok"
    assert found.json()["prover_address"] in told


def health_once(port: int, status: int) -> str:
    """What /healthz says once it has that status."""
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found = requests.get(f"http://127.0.0.1:{port}/healthz", timeout=10)
        if found.status_code == status:
            return str(found.json()["status"])
        time.sleep(0.2)
    raise AssertionError(f"never {status}")


def test_history__file_is_removed_while_it_runs__is_told_until_it_is_back(tmp_path: Path) -> None:
    """A batch that is proven meanwhile would be kept in a file that nobody will ever read."""
    database, kept = tmp_path / "avs.sqlite", tmp_path / "kept"
    with running(write_file(tmp_path)) as started:
        database.rename(kept)
        told = health_once(started.port, 503)
        assert "the database's file is no longer at its place" in told
        kept.rename(database)
        assert health_once(started.port, 200) == "ok"
        log = "".join(started.lines)
    assert "[database_gone]" in log
    assert "the database can be used again" in log


def test_lock__file_is_removed_while_it_runs__keeps_a_second_service_out(tmp_path: Path) -> None:
    """Somebody takes it for the rest of a crash."""
    lock, file = tmp_path / "avs.sqlite.lock", write_file(tmp_path)
    with running(file) as started:
        lock.unlink()
        until = time.monotonic() + 60
        while not lock.exists() and time.monotonic() < until:
            time.sleep(0.2)
        with pytest.raises(AssertionError, match="another attestor runs with"), running(file):
            pytest.fail("a second service started")
        assert health_once(started.port, 200) == "ok"
        log = "".join(started.lines)
    assert "it is made again" in log


def test_lock__file_is_removed_and_taken__records_nothing_more(tmp_path: Path) -> None:
    database = tmp_path / "avs.sqlite"
    with running(write_file(tmp_path)) as started:
        with steal_lock(database):
            told = health_once(started.port, 503)
        assert "another attestor has taken the database, as process" in told
        time.sleep(6.0)
        assert health_once(started.port, 503)


def test_start__with_tls__serves_tls(tmp_path: Path) -> None:
    prefix = write(tmp_path, CHAIN, OWN.key_pem())
    authority = tmp_path / "authority.pem"
    authority.write_bytes(CHAIN[CHAIN.rindex(b"-----BEGIN") :])
    with running(write_file(tmp_path, server={"tls": prefix})) as started:
        address = f"https://127.0.0.1:{started.port}/"
        with pytest.raises(requests.exceptions.SSLError, match="prover.example|mismatch"):
            requests.post(address, data=CURL, headers=JSON, verify=str(authority), timeout=10)
        plain = post(started.port, CURL)
        assert plain.status_code == 400
        assert "https://" in plain.text


def test_tls__certificate_that_is_renewed__is_used_and_the_key_that_signs_stays(
    tmp_path: Path,
) -> None:
    """A restart would make another key, which has to be attested again."""
    authority = tmp_path / "authority.pem"
    authority.write_bytes(AUTHORITY.pem)
    old, new = (issue("localhost", AUTHORITY) for _ in range(2))
    prefix = write(tmp_path, old.pem, old.key_pem())

    def served(port: int) -> bytes:
        return ssl.get_server_certificate(("127.0.0.1", port)).encode()

    def address(port: int) -> object:
        url = f"https://localhost:{port}/healthz"
        return requests.get(url, verify=str(authority), timeout=10).json()["prover_address"]

    with running(write_file(tmp_path, server={"tls": prefix})) as started:
        assert served(started.port) == old.pem
        before = address(started.port)
        write(tmp_path, new.pem, new.key_pem())
        started.process.send_signal(signal.SIGHUP)
        until = time.monotonic() + 60
        while served(started.port) != new.pem and time.monotonic() < until:
            time.sleep(0.2)
        assert served(started.port) == new.pem
        assert address(started.port) == before
        assert "SIGHUP: certificates are read again" in "".join(started.lines)


REFUSED: dict[str, tuple[dict[str, Any] | None, tuple[str, ...], str]] = {
    "no file": (None, (), "prover.json cannot be read"),
    "wrong value": ({"server": {"tls": 1}}, (), "server.tls is 1, not text"),
    "no certificate": ({"server": {"tls": "config/none"}}, (), "config/none.crt cannot be read"),
    "clients' authority without TLS": ({}, ("--client-ca", "x"), "--client-ca needs TLS"),
    "simulated SGX on mainnet": (
        {},
        ("--quotes", "simulated-sgx", "--l1-chain-id", "1"),
        "--quotes simulated-sgx is for development chains",
    ),
    "simulated TDX on mainnet": (
        {},
        ("--quotes", "simulated", "--l1-chain-id", "1"),
        "--quotes simulated is for development chains",
    ),
    "no network": ({}, ("--allow", "everybody"), "--allow has 'everybody'"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_start__that_cannot_be__is_one_line_and_status_2(name: str, tmp_path: Path) -> None:
    value, options, told = REFUSED[name]
    file = tmp_path / "prover.json" if value is None else write_file(tmp_path, **value)
    ended = subprocess.run(command(file, *options), capture_output=True, text=True, timeout=30)
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert told in line


def test_start__wrong_key__is_told_with_a_command(tmp_path: Path) -> None:
    prefix = write(tmp_path, CHAIN, RSA.key_pem())
    file = write_file(tmp_path, server={"tls": prefix})
    ended = subprocess.run(command(file), capture_output=True, text=True, timeout=30)
    assert ended.returncode == 2
    assert "openssl req -new" in ended.stderr


def test_stop__sigterm__ends_it_with_status_0(tmp_path: Path) -> None:
    with running(write_file(tmp_path)) as started:
        post(started.port, CURL)
        started.process.send_signal(signal.SIGTERM)
        assert started.process.wait(10) == 0


class Slow:
    """A reporter that takes its time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def report(self, given: bytes) -> bytes:
        await asyncio.sleep(self._seconds)
        return b"quote"


class NoProver:
    async def prove(self, arguments: bytes, context: Context, evidence: Evidence) -> PoeAnswer:
        raise AssertionError("nothing is proven here")


async def ask(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    body = b'{"jsonrpc":"2.0","id":1,"method":"generateAttestationReport","params":["0x"]}'
    head = "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nConnection: close\r\n"
    writer.write(head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
    try:
        return await reader.read()
    except ConnectionError:
        return b""


def stopped(slow: float, signals: int) -> tuple[bytes, float]:
    """What a call gets that is being answered when signals come; and how long stopping took."""

    async def whole() -> tuple[bytes, float]:
        listening = listen("127.0.0.1", 0, "avs")
        port = listening.getsockname()[1]
        parts = Parts("v1", needs_context=True, reporter=Slow(slow), prover=NoProver())
        serving = asyncio.ensure_future(service.serve(listening, Serving(1 << 20), parts))
        await asyncio.sleep(0.2)
        asked = asyncio.ensure_future(ask(port))
        await asyncio.sleep(0.3)
        began = datetime.datetime.now()
        for _ in range(signals):
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(0.1)
        with pytest.raises(ConnectionError):
            await asyncio.open_connection("127.0.0.1", port)
        answer = await asked
        await serving
        return answer, (datetime.datetime.now() - began).total_seconds()

    return asyncio.run(asyncio.wait_for(whole(), 30))


def test_stop__while_a_call_is_answered__waits_for_it() -> None:
    answer, _ = stopped(slow=1.0, signals=1)
    assert b'"result":"0x' + b"quote".hex().encode() in answer


def test_stop__answers_that_nobody_reads__are_given_their_time_once() -> None:
    async def whole() -> float:
        listening = listen("127.0.0.1", 0, "avs")
        parts = Parts("v1", needs_context=True, reporter=Slow(0), prover=NoProver())
        given = Serving(1 << 20, stop_seconds=3.0)
        serving = asyncio.ensure_future(service.serve(listening, given, parts))
        await asyncio.sleep(0.2)
        _, writer = await asyncio.open_connection(*listening.getsockname(), limit=1)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 20_000)
        await asyncio.sleep(0.5)
        began = asyncio.get_running_loop().time()
        os.kill(os.getpid(), signal.SIGTERM)
        await serving
        writer.transport.abort()
        return asyncio.get_running_loop().time() - began

    assert asyncio.run(asyncio.wait_for(whole(), 30)) < 5


def test_stop__second_signal__ends_at_once() -> None:
    answer, seconds = stopped(slow=20.0, signals=2)
    assert answer == b""
    assert seconds < 5


def test_serve__signer_process_is_silent__stops_at_sigterm_all_the_same() -> None:
    released = threading.Event()

    def wait() -> None:
        released.wait(30)

    async def whole() -> None:
        parts = Parts(
            "v1",
            needs_context=True,
            reporter=Slow(0),
            prover=NoProver(),
            require_alive=wait,
            release=released.set,
        )
        listening = listen("127.0.0.1", 0, "avs")
        serving = asyncio.ensure_future(service.serve(listening, Serving(1 << 20), parts))
        await asyncio.sleep(0.3)
        os.kill(os.getpid(), signal.SIGTERM)
        await serving

    asyncio.run(asyncio.wait_for(whole(), 20))
    assert released.is_set()

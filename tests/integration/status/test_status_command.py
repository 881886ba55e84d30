"""`attestor status` and the page of a real daemon."""

import http.client
import json
import os
import pty
import re
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cases.ports import free_port

from attestor.config import ROOT
from attestor.devnet.stack import Devnet
from attestor.status.codec import from_json
from attestor.status.document import Document

STARTS_ALLOWED = 12
"""Starts of bare Python that a command may take: one takes 12 ms on a machine that is at rest, and
150 ms are what people do not wait for. A machine that is not slows both."""
RUNS = 5
ENVIRONMENT = {"PATH": os.defpath, "LANG": "C.UTF-8"}


def status(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "attestor", "status", *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=ENVIRONMENT,
    )


def asked(devnet: Devnet) -> Document:
    return from_json(json.loads(status("--config", str(devnet.config_file), "--json").stdout))


def get(
    devnet: Devnet, path: str, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], str]:
    address = urlsplit(str(devnet.description()["status_page"]))
    connection = http.client.HTTPConnection(str(address.hostname), address.port or 0, timeout=10)
    connection.request("GET", path, headers=headers or {})
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read().decode()


def test_status__of_a_daemon_that_signs__is_ready_in_its_first_line(devnet: Devnet) -> None:
    ended = status("--config", str(devnet.config_file))
    assert ended.returncode == 0, ended
    lines = ended.stdout.splitlines()
    assert re.match(r"Ready\.  The signer is registered for another \d+ (min|h)", lines[0])
    assert "\x1b" not in ended.stdout
    assert any("SIMULATED" in line for line in lines)


def is_complete(found: Document) -> bool:
    payer = found.chains[0].payer
    return found.jobs is not None and payer is not None and payer.balance_wei is not None


def test_status__json__has_what_was_registered(devnet: Devnet) -> None:
    # Jobs are in a database that the API process makes, and the balance is read at the next block.
    deadline = time.monotonic() + 60
    found = asked(devnet)
    while not is_complete(found) and time.monotonic() < deadline:
        found = asked(devnet)
    (chain,) = found.chains
    assert found.ready
    assert chain.signer is not None
    assert chain.registrations[0].signer == chain.signer.address
    assert chain.registrations[0].stage == "active"
    assert chain.cover[-1].signer == chain.signer.address
    assert (
        chain.signer.measurement == found.build.measurement == devnet.description()["measurement"]
    )
    assert chain.payer is not None
    assert chain.payer.balance_wei is not None
    assert chain.endpoints[0].host == urlsplit(devnet.anvil.url).netloc


def test_page__of_the_daemon__is_at_its_own_address_and_not_at_that_of_clients(
    devnet: Devnet,
) -> None:
    for path in ("/", "/status"):
        code, headers, page = get(devnet, path)
        assert code == 200
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["Cache-Control"] == "no-store"
        assert "● Ready" in page
    api = http.client.HTTPConnection("127.0.0.1", devnet.options.api_port, timeout=10)
    for path in ("/", "/status", "/status.json"):
        api.request("GET", path)
        answer = api.getresponse()
        answer.read()
        assert answer.status == 404


def test_page__and_document__have_no_secret(devnet: Devnet) -> None:
    key = (devnet.folder / "payer.key").read_text().strip().removeprefix("0x")
    for path in ("/", "/status.json"):
        assert key not in get(devnet, path)[2]


def test_operators_address__asked_by_a_page_of_another_site__tells_nothing(
    devnet: Devnet,
) -> None:
    """DNS rebinding: a name of somebody else's that points to this machine."""
    for path in ("/", "/status", "/status.json", "/metrics", "/readyz", "/livez", "/health", "/x"):
        for headers in ({"Host": "rebound.example:9090"}, {"Origin": "https://page.example"}):
            code, _, body = get(devnet, path, headers)
            assert (code, json.loads(body)["error"]["code"]) == (403, "client_refused")


def test_status__watch_on_a_terminal__ends_cleanly_by_ctrl_c(devnet: Devnet) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "attestor", "status", "--watch", "--config"]
    process = subprocess.Popen(
        [*command, str(devnet.config_file)],
        stdout=theirs,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={**ENVIRONMENT, "TERM": "xterm"},
    )
    os.close(theirs)
    seen = b""
    while seen.count(b"Ready") < 2:
        seen += os.read(ours, 65536)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    os.close(ours)
    assert (process.returncode, told) == (0, b"")
    assert b"\x1b[1;32mReady" in seen


def test_status__watch_whose_reader_goes__ends_without_a_trace(devnet: Devnet) -> None:
    command = [sys.executable, "-m", "attestor", "status", "--watch", "--json", "--config"]
    process = subprocess.Popen(
        [*command, str(devnet.config_file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=ENVIRONMENT,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert json.loads(process.stdout.readline())["ready"]
    process.stdout.close()
    assert process.wait(30) == 0
    assert process.stderr.read() == b""


def test_status__nothing_answers__says_so_and_what_to_do(tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    ended = status("--url", url)
    assert ended.returncode == 3
    assert ended.stdout.startswith(f"Not answering.  no daemon answers at {url}")
    assert "to do      start it with attestor run" in ended.stdout
    told = json.loads(status("--url", url, "--json").stdout)
    assert (told["ready"], told["error"]["code"]) == (False, "daemon_not_answering")


def test_status__address_that_is_none__is_a_wrong_configuration() -> None:
    for url in ("ftp://x", "127.0.0.1:3001", "http://"):
        ended = status("--url", url)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert "configuration_invalid" in ended.stderr


def test_status__another_service_answers__says_that_it_is_no_attestor(devnet: Devnet) -> None:
    ended = status("--url", devnet.anvil.url)
    assert ended.returncode == 3
    assert "Not answering." in ended.stdout


def seconds(*arguments: str) -> float:
    """CPU time of a process: that of the wall counts what else the machine does."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *arguments], check=False, capture_output=True, cwd=ROOT, env=ENVIRONMENT
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@pytest.mark.parametrize("arguments", [("--help",), ("--config", "FILE")])
def test_status__beside_bare_python__costs_less_than_twelve_starts(
    devnet: Devnet, arguments: tuple[str, ...]
) -> None:
    given = [str(devnet.config_file) if one == "FILE" else one for one in arguments]
    bare, ours = [], []
    for _ in range(RUNS):
        bare.append(seconds("-c", "pass"))
        ours.append(seconds("-m", "attestor", "status", *given))
    assert min(ours) - min(bare) < STARTS_ALLOWED * min(bare)


def test_status__after_the_daemon_ended__shows_the_newest_signer(devnet: Devnet) -> None:
    """The last test here: the daemon is gone afterwards."""
    devnet.stop()
    ended = status("--config", str(devnet.config_file))
    assert ended.returncode == 3
    assert "newest signer 0x" in ended.stdout
    assert re.search(r"ended (just now|\d+ \w+ ago), ", ended.stdout)
    assert "its registration ends " in ended.stdout

"""`attestor devnet` as a user starts it."""

import json
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cases.ports import free_port

from attestor.chain.node import Node
from attestor.chain.rpc import Rpc
from attestor.core.text import checksummed, from_hex


class Running:
    """A devnet that has printed its description."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "--folder", str(folder), "--block-seconds", "0.5", "--json", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1]
        self.description: dict[str, Any] = json.loads(line)

    def stop(self) -> str:
        """What it told."""
        self.process.send_signal(signal.SIGINT)
        return self.process.communicate(timeout=60)[1]


COMMAND = (sys.executable, "-m", "attestor", "devnet")


def refused(*options: str) -> str:
    """What a devnet says that does not start."""
    ended = subprocess.run([*COMMAND, *options], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2, ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stderr


@pytest.fixture(scope="module")
def ports() -> tuple[str, str]:
    return str(free_port()), str(free_port())


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory, ports: tuple[str, str]
) -> Iterator[tuple[Running, Path]]:
    folder = tmp_path_factory.mktemp("command") / "net"
    started = Running(folder, "--api-port", ports[0], "--rpc-port", ports[1])
    yield started, folder
    started.stop()


def test_devnet__json__is_one_line_and_what_is_in_the_folder(
    running: tuple[Running, Path], ports: tuple[str, str]
) -> None:
    started, folder = running
    assert started.description == json.loads((folder / "devnet.json").read_text())
    assert started.description["rpc_url"] == f"http://127.0.0.1:{ports[1]}"
    assert started.description["api_url"] == f"http://127.0.0.1:{ports[0]}"


def test_devnet__accounts__are_those_of_the_chain_and_funded(
    running: tuple[Running, Path],
) -> None:
    description = running[0].description
    node = Node(Rpc(description["rpc_url"]), description["chain_id"])
    addresses = [account["address"] for account in description["accounts"]]
    assert [checksummed(from_hex(one)) for one in node.rpc.call("eth_accounts", [])] == addresses
    balances = {node.rpc.call("eth_getBalance", [one, "latest"]) for one in addresses}
    assert balances == {hex(10_000 * 10**18)}


def test_devnet__second_one_in_the_folder__leaves_the_first_as_it_is(
    running: tuple[Running, Path], port: int
) -> None:
    started, folder = running
    kept = [folder / name for name in ("payer.key", "deployment.json", "attestor.toml")]
    before = [path.read_bytes() for path in kept]
    told = refused("--folder", str(folder), "--api-port", str(port), "--rpc-port", "0")
    assert "another development stack runs" in told
    assert [path.read_bytes() for path in kept] == before
    assert started.process.poll() is None


@pytest.mark.parametrize("option", ["--api-port", "--rpc-port"])
def test_devnet__port_taken__is_told_at_once(
    running: tuple[Running, Path], ports: tuple[str, str], tmp_path: Path, port: int, option: str
) -> None:
    given = {"--api-port": str(port), "--rpc-port": "0", option: ports[option == "--rpc-port"]}
    options = [text for pair in given.items() for text in pair]
    told = refused("--folder", str(tmp_path / "net"), *options)
    assert f"127.0.0.1:{given[option]}" in told
    assert option in told
    assert not (tmp_path / "net").exists()


def test_devnet__folder_of_somebody__is_refused_and_stays(tmp_path: Path, port: int) -> None:
    for name in ("attestor.sqlite", "payer.key", "deployment.json", "attestor.toml"):
        (tmp_path / name).write_text("production")
    told = refused("--folder", str(tmp_path), "--api-port", str(port), "--rpc-port", "0")
    assert "attestor devnet did not make" in told
    assert {path.read_text() for path in tmp_path.iterdir()} == {"production"}
    assert len(list(tmp_path.iterdir())) == 4


def test_devnet__any_free_ports__says_which_and_no_answer_tells_versions(tmp_path: Path) -> None:
    folder = tmp_path / 'with "quotes" and \\'
    running = Running(folder, "--api-port", "0", "--rpc-port", "0")
    try:
        for url in (
            f"{running.description['api_url']}/v1/status",
            f"{running.description['api_url']}/none",
            running.description["status_page"],
        ):
            try:
                headers = urllib.request.urlopen(url, timeout=10).headers
            except urllib.error.HTTPError as error:
                headers = error.headers
            assert "Date" in headers
            assert "Server" not in headers
    finally:
        running.stop()

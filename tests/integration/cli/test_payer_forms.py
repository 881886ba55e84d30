"""The account that pays, from each place where its key can be; and a dry run without any."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from attestor.chain.node import Node
from attestor.chain.rpc import Rpc
from attestor.config import ROOT
from attestor.core.text import checksummed, from_hex, to_hex
from attestor.devnet.anvil import Anvil
from attestor.devnet.deployment import fund
from attestor.devnet.stack import Devnet

CREATIONS = 4


def attestor(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line as an operator would."""
    return subprocess.run(
        [sys.executable, "-m", "attestor", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        env={"PATH": os.defpath, **environment},
        cwd=ROOT,
        check=False,
    )


def write(path: Path, text: str) -> str:
    path.touch(mode=0o600)
    path.write_text(text)
    return str(path)


class Signer(BaseHTTPRequestHandler):
    """web3signer's `eth_signTransaction` for one account, as far as its sources show it: the
    request's chain id is ignored, and the answer is 0x text."""

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        asked = request["params"][0]
        account = Account.from_key(self.server.key)  # type: ignore[attr-defined]
        answer: dict[str, Any] = {"jsonrpc": "2.0", "id": request["id"]}
        if asked.pop("from") == account.address:
            signed = account.sign_transaction({**asked, "chainId": 31337, "type": 2})
            answer["result"] = to_hex(signed.raw_transaction)
        else:
            answer["error"] = {"code": -32000, "message": "From address does not match"}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *shown: object) -> None:
        """Nothing is logged."""


@pytest.fixture
def serve() -> Iterator[Callable[[bytes], str]]:
    """Serve a key's signatures; the URL."""
    running: list[ThreadingHTTPServer] = []

    def start(key: bytes) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), Signer)
        server.key = key  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        running.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in running:
        server.shutdown()
        server.server_close()


def keystore(folder: Path, key: bytes, serve: Any) -> list[str]:
    made = Account.encrypt(key, "correct horse", kdf="scrypt", iterations=1 << 12)
    return [
        "--payer-keystore-file",
        write(folder / "payer.json", json.dumps(made)),
        "--payer-keystore-password-file",
        write(folder / "password", "correct horse\n"),
    ]


def environment_file(folder: Path, key: bytes, serve: Any) -> list[str]:
    text = f"# who pays\nATTESTOR_PAYER_KEY=0x{key.hex()}\n"
    return ["--payer-environment-file", write(folder / "payer.env", text)]


def remote(folder: Path, key: bytes, serve: Any) -> list[str]:
    return ["--payer-remote-url", serve(key), "--payer-address", Account.from_key(key).address]


@pytest.mark.parametrize("place", [keystore, environment_file, remote])
def test_deploy__payer_of_each_place__pays(
    start_anvil: Callable[..., Anvil], tmp_path: Path, serve: Any, place: Any
) -> None:
    anvil = start_anvil()
    node = Node(Rpc(anvil.url), anvil.chain_id)
    account = Account.create()
    fund(node, from_hex(account.address))
    payer = place(tmp_path, bytes(account.key), serve)
    file = tmp_path / "deployment.json"
    to = ["--rpc-url", anvil.url, "--root", "simulated", "--file", str(file), "--yes"]
    result = attestor("deploy", *to, *payer)
    assert result.returncode == 0, result.stderr
    assert node.nonce(from_hex(account.address)) >= CREATIONS


def test_deploy__remote_signer_without_that_account__is_said_and_passes(
    start_anvil: Callable[..., Anvil], tmp_path: Path, serve: Any
) -> None:
    anvil = start_anvil()
    node = Node(Rpc(anvil.url), anvil.chain_id)
    stranger = Account.create().address
    fund(node, from_hex(stranger))
    file = ["--file", str(tmp_path / "deployment.json")]
    payer = ["--payer-remote-url", serve(b"\x01" * 32), "--payer-address", stranger]
    result = attestor(
        "deploy", "--rpc-url", anvil.url, "--root", "simulated", "--yes", *file, *payer
    )
    assert result.returncode == 3
    assert f"did not sign for {stranger}: eth_signTransaction: From address" in result.stderr
    assert "[payer_unavailable]" in result.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([], "--payer-key-file is missing (or --payer-keystore-file, "),
        (["--payer-key-file", "/a", "--payer-environment-file", "/b"], "but one account pays"),
        (["--payer-keystore-file", "/a"], "--payer-keystore-password-file is missing"),
    ],
)
def test_deploy__not_exactly_one_payer__is_a_mistake_of_the_operator(
    start_anvil: Callable[..., Anvil], options: list[str], words: str
) -> None:
    result = attestor("deploy", "--rpc-url", start_anvil().url, *options)
    assert result.returncode == 2
    assert words in result.stderr


def test_dry_run__beside_a_daemon__shows_what_would_be_sent_and_sends_nothing(
    devnet: Devnet,
) -> None:
    rows = devnet.rows("SELECT count(*) AS n FROM transactions")
    payer = from_hex(devnet.payer_address.lower())
    nonce = devnet.node.nonce(payer)
    result = attestor("run", "--dry-run", "--config", str(devnet.config_file))
    assert result.returncode == 0, result.stderr
    told = dict(line.split(None, 1) for line in result.stdout.splitlines() if "  " in line)
    registry = devnet.deployment.registry.address
    assert told["registry"] == checksummed(registry)
    assert told["kind"] == "renewal"
    assert told["result"] == "would be registered"
    found = {line[:16].strip(): line[17:] for line in result.stdout.splitlines()}
    devnet.node.call(registry, from_hex(found["calldata"]), bytes(20))
    assert int(found["gas limit"]) > 50_000
    assert "gwei per gas" in found["price"]
    assert devnet.node.nonce(payer) == nonce
    assert devnet.rows("SELECT count(*) AS n FROM transactions") == rows


def test_dry_run__machine_of_another_root__shows_the_refusal_and_fails(devnet: Devnet) -> None:
    other = {"ATTESTOR_QUOTE_SIMULATION_SEED": "another", "ATTESTOR_QUOTE_COLLATERAL": ""}
    result = attestor("run", "--dry-run", "--config", str(devnet.config_file), **other)
    assert result.returncode == 4
    assert "result           refused: " in result.stdout
    assert "registration_rejected" in result.stderr

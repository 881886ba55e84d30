"""A daemon that is open to others: names, quotas and certificates, with everything real."""

import http.client
import json
import os
import signal
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from cases.tls_files import AUTHORITY, Issued, issue
from click.testing import CliRunner
from integration.daemon.conftest import StartDevnet
from integration.daemon.test_daemon_faults import child
from integration.daemon.test_daemon_life import sound, wait_until

from attestor import cli
from attestor.client import Credentials, ProverClient, RegistryView
from attestor.core import api_key
from attestor.devnet.stack import Devnet
from attestor.http import wire
from attestor.programs import elf, fibonacci

Answer = tuple[int, Any, Any]


class Open:
    """The daemon of a devnet that others may reach, and those who do."""

    def __init__(self, start: StartDevnet, folder: Path) -> None:
        self.folder = folder
        self.show(issue("localhost", AUTHORITY))
        (folder / "ca.pem").write_bytes(AUTHORITY.pem)
        self.clients("add", "first", "--no-key")
        self.devnet: Devnet = start(
            environment={
                "ATTESTOR_API_HOST": "0.0.0.0",
                "ATTESTOR_API_TLS_CERTIFICATE_FILE": str(folder / "own.crt"),
                "ATTESTOR_API_TLS_KEY_FILE": str(folder / "own.key"),
                "ATTESTOR_API_CLIENT_CA_FILE": str(folder / "ca.pem"),
                "ATTESTOR_API_CLIENTS_FILE": str(folder / "clients.json"),
            }
        )
        self.devnet.wait_for_signer()
        self.url = f"https://localhost:{self.devnet.options.api_port}"

    def show(self, own: Issued) -> None:
        (self.folder / "own.crt").write_bytes(own.pem)
        (self.folder / "own.key").write_bytes(own.key_pem())

    def clients(self, *arguments: str) -> str:
        given = ["clients", *arguments, "--file", str(self.folder / "clients.json")]
        result = CliRunner().invoke(cli.group, given)
        assert result.exit_code == 0, result.output
        return result.stdout.strip()

    def credentials(self, key: str | None = None, **files: Path) -> Credentials:
        parsed = None if key is None else api_key.parse(key)
        return Credentials(parsed, self.folder / "ca.pem", **files)

    def call(self, method: str, path: str, body: bytes, credentials: Credentials) -> Answer:
        port = self.devnet.options.api_port
        context = credentials.context()
        connection = http.client.HTTPSConnection("localhost", port, timeout=60, context=context)
        try:
            connection.request(method, path, body, credentials.headers())
            response = connection.getresponse()
            return response.status, response.read(), response.headers
        finally:
            connection.close()

    def status(self, credentials: Credentials) -> int:
        return self.call("POST", "/wait_proof", b"none", credentials)[0]

    def prove(self, credentials: Credentials) -> Any:
        net = self.devnet
        registry = RegistryView(net.node, net.deployment.registry.address)
        contract = net.deployment.multiproof.address
        client = ProverClient(self.url, registry, multiproof=contract, credentials=credentials)
        return client.prove(elf(fibonacci.NAME), fibonacci.stdin(10))


def request(number: int) -> bytes:
    return wire.encode_request(elf(fibonacci.NAME), fibonacci.stdin(number))


def test_daemon__open_to_others__serves_whom_it_may(start: StartDevnet, tmp_path: Path) -> None:
    net = Open(start, tmp_path)
    alice = net.credentials(net.clients("add", "alice"))
    bob = issue("bob", AUTHORITY, names=())
    (tmp_path / "bob.pem").write_bytes(bob.pem + bob.key_pem())
    by_certificate = net.credentials(certificate=tmp_path / "bob.pem")

    wait_until(lambda: net.status(alice) == 404, "a new key is taken", 5)
    assert "program" in {point.value for point in net.prove(alice).unchecked}
    assert net.status(by_certificate) == 404
    assert net.status(net.credentials()) == 401
    status, body, headers = net.call("GET", "/health", b"", net.credentials())
    assert (status, json.loads(body)) == (200, {"ok": True})
    assert headers["X-Request-Id"]
    assert net.call("GET", "/metrics", b"", net.credentials())[0] == 401
    assert net.call("GET", "/metrics", b"", alice)[0] == 200

    net.clients("revoke", "alice")
    wait_until(lambda: net.status(alice) == 401, "a revoked key is not", 5)
    net.clients("add", "bob", "--no-key")
    net.clients("revoke", "bob")
    wait_until(lambda: net.status(by_certificate) == 403, "nor is a revoked name", 5)

    fresh = issue("localhost", AUTHORITY)
    net.show(fresh)
    where = ("localhost", net.devnet.options.api_port)
    wait_until(
        lambda: ssl.get_server_certificate(where).encode() == fresh.pem,
        "the new certificate is shown",
        15,
    )
    log = net.devnet.log_file.read_text()
    assert "client=alice from=127.0.0.1 method=POST route=/v1/jobs status=202" in log
    assert alice.key is not None
    assert alice.key.secret not in log
    assert net.devnet.stop_daemon() == 0
    sound(net.devnet)


def test_daemon__cycles_of_a_client__stay_used_up_when_the_process_is_killed(
    start: StartDevnet, tmp_path: Path
) -> None:
    net = Open(start, tmp_path)
    poor = net.credentials(net.clients("add", "poor", "--cycles-per-hour", "1"))
    rich = net.credentials(net.clients("add", "rich"))
    wait_until(lambda: net.status(poor) == 404, "a new key is taken", 5)

    status, job, _ = net.call("POST", "/request_proof", request(10), poor)
    assert status == 200

    def refused() -> None:
        status, body, headers = net.call("POST", "/request_proof", request(11), poor)
        assert (status, json.loads(body)["error"]["limit"]) == (429, "cycles_per_hour")
        assert int(headers["Retry-After"]) > 600

    refused()
    os.kill(child(net.devnet, "attestor.api"), signal.SIGKILL)

    def serves() -> bool:
        try:
            return net.status(rich) == 404
        except OSError:
            return False

    wait_until(serves, "another process serves", 60)
    refused()
    assert net.call("POST", "/request_proof", request(10), poor)[0] == 200, "a stored answer"
    assert net.call("POST", "/wait_proof", job, poor)[0] == 200
    assert net.call("POST", "/request_proof", request(12), rich)[0] == 200


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--api-host", "0.0.0.0"], "nothing says who may"),
        (["--api-clients-file", "/none"], "the clients file /none cannot be read"),
        (["--api-tls-key-file", "/none"], "api.tls_certificate_file is missing"),
    ],
)
def test_daemon__who_may_ask_is_not_said__ends_before_anything_is_asked(
    arguments: list[str], told: str, tmp_path: Path
) -> None:
    (tmp_path / "payer.key").write_text("0x" + "11" * 32)
    (tmp_path / "payer.key").chmod(0o600)
    given = [
        *("--chain-rpc-url", "http://127.0.0.1:1", "--chain-id", "31337"),
        *("--chain-registry", "0x" + "22" * 20, "--payer-key-file", str(tmp_path / "payer.key")),
        *("--store-path", str(tmp_path / "a.sqlite")),
    ]
    run = [sys.executable, "-m", "attestor", "run", *given, *arguments]
    ended = subprocess.run(run, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 2
    assert told in ended.stderr
    assert not (tmp_path / "a.sqlite").exists()

"""Failures everywhere, with secrets that are marked: none is in the log, in metrics, in answers or
in a database."""

import http.client
import json
import time
from pathlib import Path

from integration.daemon.conftest import StartDevnet

from attestor.devnet.stack import Devnet

MARK = "s3cr3tm4rk"
URL = f"http://user{MARK}:pass{MARK}@127.0.0.1:1/v2/{MARK}?key={MARK}"
API_KEY = f"atk_{'ab' * 8}_{'5e' * 32}"
SECONDS = 60.0


def break_everything(devnet: Devnet) -> None:
    """Endpoints of which one is away, hints and a PCCS that are, and a log of everything."""
    text = devnet.config_file.read_text()
    text = text.replace(
        f'rpc_url = "{devnet.anvil.url}"',
        f'rpc_urls = ["{URL}", "{devnet.anvil.url}"]\n'
        f'websocket_urls = ["{URL.replace("http", "ws")}"]',
    )
    text = text.replace('format = "human"', 'format = "json"\nlevel = "DEBUG"')
    devnet.config_file.write_text(text)


def ask_badly(devnet: Devnet) -> bytes:
    """What strangers are answered, who show a key that nobody has."""
    answers = b""
    for method, path, body in (
        ("POST", f"/request_proof?key={MARK}", MARK.encode()),
        ("POST", "/wait_proof", b"\xff" * 100),
        ("POST", "/v1/proofs", json.dumps({"program": MARK}).encode()),
        ("GET", f"/v1/proofs/{MARK}", b""),
        ("GET", f"/{MARK}", b""),
        ("GET", "/health", b""),
        ("GET", "/metrics", b""),
    ):
        connection = http.client.HTTPConnection("127.0.0.1", devnet.options.api_port, timeout=60)
        connection.request(method, path, body, {"Authorization": f"Bearer {API_KEY}"})
        response = connection.getresponse()
        answer = response.read() + str(response.headers).encode()
        connection.close()
        # A stranger may be told his own words.
        answers += answer.replace(MARK.encode(), b"") if MARK in path else answer
    return answers


def places(devnet: Devnet) -> dict[str, bytes]:
    """All files that the daemon wrote."""
    files = [path for path in Path(devnet.folder).iterdir() if ".sqlite" in path.name]
    return {str(path): path.read_bytes() for path in (*files, devnet.log_file)}


def test_secrets__failures_everywhere__are_in_no_place(start: StartDevnet) -> None:
    devnet = start()
    devnet.wait_for_signer()
    devnet.stop_daemon()
    break_everything(devnet)
    devnet.log_file.write_bytes(b"")
    devnet.restart_daemon()
    devnet.wait_for_signer()
    answers = ask_badly(devnet)
    key = (devnet.folder / "payer.key").read_text().strip().removeprefix("0x")
    assert len(key) == 64

    # A payer that does not answer, behind a URL with a secret.
    devnet.stop_daemon()
    text = devnet.config_file.read_text()
    key_file = next(line for line in text.splitlines() if line.startswith("key_file"))
    remote = f'remote_url = "{URL}"\naddress = "{devnet.payer_address}"'
    devnet.config_file.write_text(text.replace(key_file, remote))
    devnet.restart_daemon()
    deadline = time.monotonic() + SECONDS
    while b"payer_unavailable" not in devnet.log_file.read_bytes():
        assert time.monotonic() < deadline, devnet.log_file.read_text()[-3000:]
        time.sleep(0.1)
    devnet.stop_daemon()

    log = devnet.log_file.read_text()
    assert "rpc_unreachable" in log or "endpoint_failing" in log
    for line in log.splitlines():
        assert isinstance(json.loads(line), dict)
    for place, data in {**places(devnet), "answers": answers}.items():
        for secret in (MARK, key, API_KEY):
            assert secret.encode() not in data, (place, secret)

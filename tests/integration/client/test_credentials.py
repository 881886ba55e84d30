"""`attestor prove` says who asks: by key, by certificate; and trusts whom it is told to."""

import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cases.lying_service import KEY, PROGRAM
from cases.tls_files import AUTHORITY, issue
from click.testing import CliRunner, Result
from integration.client.service import Server, giving

from attestor import cli
from attestor.client import Credentials
from attestor.client.credentials import read_key
from attestor.core import api_key
from attestor.core.text import to_hex
from attestor.errors import ConfigurationInvalid, ProverFailed, ProverUnreachable

Serve = Callable[..., Server]
API_KEY = api_key.make(bytes(40))


def prove(folder: Path, url: str, *arguments: str) -> Result:
    (folder / "program.elf").write_bytes(PROGRAM)
    stdin = ["--stdin", "hex:01", "--stdin", f"hex:{b'two'.hex()}"]
    vkey = ["--vkey", to_hex(KEY.program_vkey), "--form", "upstream"]
    elf = str(folder / "program.elf")
    return CliRunner().invoke(cli.group, ["prove", elf, *stdin, *vkey, "--url", url, *arguments])


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "api.key"
    path.write_text(f"{API_KEY}\n")
    path.chmod(0o600)
    return path


def heard_by(server: Server) -> list[str | None]:
    """What the requests say of who asks, from now on."""
    heard: list[str | None] = []

    def noting(answer: Any) -> Any:
        def noted(handler: Any) -> None:
            heard.append(handler.headers.get("Authorization"))
            answer(handler)

        return noted

    server.answers = {path: noting(answer) for path, answer in server.answers.items()}
    return heard


def test_prove__key_file__is_in_every_request(serve: Serve, tmp_path: Path, key_file: Path) -> None:
    server = serve()
    heard = heard_by(server)
    result = prove(tmp_path, server.url, "--api-key-file", str(key_file))
    assert result.exit_code == 0, result.output
    assert heard == [f"Bearer {API_KEY}"] * 2
    assert API_KEY.secret not in result.output


@pytest.mark.parametrize(
    ("text", "mode", "told"),
    [
        (f"{API_KEY}", 0o644, "can be read by others"),
        ("atk_secret", 0o600, "has no API key"),
        ("", 0o600, "has no API key"),
        (f"{API_KEY}\n{API_KEY}", 0o600, "has no API key"),
    ],
)
def test_key_file__fault__is_told_without_what_is_in_it(
    text: str, mode: int, told: str, tmp_path: Path
) -> None:
    path = tmp_path / "api.key"
    path.write_text(text)
    path.chmod(mode)
    with pytest.raises(ConfigurationInvalid, match=told) as caught:
        read_key(path)
    assert "secret" not in str(caught.value)
    assert API_KEY.secret not in str(caught.value)


def test_key_file__missing__is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match="No such file"):
        Credentials.from_files(tmp_path / "none")


def tls(folder: Path, wants_certificate: bool = False) -> ssl.SSLContext:
    own = issue("localhost", AUTHORITY)
    (folder / "server.pem").write_bytes(own.pem + own.key_pem())
    (folder / "ca.pem").write_bytes(AUTHORITY.pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")
    if wants_certificate:
        context.load_verify_locations(folder / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def test_prove__authority_that_is_given__is_trusted_and_no_other(
    serve: Serve, tmp_path: Path
) -> None:
    server = serve(tls=tls(tmp_path))
    result = prove(tmp_path, server.url)
    assert isinstance(result.exception, ProverUnreachable)
    assert "unknown authority" in str(result.exception)
    result = prove(tmp_path, server.url, "--ca", str(tmp_path / "ca.pem"))
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("is_one_file", [True, False])
def test_prove__client_certificate__is_shown(
    serve: Serve, tmp_path: Path, is_one_file: bool
) -> None:
    server = serve(tls=tls(tmp_path, wants_certificate=True))
    trusted = ("--ca", str(tmp_path / "ca.pem"))
    assert isinstance(prove(tmp_path, server.url, *trusted).exception, ProverUnreachable)
    own = issue("bob", AUTHORITY)
    (tmp_path / "bob.pem").write_bytes(own.pem + (own.key_pem() if is_one_file else b""))
    (tmp_path / "bob.key").write_bytes(own.key_pem())
    shown = ["--cert", str(tmp_path / "bob.pem")]
    if not is_one_file:
        shown += ["--cert-key", str(tmp_path / "bob.key")]
    result = prove(tmp_path, server.url, *trusted, *shown)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("flag", ["--ca", "--cert"])
@pytest.mark.parametrize("content", [None, b"no PEM"])
def test_prove__file_that_is_none__is_told_before_anything_is_asked(
    flag: str, content: bytes | None, serve: Serve, tmp_path: Path
) -> None:
    server = serve()
    heard = heard_by(server)
    path = tmp_path / "x.pem"
    if content is not None:
        path.write_bytes(content)
    result = prove(tmp_path, server.url, flag, str(path))
    assert isinstance(result.exception, ConfigurationInvalid)
    assert "x.pem cannot be used" in str(result.exception)
    assert heard == []


def throttled(seconds: int, times: int, then: Any) -> Any:
    left = [times]

    def answer(handler: Any) -> None:
        if left[0] == 0:
            then(handler)
            return
        left[0] -= 1
        handler.send_response(429)
        handler.send_header("Retry-After", str(seconds))
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return answer


def test_prove__quota_used_up__waits_until_it_is_back(serve: Serve, tmp_path: Path) -> None:
    server = serve()
    for path in ("/request_proof", "/wait_proof"):
        server.answers[path] = throttled(0, 2, server.answers[path])
    result = prove(tmp_path, server.url)
    assert result.exit_code == 0, result.output


def test_prove__quota_comes_back_too_late__says_so_at_once(serve: Serve, tmp_path: Path) -> None:
    server = serve()
    server.answers["/request_proof"] = throttled(3000, 9, giving(b""))
    result = prove(tmp_path, server.url, "--timeout", "60")
    assert isinstance(result.exception, ProverFailed)
    assert "answered 429" in str(result.exception)

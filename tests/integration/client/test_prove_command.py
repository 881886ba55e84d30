"""`attestor prove` at a service that is honest or not: what it prints of what was checked."""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from cases.lying_service import HONEST, KEY, LIES, MULTIPROOF, PROGRAM, PROOF_ID
from click.testing import CliRunner, Result
from integration.client.service import Server

from attestor import cli
from attestor.cli.progress import Progress, shown
from attestor.client import Stage
from attestor.core.text import to_hex
from attestor.errors import AttestorError, ConfigurationInvalid, ProofRefused

Serve = Callable[..., Server]
VKEY = to_hex(KEY.program_vkey)


@pytest.fixture
def elf(tmp_path: Path) -> str:
    path = tmp_path / "program.elf"
    path.write_bytes(PROGRAM)
    return str(path)


def prove(elf: str, url: str, *arguments: str) -> Result:
    stdin = ["--stdin", "hex:01", "--stdin", f"hex:{b'two'.hex()}"]
    return CliRunner().invoke(cli.group, ["prove", elf, *stdin, "--url", url, *arguments])


def everything(server: Server) -> list[str]:
    return [
        *("--rpc-url", server.url + "/", "--no-check-headers"),
        *("--registry", to_hex(b"\x77" * 20), "--multiproof", to_hex(MULTIPROOF), "--vkey", VKEY),
    ]


def test_prove__everything_given__nothing_is_unchecked(serve: Serve, elf: str) -> None:
    server = serve()
    result = prove(elf, server.url, *everything(server))
    assert result.exit_code == 0, result.output
    assert PROOF_ID in result.output
    assert "UNCHECKED" not in result.output
    told = json.loads(prove(elf, server.url, *everything(server), "--json").output)
    assert told["unchecked"] == {}
    assert (told["id"], told["program_vkey"], told["chain_id"]) == (PROOF_ID, VKEY, 31337)


def test_prove__nothing_given__each_point_is_unchecked(serve: Serve, elf: str) -> None:
    server = serve(replace(HONEST, expires_at=1 << 40))
    result = prove(elf, server.url, "--vkey", VKEY)
    assert result.exit_code == 0, result.output
    unchecked = [line for line in result.output.splitlines() if line.startswith("UNCHECKED")]
    assert [line.split()[1] for line in unchecked] == ["signer:", "chain:", "contract:"]
    result = prove(elf, server.url, "--vkey", VKEY, "--form", "upstream", "--json")
    unchecked_points = set(json.loads(result.output)["unchecked"])
    assert unchecked_points == {"signer", "stdin", "expiry", "chain", "contract"}


def test_prove__no_key_and_no_executor__program_is_unchecked(
    serve: Serve, elf: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("attestor.cli.prove_work.BUILT", tmp_path)
    server = serve()
    result = prove(elf, server.url, *everything(server)[:-2])
    assert result.exit_code == 0, result.output
    assert "UNCHECKED           program: give its verifying key" in result.output


@pytest.mark.parametrize("lie", LIES)
def test_prove__lying_service__nothing_is_printed(serve: Serve, elf: str, lie: str) -> None:
    told, _ = LIES[lie]
    server = serve(told)
    result = prove(elf, server.url, *everything(server))
    assert (type(result.exception), result.output) == (ProofRefused, "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--vkey", "0x12"], "'--vkey' / '--program-vkey': '0x12'"),
        (["--vkey", "nonsense"], "'nonsense' is not 0x text of 32 bytes"),
        (["--vkey", "0x" + "ff" * 32], "does not start with a zero byte"),
        (["--vkey", VKEY, "--multiproof", "0x12"], "'--multiproof': '0x12'"),
        (["--vkey", VKEY, "--registry", "0x" + "77" * 20], "set --rpc-url"),
    ],
)
def test_prove__bad_option__is_named(
    serve: Serve, elf: str, arguments: list[str], said: str
) -> None:
    result = prove(elf, serve().url, *arguments)
    assert isinstance(result.exception, ConfigurationInvalid | SystemExit)
    assert result.exit_code != 0
    assert said in result.output + str(result.exception)


def test_prove__program_that_is_none__is_not_sent(serve: Serve, elf: str) -> None:
    """The executor that is built here computes its key first."""
    server = serve()
    result = prove(elf, server.url, *everything(server)[:-2])
    assert isinstance(result.exception, AttestorError)
    assert result.exception.code == "program_invalid"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_shown__on_a_terminal__has_a_bar_and_leaves_no_trace() -> None:
    terminal = Terminal()
    with shown(terminal) as progress:
        progress.tell(Stage.FETCHING)
        while "fetching the proof" not in terminal.getvalue():
            pass
    assert "[############--------] fetching the proof 0 s" in terminal.getvalue()
    assert terminal.getvalue().endswith("\r\x1b[K")


def test_shown__elsewhere__writes_nothing() -> None:
    stream = io.StringIO()
    with shown(stream) as progress:
        progress.tell(Stage.PROVING)
    assert stream.getvalue() == ""


def test_line__stages__fill_the_bar() -> None:
    progress, bars = Progress(), []
    for stage in Stage:
        bars.append(progress.line(0).count("#"))
        progress.tell(stage)
    assert [*bars, progress.line(0).count("#")] == [0, 4, 8, 12, 16]

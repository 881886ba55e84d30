"""What a command can tell without a node, it tells before it asks one."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from attestor.cli import collateral, deploy, prove
from attestor.errors import AttestorError

NOBODY = ["--rpc-url", "http://127.0.0.1:1"]
ADDRESS = "0x" + "11" * 20


def told(result: Result) -> str:
    """Output or error: a unit test that asks a node fails by another."""
    error = result.exception
    assert isinstance(error, AttestorError | SystemExit), error
    return str(error) if isinstance(error, AttestorError) else result.output


@pytest.fixture
def payer(tmp_path: Path) -> list[str]:
    """The options of a payer whose key is right."""
    file = tmp_path / "payer.key"
    file.touch(mode=0o600)
    file.write_text("0x" + "01" * 32)
    return ["--payer-key-file", str(file)]


def run_deploy(*options: str) -> str:
    return told(CliRunner().invoke(deploy.command, [*NOBODY, *options]))


def test_deploy__no_payer__told_first() -> None:
    assert "--payer-key-file" in run_deploy()


def test_deploy__key_file_missing__told_first(tmp_path: Path) -> None:
    missing = str(tmp_path / "none.key")
    assert missing in run_deploy("--payer-key-file", missing)


def test_deploy__folder_of_the_file_missing__told_first(payer: list[str], tmp_path: Path) -> None:
    file = tmp_path / "none" / "deployment.json"
    assert f"there is no folder {file.parent}" in run_deploy(*payer, "--file", str(file))


def test_deploy__file_of_another_kind__told_first(payer: list[str], tmp_path: Path) -> None:
    file = tmp_path / "deployment.json"
    file.write_text("[]")
    assert "is not a deployment file" in run_deploy(*payer, "--file", str(file))


def test_deploy__verifier_without_its_hash__told_first(payer: list[str]) -> None:
    assert "must be given together" in run_deploy(*payer, "--verifier", ADDRESS)


def test_deploy__nothing_wrong_here__asks_the_node(payer: list[str], tmp_path: Path) -> None:
    options = [*NOBODY, *payer, "--file", str(tmp_path / "deployment.json")]
    error = CliRunner().invoke(deploy.command, options).exception
    assert "tried to connect" in str(error)


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--registry", "0x12", "is not 0x text of 20 bytes"),
        ("--multiproof", ADDRESS + "00", "is not 0x text of 20 bytes"),
        ("--vkey", "0x" + "11" * 31, "is not 0x text of 32 bytes"),
        ("--vkey", "0x" + "ff" * 32, "Invalid value for '--vkey'"),
    ],
)
def test_prove__option_that_is_none__told_first(
    option: str, value: str, words: str, tmp_path: Path
) -> None:
    elf = tmp_path / "program.elf"
    elf.write_bytes(b"\x7fELF")
    options = [str(elf), *NOBODY, "--registry", ADDRESS, option, value]
    assert words in told(CliRunner().invoke(prove.command, options))


def test_collateral_upload__no_payer__told_first() -> None:
    options = ["--store", ADDRESS, "--pcs-url", "http://127.0.0.1:1", "--fmspc", "b0c06f000000"]
    result = CliRunner().invoke(collateral.command, ["upload", *NOBODY, *options])
    assert "--payer-key-file" in told(result)


def test_collateral_show__fmspc_that_is_none__told_first() -> None:
    options = ["--store", ADDRESS, "--pcs-url", "http://127.0.0.1:1", "--fmspc", "b0"]
    assert "b0" in told(CliRunner().invoke(collateral.command, ["show", *NOBODY, *options]))

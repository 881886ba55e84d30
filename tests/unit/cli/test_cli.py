"""The command line as a whole."""

import importlib
from dataclasses import fields
from pathlib import Path

import pytest
from click.testing import CliRunner

from attestor import __version__, cli, config, version
from attestor.config import Config
from attestor.core.statement import CIRCUIT_VERSION
from attestor.errors import (
    AttestorError,
    ConfigurationInvalid,
    Fatal,
    Misconfigured,
    Rejected,
    Transient,
)
from attestor.store.database import Store


def test_help__root__lists_every_command() -> None:
    result = CliRunner().invoke(cli.group, ["--help"])
    assert result.exit_code == 0
    for name, about in cli.COMMANDS.items():
        assert name in result.output
        assert about in " ".join(result.output.split())


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_help__each_command__begins_with_its_line_in_the_list(name: str) -> None:
    command = importlib.import_module(f"attestor.cli.{cli.module_of(name)}").command
    result = CliRunner().invoke(cli.group, [name, "--help"])
    assert result.exit_code == 0, result.output
    assert (command.help or "").split("\n")[0] == cli.COMMANDS[name]


def test_help__run__has_every_option_with_key_and_default() -> None:
    output = " ".join(CliRunner().invoke(cli.group, ["run", "--help"]).output.split())
    for known in fields(Config):
        assert config.flag(known) in output
        assert f"[{config.key(known)}]" in output.replace(" ", "") or config.key(known) in output


def test_version__is_the_packages() -> None:
    told = CliRunner().invoke(cli.group, ["--version"]).output
    commit = version.commit(config.ROOT)
    assert told == f"attestor {__version__}, commit {commit}, SP1 circuit {CIRCUIT_VERSION}\n"


def test_unknown_command__is_a_usage_error() -> None:
    result = CliRunner().invoke(cli.group, ["dance"])
    assert result.exit_code == 2
    assert "No such command 'dance'" in result.output


@pytest.mark.parametrize(
    ("error", "code"), [(Transient, 3), (Rejected, 4), (Misconfigured, 2), (Fatal, 70)]
)
def test_main__error_of_ours__is_one_line_and_its_exit_code(
    error: type[AttestorError],
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error("it broke", hint="mend it")

    monkeypatch.setattr(cli.group, "main", fail)
    with pytest.raises(SystemExit) as caught:
        cli.main([])
    assert caught.value.code == code
    assert capsys.readouterr().err == f"attestor: it broke (mend it) [{error.code}]\n"


@pytest.mark.parametrize(
    "given", [("--rpc-url", "http://127.0.0.1:1"), ("--registry", "0x" + "11" * 20)]
)
def test_audit_verify__node_or_registry_alone__is_refused(
    tmp_path: Path, given: tuple[str, str]
) -> None:
    path = tmp_path / "attestor.sqlite"
    Store.open(path).close()
    arguments = ["audit", "--database", str(path), "verify"]
    assert CliRunner().invoke(cli.group, arguments).exit_code == 0
    refused = CliRunner().invoke(cli.group, [*arguments, *given]).exception
    assert isinstance(refused, ConfigurationInvalid)
    missing = {"--rpc-url": "--registry", "--registry": "--rpc-url"}[given[0]]
    assert missing in str(refused)

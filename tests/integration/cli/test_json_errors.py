"""`--json`: stdout is JSON also where a command ends by an error."""

import json
import os
from pathlib import Path

import pytest
from cases.command_lines import commands, given
from click.testing import CliRunner, Result

from attestor import cli
from attestor.errors import AttestorError, ConfigurationInvalid


def call(*arguments: str) -> Result:
    return CliRunner().invoke(cli.group, arguments)


def lines() -> list[list[str]]:
    """Each command that takes --json, with what it cannot do without."""
    found = []
    for path, command in commands(cli.group):
        if "--json" in {name for one in command.params for name in one.opts}:
            words = [word for one in command.params for word in given(one, None)]
            found.append([*path, *words, "--json"])
    return found


@pytest.mark.parametrize(
    "line", [*lines(), ["audit", "--format", "json", "coverage"]], ids=" ".join
)
def test_error__of_each_command_with_json__is_an_object(
    line: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "devnet").touch()
    for name in [name for name in os.environ if name.startswith("ATTESTOR_")]:
        monkeypatch.delenv(name)
    result = call(*line)
    told = json.loads(result.stdout)
    if result.exception is None or "error" not in told:
        assert line[0] in ("config", "status"), result.output  # They show what they have.
        return
    assert set(told["error"]) == {"code", "message", "hint"}
    if isinstance(result.exception, AttestorError):
        assert told["error"]["code"] == result.exception.code
        assert told["error"]["message"] == result.exception.message


def test_commands_with_json__are_found() -> None:
    assert len(lines()) >= 11


def test_status__faulty_configuration__is_an_object(tmp_path: Path) -> None:
    (tmp_path / "attestor.toml").write_text("[chain]\nidd = 1\n")
    result = call("status", "--json", "--config", str(tmp_path / "attestor.toml"))
    assert isinstance(result.exception, ConfigurationInvalid)
    told = json.loads(result.stdout)["error"]
    assert told["code"] == "configuration_invalid"
    assert "chain.idd is not an option" in told["message"]


def test_usage__wrong_option__is_an_object_with_its_code() -> None:
    result = call("quote", "nowhere", "--json")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["code"] == "usage"
    assert "Usage: " in result.stderr


def test_config_show__faults__are_in_its_own_object_alone() -> None:
    result = call("config", "show", "--json", "--chain-id", "x")
    assert isinstance(result.exception, ConfigurationInvalid)
    assert set(json.loads(result.stdout)) == {"options", "faults", "notes"}


@pytest.mark.parametrize("line", [["quote", "nowhere"], ["audit", "--format", "csv"]])
def test_error__without_json__prints_nothing_to_stdout(
    line: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(*line).stdout == ""

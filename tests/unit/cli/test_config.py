"""`attestor config show` and `check`: origins, and no secrets."""

import json
from pathlib import Path
from typing import Any

import pytest
from cases.mistakes import GOOD, make_folder
from click.testing import CliRunner, Result

from attestor import cli
from attestor.errors import ConfigurationInvalid

SECRET = "dontshow"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    make_folder(tmp_path)
    text = GOOD.replace("{folder}", str(tmp_path))
    text = text.replace("http://127.0.0.1:9", f"https://me:{SECRET}@node.example:8545/v2/{SECRET}")
    text = text.replace("[quote]\n", f'[quote]\nsimulation_seed = "{SECRET}"\n')
    path = tmp_path / "attestor.toml"
    path.write_text(text)
    return path


def run(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(cli.group, arguments, env=environment)


def options(result: Result) -> dict[str, Any]:
    found = json.loads(result.stdout)["options"]
    assert isinstance(found, dict)
    return found


def test_show__each_place__is_the_origin_of_its_value(file: Path) -> None:
    arguments = ("config", "show", "--json", "--config", str(file), "--log-level", "DEBUG")
    result = run(*arguments, ATTESTOR_API_PORT="4000")
    found = options(result)
    assert result.exit_code == 0
    assert found["chain.id"]["origin"] == f"{file}:3"
    assert (found["api.port"]["value"], found["api.port"]["origin"]) == (4000, "ATTESTOR_API_PORT")
    assert found["api.port"]["over"] == f"{file}:15"
    assert (found["log.level"]["value"], found["log.level"]["origin"]) == ("DEBUG", "--log-level")
    assert found["rotation.period_seconds"]["origin"] == "default"


@pytest.mark.parametrize("arguments", [("--json",), ("--all",), ()])
def test_show__secrets__are_never_shown(file: Path, arguments: tuple[str, ...]) -> None:
    result = run("config", "show", "--config", str(file), *arguments)
    assert SECRET not in result.output
    assert "https://node.example:8545/(hidden)" in result.output
    assert "me:" not in result.output


def test_show__unknown_name__is_named_and_the_rest_shown(file: Path) -> None:
    result = run("config", "show", "--config", str(file), ATTESTOR_API_PROT="1")
    assert isinstance(result.exception, ConfigurationInvalid)
    assert "did you mean ATTESTOR_API_PORT" in result.exception.lines[1]
    assert "chain.id" in result.output


def test_show__value_that_cannot_be__is_not_repeated(file: Path) -> None:
    file.write_text(file.read_text().replace("https://me", "htps://me"))
    result = run("config", "show", "--json", "--config", str(file))
    assert options(result)["chain.rpc_url"]["value"] is None
    assert SECRET not in result.output + str(result.exception)


def test_show__several_chains__has_what_is_each_one_s_own(file: Path) -> None:
    chains = "".join(
        f'[chains.{name}]\nid = {number}\nregistry = "0x{"11" * 20}"\n'
        for name, number in (("a", 1337), ("b", 31337))
    )
    shared = file.read_text().replace("id = 31337\n", "").replace("[chain]\n", "[chain]\n", 1)
    file.write_text(shared + chains)
    found = options(run("config", "show", "--json", "--config", str(file)))
    assert found["chains.a.id"]["value"] == 1337
    assert found["chains.b.store.path"]["value"].endswith("attestor-b.sqlite")
    assert "chains.a.api.port" not in found
    assert "api.port" in found


def test_check__good__says_so_and_old_names(file: Path) -> None:
    with file.open("a") as opened:
        opened.write("[upkeep]\nmargin_days = 9\n")
    result = run("config", "check", "--config", str(file))
    assert result.exit_code == 0, result.output
    assert "[upkeep] is called [collateral] now" in result.output
    assert "no faults" in result.output


def test_check__faults__are_those_of_the_start(file: Path) -> None:
    text = file.read_text().replace("/executor", "/nowhere").replace("/attestor.sqlite", "/no/a.db")
    file.write_text(text)
    result = run("config", "check", "--config", str(file))
    assert isinstance(result.exception, ConfigurationInvalid)
    assert len(result.exception.faults) == 2

"""`attestor doctor` beside a running stack, and with what is wrong in it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from attestor import cli
from attestor.devnet.stack import Devnet
from attestor.errors import NotReady

HEALTHY = {"database", "ports", "executor", "signer", "endpoint 1", "registry", "payer", "quote"}


def doctor(*arguments: str) -> Result:
    return CliRunner().invoke(cli.group, ["doctor", *arguments])


def findings(result: Result) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for line in result.output.splitlines():
        row = json.loads(line)
        found.setdefault(row["check"], []).append(row)
    return found


def test_doctor__running_devnet__is_ready(devnet: Devnet) -> None:
    before = devnet.config_file.parent.joinpath("attestor.sqlite").stat().st_ino
    result = doctor("--config", str(devnet.config_file))
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[-1].startswith("ready")
    assert "a daemon runs with this database" in result.output
    assert devnet.config_file.parent.joinpath("attestor.sqlite").stat().st_ino == before


def test_doctor__as_json__has_each_assumption(devnet: Devnet) -> None:
    result = doctor("--config", str(devnet.config_file), "--json")
    assert result.exit_code == 0, result.output
    found = findings(result)
    assert set(found) >= HEALTHY | {"registration", "memory", "disk"}
    assert not [row for rows in found.values() for row in rows if row["state"] == "failed"]


@pytest.mark.parametrize(
    ("option", "value", "check"),
    [
        ("--chain-rpc-url", "http://127.0.0.1:9", "endpoint 1"),
        ("--executor-directory", "/nowhere", "executor"),
        ("--rotation-expiry-margin-seconds", "4000", "registry"),
        ("--store-path", "/nowhere/attestor.sqlite", "database"),
        ("--payer-key-file", "/nowhere/key", "payer"),
        ("--quote-provider", "configfs", "signer"),
    ],
)
def test_doctor__one_thing_is_wrong__is_named_with_what_to_do(
    devnet: Devnet, option: str, value: str, check: str
) -> None:
    result = doctor("--config", str(devnet.config_file), "--json", option, value)
    assert isinstance(result.exception, NotReady), result.output
    wrong = [row for row in findings(result)[check] if row["state"] == "failed"]
    assert wrong, result.output
    assert wrong[0]["advice"]


def test_doctor__payer_without_funds__says_whom_to_fund(devnet: Devnet, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("0x" + "77" * 32)
    key.chmod(0o600)
    result = doctor("--config", str(devnet.config_file), "--payer-key-file", str(key))
    assert isinstance(result.exception, NotReady)
    assert "fund 0x" in result.output

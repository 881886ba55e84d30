"""`attestor collateral`: its options, and its table."""

from dataclasses import astuple
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from attestor.chain.collateral_store import CollateralKind
from attestor.cli import collateral, collateral_work
from attestor.cli.collateral_table import plan_table
from attestor.collateral.items import Item
from attestor.collateral.plan import Need, OnChainItem
from attestor.errors import (
    AttestorError,
    ChainNotNamed,
    ConfigurationInvalid,
    DeploymentFileInvalid,
)

DAY = 86400
MACHINE = ["--pcs-url", "http://pccs.example", "--fmspc", "B0C06F000000"]
CHAIN = ["--rpc-url", "http://node.example"]


@pytest.fixture(autouse=True)
def chain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attestor.chain.rpc.Rpc.call", lambda *_: "0x7a69")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(collateral.command, list(arguments))


def refused(*arguments: str) -> AttestorError:
    error = run(*arguments).exception
    assert isinstance(error, AttestorError), error
    return error


@pytest.mark.parametrize("name", ["show", "fetch", "upload"])
def test_help__each__has_the_machine_and_a_sentence(name: str) -> None:
    output = run(name, "--help").output
    assert "--fmspc" in output
    assert ("--rpc-url" in output) == (name != "fetch")
    assert ("--payer-key-file" in output) == (name == "upload")


@pytest.mark.parametrize("given", [[], ["--store", "0x" + "11" * 20, "--file", "x.json"]])
def test_show__store_neither_or_twice__is_refused(given: list[str]) -> None:
    error = refused("show", *CHAIN, *MACHINE, *given)
    assert isinstance(error, ConfigurationInvalid)
    assert "either --file or --store" in error.message


def test_show__no_address__is_refused() -> None:
    result = run("show", *CHAIN, *MACHINE, "--store", "0x12")
    assert result.exit_code == 2
    assert "'--store': '0x12' is not 0x text of 20 bytes" in result.output


def test_show__file_missing__is_refused(tmp_path: Path) -> None:
    file = ["--file", str(tmp_path / "none.json")]
    assert isinstance(refused("show", *CHAIN, *MACHINE, *file), DeploymentFileInvalid)


def test_show__deployment_of_another_chain__is_refused(tmp_path: Path) -> None:
    file = tmp_path / "deployment.json"
    file.write_text('{"version": 1, "chain_id": 1, "contracts": {}, "pending": {}}')
    error = refused("show", *CHAIN, *MACHINE, "--file", str(file))
    assert "is for chain 1, but the node is on 31337" in error.message


def test_fetch__no_service__names_the_option(tmp_path: Path) -> None:
    error = refused("fetch", "--pcs-url", "pccs", "--fmspc", "B0C06F000000", str(tmp_path / "x"))
    assert "--pcs-url" in str(error)


def test_fetch__unreadable_fmspc__is_refused(tmp_path: Path) -> None:
    machine = ["--pcs-url", "http://pccs.example", "--fmspc", "zz"]
    assert "not an FMSPC" in refused("fetch", *machine, str(tmp_path / "x")).message


NAMED = {"first": "11", "second": "22"}


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """Of two chains, each with a store and a service of its own."""
    text = '[collateral]\nfmspcs = ["B0C06F000000"]\n'
    for number, (name, byte) in enumerate(NAMED.items(), 1):
        text += f'[chains.{name}]\nrpc_url = "http://{name}.example"\nid = {number}\n'
        text += f'registry = "0x{"99" * 20}"\ncollateral_store = "0x{byte * 20}"\n'
        text += f"check_headers = false\n[chains.{name}.collateral]\n"
        text += f'pcs_url = "http://pccs-{name}.example"\n'
    path = tmp_path / "attestor.toml"
    path.write_text(text)
    return path


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What is opened: endpoints, whether headers are checked, the store, the service, the machine;
    nothing is done with it."""
    found: list[Any] = []

    def source(pcs_url: str, **machine: str) -> object:
        found.append((pcs_url, machine["fmspc"]))
        return collateral_work._Source.__new__(collateral_work._Source)

    def store(place: collateral_work.Place) -> None:
        found.append(astuple(place))
        raise ConfigurationInvalid("as far as this goes")

    monkeypatch.setattr(collateral_work, "_source", source)
    monkeypatch.setattr(collateral_work, "_open_store", store)
    return found


@pytest.mark.parametrize("name", NAMED)
def test_show__chain_of_the_daemon_s_file__is_what_is_opened(
    configuration: Path, opened: list[Any], name: str
) -> None:
    refused("show", "--config", str(configuration), "--chain", name)
    store = bytes.fromhex(NAMED[name] * 20)
    assert opened == [
        (f"http://pccs-{name}.example", "B0C06F000000"),
        ((f"http://{name}.example",), False, None, store),
    ]


def test_show__command_line_beside_the_file__wins(configuration: Path, opened: list[Any]) -> None:
    given = ["--fmspc", "00906ED50000", "--file", "deployment.json", "--rpc-url", "http://my.node"]
    refused("show", "--config", str(configuration), "--chain", "first", *given)
    assert opened == [
        ("http://pccs-first.example", "00906ED50000"),
        (("http://my.node",), False, Path("deployment.json"), None),
    ]


def test_show__several_chains_and_none_named__is_refused(configuration: Path) -> None:
    assert isinstance(refused("show", "--config", str(configuration)), ChainNotNamed)


@pytest.mark.parametrize("option", ["--rpc-url", "--pcs-url", "--fmspc"])
def test_show__neither_file_nor_option__names_the_option(option: str) -> None:
    given = dict(zip(*[iter([*CHAIN, *MACHINE])] * 2, strict=True))
    del given[option]
    result = run("show", *(part for pair in given.items() for part in pair))
    assert result.exit_code == 2
    assert f"Missing option '{option}'" in result.output


def test_plan_table__each_need__is_a_line() -> None:
    item = Item(CollateralKind.TCB_INFO, "TCB info", 7, b"new", 10 * DAY, 40 * DAY)
    onchain = OnChainItem(b"\xab" * 32, 0, 30 * DAY, usable=False)

    class Store:
        address = b"\x77" * 20

        class node:
            chain_id = 31337

    store: Any = Store()
    planned = [Need(item, onchain, True, "revoked on chain"), Need(item, None, False, "why")]
    lines = plan_table(store, planned).splitlines()
    assert lines[0].endswith(" on chain 31337")
    assert lines[1].split() == ["part", "on", "chain", "digest", "fetched", "to", "do"]
    assert "1970-01-01 00:00 to 1970-01-31 00:00 REVOKED  0xabababab" in lines[2]
    assert lines[2].endswith("1970-01-11 00:00 to 1970-02-10 00:00  upload: revoked on chain")
    assert lines[3].endswith("leave: why")

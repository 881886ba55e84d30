"""How the configuration becomes the daemon's collateral."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from attestor.collateral.build import build_duty, machine_of, service_url
from attestor.config import Config
from attestor.core.text import from_hex
from attestor.errors import ConfigurationInvalid, PayerInvalid
from attestor.quote.collateral import MachineKind

CONFIG = Config(
    chain_rpc_url="http://node.example",
    chain_id=31337,
    chain_registry=b"\x11" * 20,
    payer_key_file=Path("/nowhere"),
    quote_collateral="https://pccs.example",
)
STORE = b"\x77" * 20
KEY = "0x" + "00" * 31 + "01"
ITS_ADDRESS = from_hex("0x7e5f4552091a69125d5dfcb7b8c2659029395bdf")


class Node:
    """A chain with a store at every address."""

    chain_id = 31337
    rpc = SimpleNamespace(label="nowhere")

    def call(self, to: bytes, calldata: bytes, sender: bytes | None = None) -> bytes:
        return (7).to_bytes(32, "big")


@pytest.fixture(autouse=True)
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


@pytest.fixture
def enabled(tmp_path: Path) -> Config:
    key_file = tmp_path / "collateral.key"
    key_file.touch(mode=0o600)
    key_file.write_text(KEY)
    return replace(CONFIG, collateral_enabled=True, collateral_payer_key_file=key_file)


def made(config: Config, store: bytes | None = STORE, payer: bytes = b"\x09" * 20) -> Any:
    node: Any = Node()
    nothing: Any = None
    with ExitStack() as opened:
        return build_duty(config, node, store, payer, nothing, nothing, nothing, opened)


def test_build_duty__no_store_of_ours__is_none() -> None:
    assert made(CONFIG, store=None) is None


def test_build_duty__task_without_a_store__is_refused(enabled: Config) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"chain\.collateral_store"):
        made(enabled, store=None)


def test_build_duty__off__only_looks() -> None:
    collateral = made(replace(CONFIG, quote_collateral=""))
    assert collateral is not None
    assert collateral._refresher is None


def test_build_duty__on__renews(enabled: Config) -> None:
    assert made(enabled)._refresher is not None


def test_build_duty__no_account_of_its_own__is_refused(enabled: Config) -> None:
    with pytest.raises(ConfigurationInvalid, match=r"collateral\.payer_key_file is missing"):
        made(replace(enabled, collateral_payer_key_file=None))


def test_build_duty__account_of_the_registrations__is_refused(enabled: Config) -> None:
    with pytest.raises(ConfigurationInvalid, match="pays for registrations"):
        made(enabled, payer=ITS_ADDRESS)


def test_build_duty__key_file_missing__names_its_own_option(enabled: Config) -> None:
    with pytest.raises(PayerInvalid, match=r"set collateral\.payer_key_file"):
        made(replace(enabled, collateral_payer_key_file=Path("/nowhere")))


@pytest.mark.parametrize("source", ["", "collateral.json", "https://user:word@pccs.example"])
def test_build_duty__no_service_to_fetch_from__is_refused(enabled: Config, source: str) -> None:
    with pytest.raises(ConfigurationInvalid):
        made(replace(enabled, quote_collateral=source))
    assert made(replace(enabled, quote_collateral=source, collateral_pcs_url="http://pcs.example"))


def test_service_url__own_option__wins() -> None:
    assert service_url(CONFIG) == "https://pccs.example"
    assert service_url(replace(CONFIG, collateral_pcs_url="https://pcs.example")) == (
        "https://pcs.example"
    )


def test_machine_of__fmspc__is_of_a_tdx_machine() -> None:
    assert machine_of("B0C06F000000") == MachineKind(b"\xb0\xc0\x6f\0\0\0", "platform", "tdx")


@pytest.mark.parametrize("text", ["", "B0C06F", "B0C06F0000zz", "B0C06F00000000"])
def test_machine_of__anything_else__is_refused(text: str) -> None:
    with pytest.raises(ConfigurationInvalid, match="is not an FMSPC"):
        machine_of(text)


def test_build_duty__unreadable_fmspc__is_refused() -> None:
    with pytest.raises(ConfigurationInvalid, match="'zz' is not an FMSPC"):
        made(replace(CONFIG, collateral_fmspcs=("zz",)))

"""Secrets out of the folder of credentials of a systemd unit."""

from pathlib import Path

import pytest

from attestor import config
from attestor.config.shown import shown
from attestor.errors import ConfigurationInvalid

FLAGS = {"chain_id": "31337", "chain_registry": "0x" + "11" * 20}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "credentials"
    made.mkdir()
    (made / "payer.key_file").write_text("0xkey")
    (made / "chain.rpc_urls").write_text("https://a.example/secret\nhttps://b.example/secret\n")
    return made


def test_read__credentials__are_files_and_what_is_in_them(folder: Path) -> None:
    reading = config.read(None, {"CREDENTIALS_DIRECTORY": str(folder)}, FLAGS)
    found = reading.chains().named(None).config
    assert found.payer_key_file == folder / "payer.key_file"
    assert found.rpc_urls == ("https://a.example/secret", "https://b.example/secret")
    by_name = {one.option: one for one in shown(reading)}
    assert by_name["payer.key_file"].origin == "credential payer.key_file"
    assert "secret" not in str(by_name["chain.rpc_urls"])


@pytest.mark.parametrize("name", [known for known in config.Config.__dataclass_fields__])
def test_read__every_option_that_is_a_secret__can_be_one(tmp_path: Path, name: str) -> None:
    known = config.Config.__dataclass_fields__[name]
    secret = name.endswith("_file") or known.metadata["kind"] in ("url", "urls", "websockets")
    scheme = "ws" if known.metadata["kind"] == "websockets" else "http"
    (tmp_path / config.key(known)).write_text(f"{scheme}://host.example/secret")
    reading = config.read(None, {"CREDENTIALS_DIRECTORY": str(tmp_path)}, {})
    assert (name in reading.each[0].given) == (
        secret or name in ("quote_collateral", "collateral_pcs_url")
    )


def test_read__option_in_the_file__wins_over_a_credential(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "attestor.toml"
    file.write_text('[payer]\nkey_file = "/other"\n')
    reading = config.read(file, {"CREDENTIALS_DIRECTORY": str(folder)}, FLAGS)
    assert str(reading.chains().shared.payer_key_file) == "/other"
    over = {one.option: one.over for one in shown(reading)}
    assert over["payer.key_file"] == "credential payer.key_file"


def test_read__credential_of_a_chain__is_that_chain_s(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "attestor.toml"
    file.write_text(
        f'[chains.base]\nid = 1\nregistry = "0x{"11" * 20}"\n'
        f'[chains.other]\nid = 2\nregistry = "0x{"11" * 20}"\n'
    )
    (folder / "chains.base.payer.key_file").write_text("0x")
    (folder / "chains.base.rpc_url").write_text("http://base.example")
    found = config.read(file, {"CREDENTIALS_DIRECTORY": str(folder)}, {}).chains()
    base, other = (found.named(name).config for name in ("base", "other"))
    assert base.payer_key_file == folder / "chains.base.payer.key_file"
    assert base.rpc_urls == ("http://base.example",)
    assert other.payer_key_file == folder / "payer.key_file"


def test_read__credential_with_a_typo__is_a_fault_and_others_are_not(folder: Path) -> None:
    (folder / "payer.key_fil").write_text("x")
    (folder / "someone-elses").write_text("x")
    with pytest.raises(ConfigurationInvalid) as caught:
        config.read(None, {"CREDENTIALS_DIRECTORY": str(folder)}, FLAGS).chains()
    (fault,) = caught.value.faults
    assert "did you mean payer.key_file?" in fault


def test_read__folder_that_is_not_there__is_a_fault(tmp_path: Path) -> None:
    reading = config.read(None, {"CREDENTIALS_DIRECTORY": str(tmp_path / "none")}, FLAGS)
    assert any("CREDENTIALS_DIRECTORY: cannot read" in fault for fault in reading.faults)

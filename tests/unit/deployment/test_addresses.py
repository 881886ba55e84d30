"""Where the daemon finds the contracts."""

from dataclasses import replace
from pathlib import Path

import pytest

from attestor.config import Config
from attestor.deployment import addresses, record
from attestor.deployment.addresses import Addresses
from attestor.deployment.record import DeployedContract, DeploymentRecord
from attestor.errors import ConfigurationInvalid, DeploymentFileInvalid

CONFIG = Config(chain_rpc_url="http://node", chain_id=31337, payer_key_file=Path("payer.key"))


def standing(byte: str) -> DeployedContract:
    return DeployedContract("0x" + byte * 20, (), "0x", "0x", 1, 1, ())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "deployment.json"
    contracts = {"TEERegistry": standing("aa"), "CollateralStore": standing("bb")}
    record.write(path, DeploymentRecord(31337, contracts))
    return path


def test_of__deployment_file__gives_both(file: Path) -> None:
    found = addresses.of(replace(CONFIG, chain_deployment=file))
    assert found == Addresses(b"\xaa" * 20, b"\xbb" * 20)


def test_of__options__win_over_the_file(file: Path) -> None:
    config = replace(
        CONFIG,
        chain_deployment=file,
        chain_registry=b"\xcc" * 20,
        chain_collateral_store=b"\xdd" * 20,
    )
    assert addresses.of(config) == Addresses(b"\xcc" * 20, b"\xdd" * 20)


def test_of__registry_alone__has_no_store() -> None:
    found = addresses.of(replace(CONFIG, chain_registry=b"\xcc" * 20))
    assert found == Addresses(b"\xcc" * 20, None)


def test_of__neither__says_what_to_set() -> None:
    with pytest.raises(ConfigurationInvalid, match=r"chain\.deployment"):
        addresses.of(CONFIG)


def test_of__file_of_another_chain__refused(file: Path) -> None:
    with pytest.raises(ConfigurationInvalid, match="chain 31337"):
        addresses.of(replace(CONFIG, chain_deployment=file, chain_id=1))


def test_of__unfinished_deployment__refused(tmp_path: Path) -> None:
    path = tmp_path / "deployment.json"
    record.write(path, DeploymentRecord(31337, {"CollateralStore": standing("bb")}))
    with pytest.raises(DeploymentFileInvalid, match="no TEERegistry"):
        addresses.of(replace(CONFIG, chain_deployment=path))


@pytest.mark.parametrize(
    ("registry", "option", "expected"),
    [(b"\xaa" * 20, 0, 1), (b"\xaa" * 20, 7, 7), (b"\xcc" * 20, 0, 0), (b"\xcc" * 20, 7, 7)],
)
def test_registry_block__option_or_file_of_that_registry__else_the_first(
    file: Path, registry: bytes, option: int, expected: int
) -> None:
    config = replace(CONFIG, chain_deployment=file, chain_registry_block=option)
    assert addresses.registry_block(config, registry) == expected


def test_registry_block__no_file__is_the_option() -> None:
    assert addresses.registry_block(CONFIG, b"\xaa" * 20) == 0
    config = replace(CONFIG, chain_registry_block=7)
    assert addresses.registry_block(config, b"\xaa" * 20) == 7

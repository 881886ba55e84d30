"""What is hashed as a type in EIP-712 is the same text in Python and in the contracts."""

from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from attestor.core import eip712, possession, report_data, statement

CONTRACTS = Path(__file__).parents[3] / "contracts" / "src"


@pytest.mark.parametrize(
    ("type_string", "contract"),
    [
        (statement._STATEMENT_TYPE, "MultiProof.sol"),
        (possession._ADMIT_TYPE, "registry/Admissions.sol"),
    ],
)
def test_type_string__each__is_that_of_the_contract(type_string: bytes, contract: str) -> None:
    assert f'"{type_string.decode()}"' in (CONTRACTS / contract).read_text()


def test_report_data_type__is_that_of_the_contract() -> None:
    source = (CONTRACTS / "libraries" / "ReportData.sol").read_text()
    type_string = source.split('"ReportData(')[1].split('"')[0]
    assert keccak(f"ReportData({type_string}".encode()) == report_data._TYPE_HASH


def test_domain__name_and_version__are_those_of_the_contract() -> None:
    assert (
        f'EIP712("{eip712.NAME}", "{eip712.VERSION}")' in (CONTRACTS / "MultiProof.sol").read_text()
    )

"""Block headers from JSON to RLP."""

from typing import Any

import pytest

from attestor.core import header
from attestor.errors import HeaderInvalid

EMPTY_ROOT = "0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
EMPTY_OMMERS = "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"


def genesis() -> dict[str, Any]:
    """Ethereum mainnet's block 0, whose hash everyone knows."""
    return {
        "parentHash": "0x" + "00" * 32,
        "sha3Uncles": EMPTY_OMMERS,
        "miner": "0x" + "00" * 20,
        "stateRoot": "0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544",
        "transactionsRoot": EMPTY_ROOT,
        "receiptsRoot": EMPTY_ROOT,
        "logsBloom": "0x" + "00" * 256,
        "difficulty": "0x400000000",
        "number": "0x0",
        "gasLimit": "0x1388",
        "gasUsed": "0x0",
        "timestamp": "0x0",
        "extraData": "0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa",
        "mixHash": "0x" + "00" * 32,
        "nonce": "0x0000000000000042",
    }


def test_encode__mainnet_genesis__hashes_to_its_hash() -> None:
    found = header.hash_of(header.encode(genesis())).hex()
    assert found == "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"


def test_encode__later_fields__change_the_hash() -> None:
    plain = header.hash_of(header.encode(genesis()))
    london = header.hash_of(header.encode({**genesis(), "baseFeePerGas": "0x7"}))
    shanghai = header.hash_of(
        header.encode({**genesis(), "baseFeePerGas": "0x7", "withdrawalsRoot": EMPTY_ROOT})
    )
    assert len({plain, london, shanghai}) == 3


def test_encode__later_field_without_its_predecessor__is_refused() -> None:
    with pytest.raises(HeaderInvalid, match="no baseFeePerGas"):
        header.encode({**genesis(), "withdrawalsRoot": EMPTY_ROOT})


@pytest.mark.parametrize("name", [name for name, _ in header.FIELDS])
def test_encode__missing_field__is_named(name: str) -> None:
    fields = genesis()
    del fields[name]
    with pytest.raises(HeaderInvalid, match=name):
        header.encode(fields)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("stateRoot", "0x12"),
        ("miner", "0x" + "00" * 21),
        ("number", "12"),
        ("number", "0xzz"),
        ("number", 12),
        ("gasLimit", "0x1" + "00" * 32),
        ("extraData", "0x" + "00" * 65537),
        ("nonce", "0x42"),
        ("parentHash", None),
    ],
)
def test_encode__malformed_field__is_refused_by_name(name: str, value: object) -> None:
    with pytest.raises(HeaderInvalid, match=name):
        header.encode({**genesis(), name: value})

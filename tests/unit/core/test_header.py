"""Block headers from JSON to RLP."""

from typing import Any

import pytest

from attestor.core import header
from attestor.errors import HeaderInvalid, HeaderUnknown

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


def gnosis_genesis() -> dict[str, Any]:
    """Gnosis Chain's block 0, which AuRa seals, from its chain specification."""
    fields = {
        **genesis(),
        "stateRoot": "0x40cf4430ecaa733787d1a65154a3b9efb560c95d9e324a23b97f0609b539133b",
        "difficulty": "0x20000",
        "gasLimit": "0x989680",
        "extraData": "0x",
    }
    del fields["mixHash"], fields["nonce"]
    return fields


@pytest.mark.parametrize(
    "seal",
    [
        {"step": "0x0", "signature": "0x" + "00" * 65},
        {"sealFields": ["0x80", "0xb841" + "00" * 65], "mixHash": None, "nonce": None},
    ],
)
def test_encode__aura_as_nethermind_and_openethereum_give_it__hashes_to_its_hash(
    seal: dict[str, Any],
) -> None:
    found = header.hash_of(header.encode({**gnosis_genesis(), **seal})).hex()
    assert found == "4f1dd23188aab3a76b463e4af801b52b1248ef073c648cbdc4c9333d3da79756"


@pytest.mark.parametrize("part", [None, "0x", "0xb841", "0xc0", "0xc180", "80", 5])
def test_encode__seal_that_is_no_rlp__is_refused(part: object) -> None:
    with pytest.raises(HeaderInvalid, match="sealFields"):
        header.encode({**gnosis_genesis(), "sealFields": [part, "0x80"]})


def test_encode__scroll_and_pre_london__have_a_base_fee_of_null() -> None:
    assert header.encode({**genesis(), "baseFeePerGas": None}) == header.encode(genesis())


def test_encode__validators_of_an_epoch_in_the_extra_data__are_taken() -> None:
    """BSC: 32 bytes of vanity, 68 for each of 45 validators, turn length, votes, seal."""
    header.encode({**genesis(), "extraData": "0x" + "ab" * (32 + 1 + 45 * 68 + 1 + 300 + 65)})


def amsterdam() -> dict[str, Any]:
    """A header with every field of Amsterdam."""
    values = {None: "0x7", 32: "0x" + "0a" * 32}
    return {**genesis(), **{name: values[length] for name, length in header.LATER_FIELDS}}


def test_encode__amsterdam__has_the_access_list_and_then_the_slot() -> None:
    assert [name for name, _ in header.LATER_FIELDS[-2:]] == ["blockAccessListHash", "slotNumber"]
    encoded = header.encode(amsterdam())
    assert encoded.endswith(b"\xa0" + b"\x0a" * 32 + b"\x07")


def test_require_known__field_of_a_later_fork__is_named() -> None:
    fields = {**amsterdam(), "hash": "0x", "size": "0x1", "inclusionListHash": "0x" + "00" * 32}
    with pytest.raises(HeaderUnknown, match=r"block 0x0 has a field inclusionListHash that attest"):
        header.require_known(fields)


def test_require_known__field_without_a_value_or_beside_the_header__is_known() -> None:
    beside = dict.fromkeys(header.BESIDE_HEADER, "0x1")
    header.require_known({**amsterdam(), **beside, "inclusionListHash": None})


def test_require_known__name_that_is_hostile__is_one_short_line() -> None:
    with pytest.raises(HeaderUnknown) as caught:
        header.require_known({**genesis(), "a\nERROR" + "b" * 10_000: "0x"})
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 300

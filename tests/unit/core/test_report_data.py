"""Report data: both layouts against an independent ABI encoder, and every refusal."""

from dataclasses import replace

import pytest
from eth_abi.abi import encode as abi_encode
from eth_utils.crypto import keccak

from attestor.core import report_data
from attestor.core.report_data import Binding, Layout, Purpose
from attestor.errors import ReportDataInvalid

SIGNER = bytes(range(1, 21))
NUMBER = 21_000_123
HASH = bytes(range(100, 132))
REGISTRY = bytes(range(50, 70))
TEMPLATE = bytes(range(200, 220))
OURS = Binding(31337, REGISTRY, Layout.ATTESTOR)
UPSTREAM = Binding(31337, REGISTRY, Layout.UPSTREAM)
BOTH = pytest.mark.parametrize("binding", [OURS, UPSTREAM], ids=str)

TYPE = (
    "ReportData(uint256 chainId,address registry,address signer,uint64 blockNumber,"
    "bytes32 blockHash)"
)


def test_encode__upstreams__has_padding_signer_and_abi_digest() -> None:
    encoded = UPSTREAM.encode(SIGNER, NUMBER, HASH)
    words = abi_encode(["uint256", "bytes32", "address"], [NUMBER, HASH, "0x" + SIGNER.hex()])
    assert encoded == bytes(12) + SIGNER + keccak(words)
    assert len(encoded) == report_data.LENGTH


def test_encode__ours__has_signer_number_tag_and_abi_digest() -> None:
    encoded = OURS.encode(SIGNER, NUMBER, HASH)
    types = ["bytes32", "uint256", "address", "address", "uint64", "bytes32"]
    registry, signer = "0x" + REGISTRY.hex(), "0x" + SIGNER.hex()
    words = abi_encode(types, [keccak(text=TYPE), 31337, registry, signer, NUMBER, HASH])
    assert encoded == SIGNER + NUMBER.to_bytes(8, "big") + b"ATT1" + keccak(words)
    assert len(encoded) == report_data.LENGTH


def test_encode__ours_for_a_renewal__has_its_tag_and_names_the_template() -> None:
    encoded = OURS.encode(SIGNER, NUMBER, HASH, TEMPLATE)
    types = ["bytes32", "uint256", "address", "address", "uint64", "bytes32", "address"]
    registry, signer, template = ("0x" + part.hex() for part in (REGISTRY, SIGNER, TEMPLATE))
    kind = keccak(text="Renewal" + TYPE[:-1] + ",address template)")
    words = abi_encode(types, [kind, 31337, registry, signer, NUMBER, HASH, template])
    assert encoded == SIGNER + NUMBER.to_bytes(8, "big") + b"ATR1" + keccak(words)


def test_encode__upstreams_for_a_renewal__is_refused() -> None:
    with pytest.raises(ReportDataInvalid, match="renewal"):
        UPSTREAM.encode(SIGNER, NUMBER, HASH, TEMPLATE)


@pytest.mark.parametrize(
    ("template", "purpose"), [(None, Purpose.ADMISSION), (TEMPLATE, Purpose.RENEWAL)]
)
def test_purpose_of__ours__comes_back(template: bytes | None, purpose: Purpose) -> None:
    assert Purpose.of(OURS.encode(SIGNER, NUMBER, HASH, template)) is purpose


def test_purpose_of__another_tag__is_refused() -> None:
    with pytest.raises(ReportDataInvalid, match="tag"):
        Purpose.of(UPSTREAM.encode(SIGNER, NUMBER, HASH))


@pytest.mark.parametrize(
    ("layout", "golden"),
    [
        (
            Layout.UPSTREAM,
            "00" * 12
            + "11" * 20
            + "40f84f95e96121e075dcb33b7f7f94c8b2cb94dc96811b47557892d1fe4fcdc5",
        ),
        (
            Layout.ATTESTOR,
            "11" * 20
            + "0000000000000001"
            + "41545431"
            + "180fda16b5f9d5cd0bb425b102e8854c9de248790546c27dd44f483276a3853c",
        ),
    ],
)
def test_encode__fixed_values__does_not_change_between_releases(
    layout: Layout, golden: str
) -> None:
    binding = Binding(1, b"\x33" * 20, layout)
    assert binding.encode(b"\x11" * 20, 1, b"\x22" * 32).hex() == golden


@pytest.mark.parametrize(
    "other", [replace(OURS, chain_id=1), replace(OURS, registry=b"\x09" * 20), UPSTREAM], ids=str
)
def test_encode__other_chain_registry_or_layout__is_other_data(other: Binding) -> None:
    assert other.encode(SIGNER, NUMBER, HASH) != OURS.encode(SIGNER, NUMBER, HASH)


@BOTH
@pytest.mark.parametrize("number", [0, 1, 2**64 - 1])
def test_encode__number_within_uint64__is_taken(binding: Binding, number: int) -> None:
    assert len(binding.encode(SIGNER, number, HASH)) == report_data.LENGTH


@BOTH
@pytest.mark.parametrize("number", [-1, 2**64, True, 1.0, "1", None])
def test_encode__number_outside_of_uint64__is_refused(binding: Binding, number: object) -> None:
    with pytest.raises(ReportDataInvalid, match="block number"):
        binding.encode(SIGNER, number, HASH)  # type: ignore[arg-type]


@BOTH
@pytest.mark.parametrize("signer", [b"", bytes(20), SIGNER[:19], SIGNER + b"\0", "0x" + "11" * 20])
def test_encode__signer_malformed_or_zero__is_refused(binding: Binding, signer: object) -> None:
    with pytest.raises(ReportDataInvalid, match="signer"):
        binding.encode(signer, NUMBER, HASH)  # type: ignore[arg-type]


@BOTH
@pytest.mark.parametrize("block_hash", [b"", bytes(32), HASH[:31], HASH + b"\0", bytearray(HASH)])
def test_encode__block_hash_malformed_or_zero__is_refused(
    binding: Binding, block_hash: object
) -> None:
    with pytest.raises(ReportDataInvalid, match="block hash"):
        binding.encode(SIGNER, NUMBER, block_hash)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "template", [b"", bytes(20), TEMPLATE[:19], TEMPLATE + b"\0", "0x" + "11" * 20]
)
def test_encode__template_malformed_or_zero__is_refused(template: object) -> None:
    with pytest.raises(ReportDataInvalid, match="template"):
        OURS.encode(SIGNER, NUMBER, HASH, template)  # type: ignore[arg-type]

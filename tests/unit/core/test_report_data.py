"""Report data: its layout against an independent ABI encoder, and every refusal."""

import pytest
from eth_abi import encode as abi_encode
from eth_utils.crypto import keccak

from attestor.core import report_data
from attestor.errors import ReportDataInvalid

SIGNER = bytes(range(1, 21))
NUMBER = 21_000_123
HASH = bytes(range(100, 132))


def test_encode__known_values__has_padding_signer_and_abi_digest() -> None:
    encoded = report_data.encode(SIGNER, NUMBER, HASH)
    words = abi_encode(["uint256", "bytes32", "address"], [NUMBER, HASH, "0x" + SIGNER.hex()])
    assert encoded == bytes(12) + SIGNER + keccak(words)
    assert len(encoded) == report_data.LENGTH


def test_encode__fixed_values__does_not_change_between_releases() -> None:
    assert report_data.encode(b"\x11" * 20, 1, b"\x22" * 32).hex() == (
        "000000000000000000000000" + "11" * 20 + GOLDEN_DIGEST
    )


GOLDEN_DIGEST = "40f84f95e96121e075dcb33b7f7f94c8b2cb94dc96811b47557892d1fe4fcdc5"


@pytest.mark.parametrize("number", [0, 1, 2**64 - 1])
def test_encode__number_within_uint64__is_taken(number: int) -> None:
    assert report_data.matches(report_data.encode(SIGNER, number, HASH), SIGNER, number, HASH)


@pytest.mark.parametrize("number", [-1, 2**64, True, 1.0, "1", None])
def test_encode__number_outside_of_uint64__is_refused(number: object) -> None:
    with pytest.raises(ReportDataInvalid, match="block number"):
        report_data.encode(SIGNER, number, HASH)  # type: ignore[arg-type]


@pytest.mark.parametrize("signer", [b"", bytes(20), SIGNER[:19], SIGNER + b"\0", "0x" + "11" * 20])
def test_encode__signer_malformed_or_zero__is_refused(signer: object) -> None:
    with pytest.raises(ReportDataInvalid, match="signer"):
        report_data.encode(signer, NUMBER, HASH)  # type: ignore[arg-type]


@pytest.mark.parametrize("block_hash", [b"", bytes(32), HASH[:31], HASH + b"\0", bytearray(HASH)])
def test_encode__block_hash_malformed_or_zero__is_refused(block_hash: object) -> None:
    with pytest.raises(ReportDataInvalid, match="block hash"):
        report_data.encode(SIGNER, NUMBER, block_hash)  # type: ignore[arg-type]


def test_decode__encoded__gives_signer_and_digest() -> None:
    encoded = report_data.encode(SIGNER, NUMBER, HASH)
    assert report_data.decode(encoded) == (SIGNER, encoded[32:])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "64 bytes"),
        (bytes(63), "64 bytes"),
        (bytes(65), "64 bytes"),
        (bytes(11) + b"\x01" + SIGNER + HASH, "12 zero bytes"),
        (bytes(12) + bytes(20) + HASH, "signer is zero"),
    ],
)
def test_decode__not_from_encode__is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(ReportDataInvalid, match=reason):
        report_data.decode(data)


@pytest.mark.parametrize(
    ("signer", "number", "block_hash"),
    [
        (SIGNER[::-1], NUMBER, HASH),
        (SIGNER, NUMBER + 1, HASH),
        (SIGNER, NUMBER, HASH[::-1]),
    ],
)
def test_matches__other_binding__is_false(signer: bytes, number: int, block_hash: bytes) -> None:
    encoded = report_data.encode(SIGNER, NUMBER, HASH)
    assert report_data.matches(encoded, SIGNER, NUMBER, HASH)
    assert not report_data.matches(encoded, signer, number, block_hash)

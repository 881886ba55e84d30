"""The parser: every version and body read field by field, and each refusal with its reason."""

import hashlib
import struct
from collections.abc import Callable
from dataclasses import replace

import pytest

from attestor.errors import QuoteInvalid
from attestor.quote.format import MAX_QUOTE_BYTES, BodyType, parse
from attestor.quote.simulated import SimulatedPlatform
from attestor.quote.simulated.builder import enclave_report
from attestor.quote.simulated.variation import V5_TD_10, V5_TD_15, Envelope, QuotingEnclave

V3_SGX = Envelope(version=3, tee_type=0)
V4_SGX = Envelope(version=4, tee_type=0)
V4_TD = Envelope()
V5_SGX = Envelope(version=5, tee_type=0, body_type=1)


def body_offset(version: int) -> int:
    return 54 if version == 5 else 48


@pytest.fixture
def quote(platform: SimulatedPlatform, bound: bytes) -> bytes:
    return platform.quote(bound)


def written(quote: bytes, offset: int, value: bytes) -> bytes:
    return quote[:offset] + value + quote[offset + len(value) :]


@pytest.mark.parametrize(
    ("envelope", "body_type", "signed_bytes", "chain_offset"),
    [
        (V3_SGX, BodyType.SGX, 432, 1052),
        (V4_SGX, BodyType.SGX, 432, 1058),
        (V4_TD, BodyType.TD_10, 632, 1258),
        (V5_SGX, BodyType.SGX, 438, 1064),
        (V5_TD_10, BodyType.TD_10, 638, 1264),
        (V5_TD_15, BodyType.TD_15, 702, 1328),
    ],
    ids=["v3-sgx", "v4-sgx", "v4-td", "v5-sgx", "v5-td10", "v5-td15"],
)
def test_parse__every_form__reads_each_field_at_its_documented_offset(
    make_platform: Callable[..., SimulatedPlatform],
    bound: bytes,
    envelope: Envelope,
    body_type: BodyType,
    signed_bytes: int,
    chain_offset: int,
) -> None:
    platform = make_platform(envelope=envelope)
    is_sgx = body_type is BodyType.SGX
    raw = (
        platform.quote_of(enclave_report(QuotingEnclave(), bound))
        if is_sgx
        else (platform.quote(bound))
    )
    parsed = parse(raw)
    assert (parsed.version, parsed.body_type) == (envelope.version, body_type)
    assert parsed.header.attestation_key_type == 2
    assert parsed.header.tee_type == (0 if is_sgx else 0x81)
    assert parsed.header.vendor_id == raw[12:28] == envelope.vendor_id
    assert parsed.header.user_data == raw[28:48] == b"SIMULATED".ljust(20, b"\0")
    assert parsed.body == raw[body_offset(envelope.version) : signed_bytes]
    assert parsed.report_data == bound
    assert parsed.signed_region == raw[:signed_bytes]
    assert parsed.signature == raw[signed_bytes + 4 : signed_bytes + 68]
    assert parsed.attestation_key == raw[signed_bytes + 68 : signed_bytes + 132]
    assert parsed.attestation_key == platform.attestation_key
    assert parsed.evidence.qe_report == platform.qe_report
    assert raw.index(platform.qe_report) == signed_bytes + (132 if envelope.version == 3 else 138)
    assert parsed.evidence.qe_auth_data == b"SIMULATED QE AUTHENTICATION DATA"
    assert parsed.evidence.certification_type == 5
    assert parsed.pem_chain == platform.chain_pem == raw[chain_offset:]
    assert parsed.trimmed == raw


@pytest.mark.parametrize("padding", [0, 1, 71, 3454])
def test_parse__zero_padding__is_cut(quote: bytes, padding: int) -> None:
    assert parse(quote + bytes(padding)).trimmed == quote


@pytest.mark.parametrize("tail", [b"\x01", bytes(100) + b"\x01", b"\x01" + bytes(100)])
def test_parse__other_bytes_after_the_quote__are_refused(quote: bytes, tail: bytes) -> None:
    with pytest.raises(QuoteInvalid, match=f"after the quote's end at {len(quote)} are not zero"):
        parse(quote + tail)


def test_parse__at_the_size_limit__is_read_and_one_more_refused(quote: bytes) -> None:
    assert parse(quote.ljust(MAX_QUOTE_BYTES, b"\0")).trimmed == quote
    with pytest.raises(QuoteInvalid, match="at most"):
        parse(quote.ljust(MAX_QUOTE_BYTES + 1, b"\0"))


@pytest.mark.parametrize("first", [0x80, 0x84, 0xA4, 0xD2, 0xD8, 0xFF])
def test_parse__cbor__is_refused_by_name(quote: bytes, first: int) -> None:
    with pytest.raises(QuoteInvalid, match="CBOR"):
        parse(bytes([first]) + quote[1:])


@pytest.mark.parametrize(
    ("offset", "value", "reason"),
    [
        (0, b"\x06\x00", "version 6"),
        (0, b"\x02\x00", "version 2"),
        (0, b"\x03\x00", "version 3 is for SGX only"),
        (2, b"\x03\x00", r"type 3 \(ECDSA P-384\)"),
        (2, b"\x01\x00", "type 1:"),
        (4, b"\x82\x00\x00\x00", "TEE type 0x82"),
        (4, b"\x81\x00\x00\x01", "TEE type 0x1000081"),
        (632, b"\xff\xff\xff\xff", "authentication data at 636 needs 4294967295"),
        (632, b"\x00\x00\x00\x00", "bytes after the quote's end at 636"),
        (764, b"\x05\x00", "outer certification type 5, expected 6"),
        (766, b"\xff\xff\xff\xff", "outer certification data at 770 needs"),
        (1218, b"\xff\xff", "QE auth. data at 1220 needs 65535"),
        (1252, b"\x08\x00", "certification type 8"),
        (1252, b"\x06\x00", "certification type 6"),
        (1254, b"\xff\xff\xff\xff", "certification data at 1258 needs"),
    ],
)
def test_parse__field_wrong__is_refused_by_name_and_place(
    quote: bytes, offset: int, value: bytes, reason: str
) -> None:
    assert parse(quote)
    with pytest.raises(QuoteInvalid, match=reason):
        parse(written(quote, offset, value))


def test_parse__lengths_leave_a_byte_over__is_refused(quote: bytes) -> None:
    (inner,) = struct.unpack_from("<I", quote, 1254)
    with pytest.raises(QuoteInvalid, match="1 bytes too many in certification data"):
        parse(written(quote, 1254, struct.pack("<I", inner - 1)))
    (outer,) = struct.unpack_from("<I", quote, 766)
    shorter = written(quote, 766, struct.pack("<I", outer - 1))
    with pytest.raises(QuoteInvalid, match="1 bytes too many in authentication data"):
        parse(shorter)


@pytest.mark.parametrize(
    ("descriptor", "reason"),
    [
        (struct.pack("<HI", 4, 885), "body type 4 .* is not supported"),
        (struct.pack("<HI", 0, 584), "body type 0 is unknown"),
        (struct.pack("<HI", 5, 584), "body type 5 is unknown"),
        (struct.pack("<HI", 1, 384), "body type 1 contradicts TEE type 0x81"),
        (struct.pack("<HI", 2, 583), "body length 583, but body type 2 has 584"),
        (struct.pack("<HI", 3, 584), "body length 584, but body type 3 has 648"),
    ],
)
def test_parse__version_5_descriptor_wrong__is_refused(
    make_platform: Callable[..., SimulatedPlatform], bound: bytes, descriptor: bytes, reason: str
) -> None:
    quote = make_platform(envelope=V5_TD_10).quote(bound)
    assert parse(quote).body_type is BodyType.TD_10
    with pytest.raises(QuoteInvalid, match=reason):
        parse(written(quote, 48, descriptor))


def test_parse__version_5_td_body_with_sgx_tee_type__is_refused(
    make_platform: Callable[..., SimulatedPlatform], bound: bytes
) -> None:
    quote = make_platform(envelope=replace(V5_TD_10, tee_type=0)).quote(bound)
    with pytest.raises(QuoteInvalid, match="body type 2 contradicts TEE type 0x0"):
        parse(quote)


def test_pem_chain__nul_terminated__is_without_the_nul(
    make_platform: Callable[..., SimulatedPlatform], bound: bytes
) -> None:
    terminated = make_platform(envelope=Envelope(chain_end=b"\0"))
    parsed = parse(terminated.quote(bound))
    assert parsed.evidence.certification_data.endswith(b"-----\n\0")
    assert parsed.pem_chain.endswith(b"-----\n")


@pytest.mark.parametrize("number", [1, 2, 3, 4, 7])
def test_pem_chain__other_certification_type__is_empty(
    make_platform: Callable[..., SimulatedPlatform], bound: bytes, number: int
) -> None:
    parsed = parse(make_platform(envelope=Envelope(inner_type=number)).quote(bound))
    assert parsed.evidence.certification_type == number
    assert parsed.pem_chain == b""


def test_qe_report_data__sound_platform__binds_the_attestation_key(quote: bytes) -> None:
    parsed = parse(quote)
    expected = hashlib.sha256(parsed.attestation_key + parsed.evidence.qe_auth_data).digest()
    assert parsed.qe_report_data == expected + bytes(32)

"""The bytes of a DCAP quote, taken apart. Nothing here decides whether a quote is genuine.

Sources: Intel, "SGX ECDSA Quote Generation Library API", appendix A.4 (version 3); Intel, "TDX
DCAP Quoting Library API", appendix A.3 (version 4) and A.4 (version 5). Integers are
little-endian; keys are x ‖ y and signatures r ‖ s, big-endian, without prefix.

    quote          = signed region ‖ u32 length ‖ authentication data
    signed region  = header ‖ [version 5: u16 body type ‖ u32 body length] ‖ body
    authentication = signature ‖ attestation key ‖ evidence                      (version 3)
                   | signature ‖ attestation key ‖ u16 6 ‖ u32 length ‖ evidence (version 4, 5)
    evidence       = QE report ‖ its signature ‖ u16 length ‖ QE authentication data
                   ‖ u16 certification type ‖ u32 length ‖ certification data
"""

import struct
from dataclasses import dataclass, field
from enum import IntEnum

from attestor.errors import QuoteInvalid
from attestor.quote.reader import Reader

MAX_QUOTE_BYTES = 16_384
"""Real quotes have 4,600 to 5,006 bytes, and are delivered padded to 8,000 at most."""

HEADER = struct.Struct("<HHIHH16s20s")
"""Offset 0 version, 2 attestation key type, 4 TEE type, 8 QE SVN, 10 PCE SVN, 12 QE vendor id,
28 user data; 48 bytes in all versions."""

SGX_TEE, TDX_TEE = 0x00, 0x81
ECDSA_P256, ECDSA_P384 = 2, 3
PCK_CHAIN, QE_REPORT = 5, 6
CERTIFICATION_TYPES = frozenset({1, 2, 3, 4, PCK_CHAIN, 7})
"""What a certification type may be inside of the evidence: 1 to 3 name the machine by its PPID,
4 and 5 hold certificates, 7 is a platform manifest."""

SIGNATURE_BYTES = KEY_BYTES = 64
ENCLAVE_REPORT_BYTES = 384
_CBOR_FROM = 0x80
"""Arrays, maps and tags of CBOR start with a byte from here on; versions of quotes do not."""


class BodyType(IntEnum):
    """The kind of report in a quote, with the numbers of version 5."""

    SGX = 1
    TD_10 = 2
    TD_15 = 3


BODY_BYTES = {BodyType.SGX: ENCLAVE_REPORT_BYTES, BodyType.TD_10: 584, BodyType.TD_15: 648}
REPORT_DATA = {
    BodyType.SGX: slice(320, 384),
    BodyType.TD_10: slice(520, 584),
    BodyType.TD_15: slice(520, 584),
}
"""Where report data is within the body."""

_TD_15_EX = 4


@dataclass(frozen=True)
class Header:
    """The first 48 bytes. `vendor_id` has 16 bytes, `user_data` 20."""

    version: int
    attestation_key_type: int
    tee_type: int
    qe_svn: int
    pce_svn: int
    vendor_id: bytes
    user_data: bytes


@dataclass(frozen=True)
class Evidence:
    """Why the attestation key is to be believed: the quoting enclave's report, signed by the
    machine's PCK, and what leads to that key's certificate."""

    qe_report: bytes = field(repr=False)
    qe_report_signature: bytes = field(repr=False)
    qe_auth_data: bytes = field(repr=False)
    certification_type: int
    certification_data: bytes = field(repr=False)


@dataclass(frozen=True)
class Quote:
    """A quote of version 3, 4 or 5. `trimmed` is its exact bytes, without padding after it."""

    header: Header
    body_type: BodyType
    body: bytes = field(repr=False)
    signed_region: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    attestation_key: bytes = field(repr=False)
    evidence: Evidence
    trimmed: bytes = field(repr=False)

    @property
    def version(self) -> int:
        return self.header.version

    @property
    def report_data(self) -> bytes:
        """The 64 bytes that the quoted program chose."""
        return self.body[REPORT_DATA[self.body_type]]

    @property
    def qe_report_data(self) -> bytes:
        """64 bytes: sha256(attestation key ‖ QE authentication data), then zeros."""
        return self.evidence.qe_report[REPORT_DATA[BodyType.SGX]]

    @property
    def pem_chain(self) -> bytes:
        """The PCK certificate and its issuers as PEM text; empty for other evidence."""
        if self.evidence.certification_type != PCK_CHAIN:
            return b""
        return self.evidence.certification_data.rstrip(b"\0")


def parse(raw: bytes) -> Quote:
    """The quote at the start of `raw`, which may be zero-padded after it.

    Raises `QuoteInvalid` for everything else, whatever the bytes are.
    """
    if len(raw) > MAX_QUOTE_BYTES:
        raise QuoteInvalid(f"quote of {len(raw)} bytes, at most {MAX_QUOTE_BYTES}")
    reader = Reader(bytes(raw))
    header = _header(reader)
    body_type = _body_type(reader, header)
    body = reader.take(BODY_BYTES[body_type], "body")
    signed_region = reader.before
    authentication = reader.part(reader.u32("authentication data's length"), "authentication data")
    _require_padding(reader)
    signature = authentication.take(SIGNATURE_BYTES, "quote signature")
    attestation_key = authentication.take(KEY_BYTES, "attestation key")
    return Quote(
        header=header,
        body_type=body_type,
        body=body,
        signed_region=signed_region,
        signature=signature,
        attestation_key=attestation_key,
        evidence=_evidence(_unwrap(authentication, header.version)),
        trimmed=reader.before,
    )


def _header(reader: Reader) -> Header:
    first = reader.peek()
    if first is not None and first >= _CBOR_FROM:
        raise QuoteInvalid(
            f"quote starts with byte {first:#04x}: not a DCAP quote, perhaps CBOR",
            hint="DICE-based (CBOR) quotes are not supported; configure the host for ECDSA quotes",
        )
    header = Header(*HEADER.unpack(reader.take(HEADER.size, "header")))
    if header.version not in (3, 4, 5):
        raise QuoteInvalid(f"quote version {header.version}: only 3, 4 and 5 are known")
    if header.attestation_key_type != ECDSA_P256:
        name = " (ECDSA P-384)" if header.attestation_key_type == ECDSA_P384 else ""
        raise QuoteInvalid(
            f"attestation key type {header.attestation_key_type}{name}: only 2 (P-256) is read"
        )
    if header.tee_type not in (SGX_TEE, TDX_TEE):
        raise QuoteInvalid(
            f"TEE type {header.tee_type:#x}: only 0x0 (SGX) and 0x81 (TDX) are known"
        )
    return header


def _body_type(reader: Reader, header: Header) -> BodyType:
    """Implied by the TEE type up to version 4, said by a descriptor in version 5."""
    is_tdx = header.tee_type == TDX_TEE
    if header.version == 3 and is_tdx:
        raise QuoteInvalid("quote of version 3 with TEE type 0x81: version 3 is for SGX only")
    if header.version < 5:
        return BodyType.TD_10 if is_tdx else BodyType.SGX
    number = reader.u16("body type")
    size = reader.u32("body length")
    if number == _TD_15_EX:
        raise QuoteInvalid("body type 4 (TD 1.5 extended) is not supported")
    if number not in list(BodyType):
        raise QuoteInvalid(f"body type {number} is unknown")
    body_type = BodyType(number)
    if (body_type is not BodyType.SGX) != is_tdx:
        raise QuoteInvalid(f"body type {number} contradicts TEE type {header.tee_type:#x}")
    if size != BODY_BYTES[body_type]:
        raise QuoteInvalid(
            f"body length {size}, but body type {number} has {BODY_BYTES[body_type]} bytes"
        )
    return body_type


def _unwrap(authentication: Reader, version: int) -> Reader:
    """The evidence, without the certification data around it that version 3 lacks."""
    if version == 3:
        return authentication
    outer_type = authentication.u16("outer certification type")
    if outer_type != QE_REPORT:
        raise QuoteInvalid(f"outer certification type {outer_type}, expected {QE_REPORT}")
    size = authentication.u32("outer certification data's length")
    evidence = authentication.part(size, "outer certification data")
    authentication.require_end("authentication data")
    return evidence


def _evidence(reader: Reader) -> Evidence:
    qe_report = reader.take(ENCLAVE_REPORT_BYTES, "QE report")
    qe_report_signature = reader.take(SIGNATURE_BYTES, "QE report signature")
    qe_auth_data = reader.take(reader.u16("QE authentication data's length"), "QE auth. data")
    certification_type = reader.u16("certification type")
    if certification_type not in CERTIFICATION_TYPES:
        raise QuoteInvalid(f"certification type {certification_type} is unknown")
    size = reader.u32("certification data's length")
    certification_data = reader.take(size, "certification data")
    reader.require_end("certification data")
    return Evidence(
        qe_report, qe_report_signature, qe_auth_data, certification_type, certification_data
    )


def _require_padding(reader: Reader) -> None:
    """Hosts deliver quotes in buffers of fixed size; only zeros may follow the quote there."""
    if any(reader.after):
        raise QuoteInvalid(
            f"{len(reader.after)} bytes after the quote's end at {len(reader.before)} are not zero"
        )

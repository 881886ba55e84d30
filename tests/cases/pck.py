"""Rows about what certificates say: names, extensions, and Intel's own extension of the PCK."""

from typing import Any

from cases.case import GOOD, REFUSED, SGX_V3, TDX_V5_15, Case

from attestor.quote.simulated.certificate import (
    AUTHORITY_KEY_ID,
    BASIC_CONSTRAINTS,
    KEY_USAGE,
    SGX,
    SUBJECT_KEY_ID,
)
from attestor.quote.simulated.der import SgxExtensionShape, integer, octets


def shape(which: str, **fields: object) -> dict[str, object]:
    return {"certificates": {which: fields}}


def extension(**fields: Any) -> dict[str, object]:
    return {"machine": {"extension": SgxExtensionShape(**fields)}}


SHAPES = [
    Case("Processor CA", GOOD, GOOD, parts={"machine": {"authority": "Processor"}}),
    Case(
        "Processor CA, SGX v3",
        GOOD,
        GOOD,
        sound=SGX_V3,
        parts={"machine": {"authority": "Processor"}},
    ),
    Case(
        "Processor CA, TD 1.5 v5",
        GOOD,
        GOOD,
        sound=TDX_V5_15,
        parts={"machine": {"authority": "Processor"}},
    ),
    Case(
        "PCK signed by the root",
        REFUSED,
        "QuoteRefused",
        parts=shape("pck", signer="Intel SGX Root CA"),
        contract="CertificateSignatureInvalid",
    ),
    Case(
        "PCK signed by nobody known",
        REFUSED,
        "QuoteRefused",
        parts=shape("pck", signer="nobody"),
        contract="CertificateSignatureInvalid",
    ),
    Case(
        "PCK names another issuer",
        REFUSED,
        "QuoteRefused",
        parts=shape("pck", issuer_name="Intel SGX Root CA"),
        contract="IssuerMismatch",
    ),
    Case(
        "PCK is an authority",
        REFUSED,
        "QuoteRefused",
        parts=shape("pck", authority=True),
        contract="LeafIsAuthority",
    ),
    Case(
        "PCK is an authority that signs data",
        REFUSED,
        "QuoteRefused",
        parts=shape("pck", authority=True, usage=False),
        contract="LeafIsAuthority",
    ),
    Case(
        "PCK signed over SHA-384",
        REFUSED,
        "QuoteRefused",
        parts=shape("pck", long_digest=True),
        contract="CertificateAlgorithmRefused",
    ),
    Case(
        "PCK with a key of P-384",
        REFUSED,
        "QuoteRefused",
        parts=shape("pck", long_key=True),
        contract="CertificateKeyRefused",
    ),
    Case(
        "PCK without key usage",
        GOOD,
        "QuoteRefused",
        "not for signatures",
        parts=shape("pck", without=frozenset({KEY_USAGE})),
        contract="CertificateMalformed",
    ),
    Case(
        "PCK without basic constraints",
        GOOD,
        "QuoteRefused",
        "no authority",
        parts=shape("pck", without=frozenset({BASIC_CONSTRAINTS})),
        contract="CertificateMalformed",
    ),
    Case(
        "PCK without authority key id",
        GOOD,
        "QuoteRefused",
        "issuer's key",
        parts=shape("pck", without=frozenset({AUTHORITY_KEY_ID})),
        contract="CertificateMalformed",
    ),
    Case(
        "PCK without subject key id",
        GOOD,
        GOOD,
        parts=shape("pck", without=frozenset({SUBJECT_KEY_ID})),
    ),
    Case(
        "PCK without SGX extension",
        REFUSED,
        "QuoteRefused",
        parts=shape("pck", without=frozenset({SGX})),
        contract="LeafNotPck",
    ),
    Case("PCK with an unknown extension", GOOD, GOOD, parts=shape("pck", unknown=False)),
    Case(
        "PCK with an unknown critical extension",
        REFUSED,
        "QuoteRefused",
        parts=shape("pck", unknown=True),
        contract="CriticalExtensionUnknown",
    ),
    Case("PCK of another name", GOOD, GOOD, parts=shape("pck", common_name="SIMULATED PCK")),
    Case(
        "PCK CA of another name",
        GOOD,
        "CollateralInvalid",
        "PCK CRL is issued by",
        parts=shape("pck_ca", common_name="Intel SGX PCK Other CA"),
        contract="CollateralUnknown",
        refused={"uploadPckCa": "CommonNameRefused", "uploadPckCrl": "AuthorityUnknown"},
    ),
    Case(
        "PCK CA is no authority",
        REFUSED,
        "QuoteRefused",
        parts=shape("pck_ca", authority=False),
        contract="CollateralUnknown",
        refused={"uploadPckCa": "KeyUsageRefused", "uploadPckCrl": "AuthorityUnknown"},
    ),
    Case(
        "PCK CA signed by nobody known",
        REFUSED,
        "QuoteRefused",
        parts=shape("pck_ca", signer="nobody"),
        contract="CollateralUnknown",
        refused={"uploadPckCa": "SignatureInvalid", "uploadPckCrl": "AuthorityUnknown"},
    ),
    Case(
        "TCB signing of another name",
        GOOD,
        "CollateralInvalid",
        "TCB info is issued by",
        parts=shape("tcb_signing", common_name="Intel SGX TCB Other"),
        contract="CollateralUnknown",
        refused={
            "uploadTcbSigning": "CommonNameRefused",
            "uploadTcbInfo": "TcbSigningMissing",
            "uploadQeIdentity": "TcbSigningMissing",
        },
    ),
    Case(
        "TCB signing signed by nobody known",
        REFUSED,
        "QuoteRefused",
        parts=shape("tcb_signing", signer="nobody"),
        contract="CollateralUnknown",
        refused={
            "uploadTcbSigning": "SignatureInvalid",
            "uploadTcbInfo": "TcbSigningMissing",
            "uploadQeIdentity": "TcbSigningMissing",
        },
    ),
]
EXTENSION = [
    *(
        Case(
            f"SGX extension without {what}",
            REFUSED,
            "QuoteRefused",
            parts=extension(without=frozenset({suffix})),
            contract="CertificateMalformed",
        )
        for suffix, what in {
            "1": "PPID",
            "2": "TCB",
            "2.17": "PCE SVN",
            "2.18": "CPU SVN",
            "3": "PCE id",
            "4": "FMSPC",
        }.items()
    ),
    Case(
        "SGX extension without SGX type",
        REFUSED,
        "QuoteRefused",
        parts=extension(without=frozenset({"5"})),
        contract=GOOD,
    ),
    *(
        Case(
            f"SGX extension without component {number}",
            GOOD,
            "QuoteRefused",
            "no TCB component",
            parts=extension(without=frozenset({f"2.{number}"})),
            contract="CertificateMalformed",
        )
        for number in (1, 16)
    ),
    Case(
        "SGX extension without configuration",
        GOOD,
        GOOD,
        parts=extension(without=frozenset({"6", "7"})),
    ),
    Case(
        "SGX extension with FMSPC twice",
        GOOD,
        GOOD,
        parts=extension(repeated=frozenset({"4"})),
    ),
    Case(
        "SGX extension backwards",
        GOOD,
        "QuoteRefused",
        "no PPID",
        parts=extension(backwards=True),
        contract="CertificateMalformed",
    ),
    Case(
        "FMSPC of 5 bytes",
        REFUSED,
        "QuoteRefused",
        parts=extension(values=(("4", octets(b"SIMDE")),)),
        contract="CertificateMalformed",
    ),
    Case(
        "FMSPC of 7 bytes",
        REFUSED,
        "QuoteRefused",
        parts=extension(values=(("4", octets(b"SIMDEV2")),)),
        contract="CertificateMalformed",
    ),
    Case(
        "PCE id of 1 byte",
        GOOD,
        "QuoteRefused",
        parts=extension(values=(("3", octets(b"\0")),)),
        contract="CertificateMalformed",
    ),
    Case(
        "PPID of 15 bytes",
        GOOD,
        "QuoteRefused",
        "15 bytes",
        parts=extension(values=(("1", octets(bytes(15))),)),
        contract="CertificateMalformed",
    ),
    Case(
        "component SVN of 256",
        GOOD,
        "QuoteRefused",
        "between 0 and 255",
        parts=extension(values=(("2.1", integer(256)),)),
        contract="CertificateMalformed",
    ),
    Case(
        "component SVN that is no integer",
        GOOD,
        "QuoteRefused",
        "no TCB component 1",
        parts=extension(values=(("2.1", octets(b"\4")),)),
        contract="CertificateMalformed",
    ),
    Case(
        "PCE SVN of 65536",
        REFUSED,
        "QuoteRefused",
        parts=extension(values=(("2.17", integer(65536)),)),
        contract="CertificateMalformed",
    ),
    Case(
        "CPU SVN unlike its components",
        "OutOfDate",
        "TcbStatusRefused",
        parts=extension(values=(("2.18", octets(bytes(16))),)),
        contract=GOOD,
    ),
    Case(
        "component SVN in two bytes",
        GOOD,
        GOOD,
        parts={"machine": {"cpu_svn": (200, 4, 2, 2, 3, 1, 0, 3, *bytes(8))}},
    ),
    Case(
        "all SVNs as high as dcap-qvl reads",
        GOOD,
        GOOD,
        parts={"machine": {"cpu_svn": (255,) * 16, "pce_svn": 32767}},
    ),
    Case(
        "PCE SVN of 65535",
        REFUSED,
        "QuoteRefused",
        "PceSvn",
        parts={"machine": {"pce_svn": 65535}},
        contract=GOOD,
    ),
    Case(
        "static platform without cached keys",
        GOOD,
        GOOD,
        parts={"machine": {"configuration": (False, False, False)}},
    ),
]
CASES = [*SHAPES, *EXTENSION]

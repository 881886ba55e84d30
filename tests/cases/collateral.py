"""Rows about collateral: out of time, of another platform, malformed, signed by the wrong key."""

from cases.case import GOOD, REFUSED, SGX_V3, TDX_V5_15, Case, in_all_forms

from attestor.quote.simulated.issued import CrlShape, DocumentShape, QeIdentity


def issued(**fields: object) -> dict[str, object]:
    return {"issued": fields}


def tcb_info(**values: object) -> dict[str, object]:
    return issued(tcb_info=DocumentShape(values=tuple(values.items())))


def qe_identity(**values: object) -> dict[str, object]:
    return issued(qe_identity_document=DocumentShape(values=tuple(values.items())))


TIMES = [
    *in_all_forms(
        Case(
            "TCB info expired",
            REFUSED,
            "CollateralExpired",
            "TCB info",
            parts=issued(tcb_info_valid_for=-1),
            contract="CollateralExpired",
        ),
        Case(
            "QE identity expired",
            REFUSED,
            "CollateralExpired",
            "QE identity",
            parts=issued(qe_identity_valid_for=-1),
            contract="CollateralExpired",
        ),
        Case(
            "root CRL expired",
            REFUSED,
            "CollateralExpired",
            "root CRL",
            parts=issued(root_crl_valid_for=-1),
            contract="CollateralExpired",
        ),
        Case(
            "PCK CRL expired",
            REFUSED,
            "CollateralExpired",
            "PCK CRL",
            parts=issued(pck_crl_valid_for=-1),
            contract="CollateralExpired",
        ),
    ),
    Case(
        "TCB info ends now",
        GOOD,
        "CollateralExpired",
        "TCB info",
        parts=issued(tcb_info_valid_for=0),
    ),
    Case("TCB info ends in 1 s", GOOD, GOOD, parts=issued(tcb_info_valid_for=1)),
]
OTHER_PLATFORM = [
    *in_all_forms(
        Case(
            "TCB info of another FMSPC",
            REFUSED,
            "QuoteRefused",
            "Fmspc",
            parts=issued(fmspc=b"OTHERS"),
            contract="CollateralUnknown",
        ),
        Case(
            "TCB info of another PCE",
            GOOD,
            "QuoteRefused",
            "PCE 0001",
            parts=issued(pce_id=b"\0\1"),
            contract="PceIdMismatch",
        ),
    ),
    Case("machine of another PCE", GOOD, GOOD, parts={"machine": {"pce_id": b"\1\0"}}),
    Case(
        "SGX's TCB info for a TD",
        REFUSED,
        "QuoteRefused",
        parts=issued(tcb_info_id="SGX"),
        contract="CollateralUnknown",
    ),
    Case(
        "SGX's TCB info for a TD 1.5",
        REFUSED,
        "QuoteRefused",
        sound=TDX_V5_15,
        parts=issued(tcb_info_id="SGX"),
        contract="CollateralUnknown",
    ),
    Case(
        "TDX's TCB info for an enclave",
        REFUSED,
        "QuoteRefused",
        sound=SGX_V3,
        parts=issued(tcb_info_id="TDX"),
        contract="CollateralUnknown",
    ),
    Case(
        "SGX's QE identity for a TD",
        REFUSED,
        "QuoteRefused",
        parts=issued(qe_identity=QeIdentity(id="QE")),
        contract="CollateralUnknown",
    ),
    Case(
        "TDX's QE identity for an enclave",
        REFUSED,
        "QuoteRefused",
        sound=SGX_V3,
        parts=issued(qe_identity=QeIdentity(isv_prod_id=1)),
        contract="CollateralUnknown",
    ),
    Case(
        "QE identity of another signer",
        REFUSED,
        "QuoteRefused",
        parts=issued(qe_identity={"mr_signer": b"\3" * 32}),
        contract="QeSignerRefused",
    ),
]
PCK = ("pck", "pck_ca", "root")
SIGNED = [
    Case(
        "TCB info signed by the PCK, with its chain",
        GOOD,
        "CollateralInvalid",
        "is issued by 'Intel SGX PCK Certificate'",
        parts=issued(tcb_info=DocumentShape(signer="pck", chain=PCK)),
        contract="CollateralUnknown",
        refused={
            "uploadTcbSigning": "IssuerNameMismatch",
            "uploadTcbInfo": "TcbSigningMissing",
            "uploadQeIdentity": "TcbSigningMissing",
        },
    ),
    Case(
        "QE identity signed by the PCK, with its chain",
        GOOD,
        "CollateralInvalid",
        "is issued by 'Intel SGX PCK Certificate'",
        parts=issued(qe_identity_document=DocumentShape(signer="pck", chain=PCK)),
        contract="CollateralUnknown",
        refused={"uploadQeIdentity": "SignatureInvalid"},
    ),
    Case(
        "TCB info signed by the PCK CA, with its chain",
        REFUSED,
        "CollateralInvalid",
        "Platform CA",
        parts=issued(tcb_info=DocumentShape(signer="pck_ca", chain=PCK[1:])),
        contract="CollateralUnknown",
        refused={
            "uploadTcbSigning": "CommonNameRefused",
            "uploadTcbInfo": "TcbSigningMissing",
            "uploadQeIdentity": "TcbSigningMissing",
        },
    ),
    Case(
        "TCB info signed by the root, with its chain",
        REFUSED,
        "CollateralInvalid",
        "Root CA",
        parts=issued(tcb_info=DocumentShape(signer="root", chain=("root",))),
        contract="CollateralUnknown",
        refused={
            "uploadTcbSigning": "CommonNameRefused",
            "uploadTcbInfo": "TcbSigningMissing",
            "uploadQeIdentity": "TcbSigningMissing",
        },
    ),
    Case(
        "TCB info changed after signing",
        REFUSED,
        "QuoteRefused",
        "Signature",
        parts=issued(tcb_info=DocumentShape(altered=True)),
        contract="CollateralUnknown",
        refused={"uploadTcbInfo": "SignatureInvalid"},
    ),
    Case(
        "TCB info signed by the root",
        REFUSED,
        "QuoteRefused",
        "Signature",
        parts=issued(tcb_info=DocumentShape(signer="root")),
        contract="CollateralUnknown",
        refused={"uploadTcbInfo": "SignatureInvalid"},
    ),
    Case(
        "TCB info signed by the PCK",
        REFUSED,
        "QuoteRefused",
        "Signature",
        parts=issued(tcb_info=DocumentShape(signer="pck")),
        contract="CollateralUnknown",
        refused={"uploadTcbInfo": "SignatureInvalid"},
    ),
    Case(
        "QE identity changed after signing",
        REFUSED,
        "QuoteRefused",
        "Signature",
        parts=issued(qe_identity_document=DocumentShape(altered=True)),
        contract="CollateralUnknown",
        refused={"uploadQeIdentity": "SignatureInvalid"},
    ),
    Case(
        "QE identity signed by the PCK CA",
        REFUSED,
        "QuoteRefused",
        "Signature",
        parts=issued(qe_identity_document=DocumentShape(signer="pck_ca")),
        contract="CollateralUnknown",
        refused={"uploadQeIdentity": "SignatureInvalid"},
    ),
    Case(
        "root CRL changed",
        REFUSED,
        "QuoteRefused",
        parts=issued(root_crl=CrlShape(altered=True)),
        contract=GOOD,
        refused={"uploadRootCrl": "SignatureInvalid"},
    ),
    Case(
        "PCK CRL changed",
        REFUSED,
        "QuoteRefused",
        parts=issued(pck_crl=CrlShape(altered=True)),
        contract="CollateralUnknown",
        refused={"uploadPckCrl": "SignatureInvalid"},
    ),
]
FORM = [
    Case(
        "TCB info of version 2",
        REFUSED,
        "QuoteRefused",
        parts=tcb_info(version=2),
        contract="CollateralUnknown",
        refused={"uploadTcbInfo": "JsonVersionRefused"},
    ),
    Case(
        "TCB info of version 4",
        GOOD,
        GOOD,
        parts=tcb_info(version=4),
        contract="CollateralUnknown",
        refused={"uploadTcbInfo": "JsonVersionRefused"},
    ),
    Case(
        "TCB info with an unknown key",
        GOOD,
        GOOD,
        parts=tcb_info(novelty=1),
        contract="CollateralUnknown",
        refused={"uploadTcbInfo": "JsonKeyUnknown"},
    ),
    Case(
        "TCB info without levels",
        REFUSED,
        "QuoteRefused",
        parts=tcb_info(tcbLevels=[]),
        contract="CollateralUnknown",
        refused={"uploadTcbInfo": "TcbLevelCountRefused"},
    ),
    Case(
        "TCB info without FMSPC",
        REFUSED,
        "QuoteRefused",
        parts=tcb_info(fmspc=""),
        contract="CollateralUnknown",
        refused={"uploadTcbInfo": "JsonHexRefused"},
    ),
    Case(
        "TCB info without dates",
        REFUSED,
        "CollateralInvalid",
        parts=tcb_info(nextUpdate=""),
        contract="CollateralUnknown",
        refused={"uploadTcbInfo": "JsonDateRefused"},
    ),
    Case(
        "TCB info that ends before it begins",
        REFUSED,
        "CollateralExpired",
        parts=issued(tcb_info_valid_for=-200_000),
        contract="CollateralUnknown",
        refused={"uploadTcbInfo": "CollateralExpired"},
    ),
    Case(
        "QE identity of version 3",
        GOOD,
        GOOD,
        parts=issued(qe_identity={"version": 3}),
        contract="CollateralUnknown",
        refused={"uploadQeIdentity": "JsonVersionRefused"},
    ),
    Case(
        "QE identity of version 1",
        REFUSED,
        "QuoteRefused",
        parts=issued(qe_identity={"version": 1}),
        contract="CollateralUnknown",
        refused={"uploadQeIdentity": "JsonVersionRefused"},
    ),
    Case(
        "QE identity of an unknown enclave",
        REFUSED,
        "QuoteRefused",
        parts=issued(qe_identity={"id": "QVE"}),
        contract="CollateralUnknown",
        refused={"uploadQeIdentity": "JsonIdRefused"},
    ),
    Case(
        "QE identity without levels",
        REFUSED,
        "QuoteRefused",
        parts=qe_identity(tcbLevels=[]),
        contract="CollateralUnknown",
        refused={"uploadQeIdentity": "TcbLevelCountRefused"},
    ),
    Case(
        "QE identity with an unknown key",
        GOOD,
        GOOD,
        parts=qe_identity(novelty=1),
        contract="CollateralUnknown",
        refused={"uploadQeIdentity": "JsonKeyUnknown"},
    ),
    Case(
        "root CRL without number",
        GOOD,
        GOOD,
        parts=issued(root_crl=CrlShape(numbered=False)),
        refused={"uploadRootCrl": "CertificateMalformed"},
    ),
    Case(
        "PCK CRL without number",
        GOOD,
        GOOD,
        parts=issued(pck_crl=CrlShape(numbered=False)),
        contract="CollateralUnknown",
        refused={"uploadPckCrl": "CertificateMalformed"},
    ),
    Case(
        "PCK CRL without authority key id",
        GOOD,
        GOOD,
        parts=issued(pck_crl=CrlShape(identified=False)),
        contract="CollateralUnknown",
        refused={"uploadPckCrl": "CertificateMalformed"},
    ),
]
CASES = [*TIMES, *OTHER_PLATFORM, *SIGNED, *FORM]

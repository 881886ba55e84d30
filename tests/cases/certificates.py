"""Rows about the chain of certificates: of other people, forged, revoked, out of time."""

from cases.case import GOOD, NOW, REFUSED, Case, in_all_forms

from attestor.quote.simulated.variation import Forgery


def chain(*names: str, end: bytes = b"") -> dict[str, object]:
    return {"envelope": {"chain": names, "chain_end": end}}


def forged(*names: str, key_ids: str) -> dict[str, object]:
    return {**chain(*names), "forgery": Forgery(key_ids=key_ids)}


def shape(which: str, **fields: object) -> dict[str, object]:
    return {"certificates": {which: fields}}


def issued(**fields: object) -> dict[str, object]:
    return {"issued": fields}


CHAINS = [
    Case(
        "empty chain",
        REFUSED,
        "QuoteRefused",
        parts=chain(),
        contract="PemInvalid",
        compact="QuoteNotCompactable",
    ),
    Case(
        "chain of the PCK alone",
        REFUSED,
        "QuoteRefused",
        parts=chain("pck"),
        contract=GOOD,
    ),
    Case("chain without root", GOOD, GOOD, parts=chain("pck", "pck_ca")),
    Case(
        "chain reversed",
        REFUSED,
        "QuoteRefused",
        parts=chain("root", "pck_ca", "pck"),
        contract="LeafNotPck",
    ),
    Case(
        "chain without PCK",
        REFUSED,
        "QuoteRefused",
        parts=chain("pck_ca", "root"),
        contract="LeafNotPck",
    ),
    Case("chain of four", GOOD, GOOD, parts=chain("pck", "pck_ca", "root", "root")),
    Case(
        "chain with the TCB signing certificate as CA",
        REFUSED,
        "QuoteRefused",
        parts=chain("pck", "tcb_signing", "root"),
        contract=GOOD,
    ),
    Case("NUL after the chain", GOOD, GOOD, parts=chain("pck", "pck_ca", "root", end=b"\0")),
    Case(
        "text after the chain", GOOD, GOOD, parts=chain("pck", "pck_ca", "root", end=b"SIMULATED\n")
    ),
    Case(
        "TCB signing certificate as PCK",
        REFUSED,
        "QuoteRefused",
        parts=chain("tcb_signing", "root"),
        contract="LeafNotPck",
    ),
]
FORGED = [
    *in_all_forms(
        Case(
            "other root under the same names",
            REFUSED,
            "QuoteRefused",
            parts=forged("forged_pck", "forged_pck_ca", "forged_root", key_ids="own"),
            contract="CollateralUnknown",
        ),
        Case(
            "foreign PCK under the true CA",
            REFUSED,
            "QuoteRefused",
            parts=forged("forged_pck", "pck_ca", "root", key_ids="true"),
            contract="CertificateSignatureInvalid",
        ),
    ),
    Case(
        "foreign PCK under the true CA, own key ids",
        REFUSED,
        "QuoteRefused",
        parts=forged("forged_pck", "pck_ca", "root", key_ids="own"),
        contract="CollateralUnknown",
    ),
    Case(
        "foreign PCK under the true CA, no key ids",
        REFUSED,
        "QuoteRefused",
        parts=forged("forged_pck", "pck_ca", "root", key_ids="absent"),
        contract="CertificateMalformed",
    ),
    Case(
        "forged CA with the true key ids",
        REFUSED,
        "QuoteRefused",
        parts=forged("forged_pck", "forged_pck_ca", "root", key_ids="true"),
        contract="CertificateSignatureInvalid",
    ),
    Case(
        "forged CA with its own key ids",
        REFUSED,
        "QuoteRefused",
        parts=forged("forged_pck", "forged_pck_ca", "root", key_ids="own"),
        contract="CollateralUnknown",
    ),
    Case(
        "forged CA without key ids",
        REFUSED,
        "QuoteRefused",
        parts=forged("forged_pck", "forged_pck_ca", "root", key_ids="absent"),
        contract="CertificateMalformed",
    ),
    Case(
        "forged chain with the true key ids",
        REFUSED,
        "QuoteRefused",
        parts=forged("forged_pck", "forged_pck_ca", "forged_root", key_ids="true"),
        contract="CertificateSignatureInvalid",
    ),
    Case(
        "true PCK, QE report signed by another",
        REFUSED,
        "QuoteRefused",
        parts={"forgery": Forgery()},
        contract="QeReportSignatureInvalid",
    ),
]
REVOKED = [
    *in_all_forms(
        Case(
            "PCK revoked",
            REFUSED,
            "QuoteRefused",
            "CertRevoked",
            parts=issued(pck_revoked=True),
            contract="PckRevoked",
        )
    ),
    Case(
        "PCK CA revoked",
        REFUSED,
        "QuoteRefused",
        "CertRevoked",
        parts=issued(pck_ca_revoked=True),
        contract="CollateralRevoked",
    ),
    Case(
        "TCB signing revoked",
        REFUSED,
        "QuoteRefused",
        "CertRevoked",
        parts=issued(tcb_signing_revoked=True),
        contract="CollateralSignerRevoked",
    ),
    Case("44 other machines revoked", GOOD, GOOD, parts=issued(foreign_revocations=44)),
    Case("nobody revoked", GOOD, GOOD, parts=issued(foreign_revocations=0)),
    Case(
        "PCK revoked among 44",
        REFUSED,
        "QuoteRefused",
        "CertRevoked",
        parts=issued(foreign_revocations=44, pck_revoked=True),
        contract="PckRevoked",
    ),
]
TIMES = [
    *in_all_forms(
        Case(
            "PCK expired",
            REFUSED,
            "QuoteRefused",
            "CertExpired",
            parts=shape("pck", not_after=NOW - 1),
            contract="CertificateExpired",
        )
    ),
    Case(
        "PCK not valid yet",
        REFUSED,
        "QuoteRefused",
        "CertNotValidYet",
        parts=shape("pck", not_before=NOW + 60),
        contract="CertificateNotYetValid",
    ),
    Case("PCK ends now", GOOD, GOOD, parts=shape("pck", not_after=NOW)),
    Case("PCK begins now", GOOD, GOOD, parts=shape("pck", not_before=NOW)),
    Case(
        "PCK CA expired",
        REFUSED,
        "CollateralExpired",
        "chain",
        parts=shape("pck_ca", not_after=NOW - 1),
        contract="CollateralExpired",
    ),
    Case(
        "PCK CA not valid yet",
        REFUSED,
        "CollateralExpired",
        "chain",
        parts=shape("pck_ca", not_before=NOW + 60),
        contract="CollateralUnknown",
        refused={"uploadPckCa": "CollateralNotYetValid", "uploadPckCrl": "AuthorityUnknown"},
    ),
    Case(
        "TCB signing expired",
        REFUSED,
        "CollateralExpired",
        "chain",
        parts=shape("tcb_signing", not_after=NOW - 1),
        contract="CollateralExpired",
    ),
    Case(
        "TCB signing not valid yet",
        REFUSED,
        "CollateralExpired",
        "chain",
        parts=shape("tcb_signing", not_before=NOW + 60),
        contract="CollateralUnknown",
        refused={
            "uploadTcbSigning": "CollateralNotYetValid",
            "uploadTcbInfo": "TcbSigningMissing",
            "uploadQeIdentity": "TcbSigningMissing",
        },
    ),
]
CASES = [*CHAINS, *FORGED, *REVOKED, *TIMES]

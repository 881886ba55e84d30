"""Rows about the PCK certificate and what leads to it: forged, revoked, out of time, malformed."""

from matrix.case import GOOD, NOW, REFUSED, SGX_V3, TDX_V5_15, Case, in_all_forms

from attestor.quote.simulated.certificate import (
    AUTHORITY_KEY_ID,
    BASIC_CONSTRAINTS,
    KEY_USAGE,
    SGX,
    SUBJECT_KEY_ID,
)
from attestor.quote.simulated.der import SgxExtensionShape, integer, octets
from attestor.quote.simulated.variation import Forgery


def chain(*names: str, end: bytes = b"") -> dict[str, object]:
    return {"envelope": {"chain": names, "chain_end": end}}


def forged(*names: str, key_ids: str) -> dict[str, object]:
    return {**chain(*names), "forgery": Forgery(key_ids=key_ids)}


def shape(which: str, **fields: object) -> dict[str, object]:
    return {"certificates": {which: fields}}


def extension(**fields: object) -> dict[str, object]:
    return {"machine": {"extension": SgxExtensionShape(**fields)}}


def issued(**fields: object) -> dict[str, object]:
    return {"issued": fields}


CHAINS = [
    Case("empty chain", REFUSED, "QuoteRefused", parts=chain()),
    Case("chain of the PCK alone", REFUSED, "QuoteRefused", parts=chain("pck")),
    Case("chain without root", GOOD, GOOD, parts=chain("pck", "pck_ca")),
    Case("chain reversed", REFUSED, "QuoteRefused", parts=chain("root", "pck_ca", "pck")),
    Case("chain without PCK", REFUSED, "QuoteRefused", parts=chain("pck_ca", "root")),
    Case("chain of four", GOOD, GOOD, parts=chain("pck", "pck_ca", "root", "root")),
    Case(
        "chain with the TCB signing certificate as CA",
        REFUSED,
        "QuoteRefused",
        parts=chain("pck", "tcb_signing", "root"),
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
    ),
]
FORGED = [
    *in_all_forms(
        Case(
            "other root under the same names",
            REFUSED,
            "QuoteRefused",
            parts=forged("forged_pck", "forged_pck_ca", "forged_root", key_ids="own"),
        ),
        Case(
            "foreign PCK under the true CA",
            REFUSED,
            "QuoteRefused",
            parts=forged("forged_pck", "pck_ca", "root", key_ids="true"),
        ),
    ),
    Case(
        "foreign PCK under the true CA, own key ids",
        REFUSED,
        "QuoteRefused",
        parts=forged("forged_pck", "pck_ca", "root", key_ids="own"),
    ),
    Case(
        "foreign PCK under the true CA, no key ids",
        REFUSED,
        "QuoteRefused",
        parts=forged("forged_pck", "pck_ca", "root", key_ids="absent"),
    ),
    Case(
        "forged CA with the true key ids",
        REFUSED,
        "QuoteRefused",
        parts=forged("forged_pck", "forged_pck_ca", "root", key_ids="true"),
    ),
    Case(
        "forged CA with its own key ids",
        REFUSED,
        "QuoteRefused",
        parts=forged("forged_pck", "forged_pck_ca", "root", key_ids="own"),
    ),
    Case(
        "forged CA without key ids",
        REFUSED,
        "QuoteRefused",
        parts=forged("forged_pck", "forged_pck_ca", "root", key_ids="absent"),
    ),
    Case(
        "forged chain with the true key ids",
        REFUSED,
        "QuoteRefused",
        parts=forged("forged_pck", "forged_pck_ca", "forged_root", key_ids="true"),
    ),
    Case(
        "true PCK, QE report signed by another",
        REFUSED,
        "QuoteRefused",
        parts={"forgery": Forgery()},
    ),
]
REVOKED = [
    *in_all_forms(
        Case("PCK revoked", REFUSED, "QuoteRefused", "CertRevoked", parts=issued(pck_revoked=True))
    ),
    Case(
        "PCK CA revoked", REFUSED, "QuoteRefused", "CertRevoked", parts=issued(pck_ca_revoked=True)
    ),
    Case(
        "TCB signing revoked",
        REFUSED,
        "QuoteRefused",
        "CertRevoked",
        parts=issued(tcb_signing_revoked=True),
    ),
    Case("44 other machines revoked", GOOD, GOOD, parts=issued(foreign_revocations=44)),
    Case("nobody revoked", GOOD, GOOD, parts=issued(foreign_revocations=0)),
    Case(
        "PCK revoked among 44",
        REFUSED,
        "QuoteRefused",
        "CertRevoked",
        parts=issued(foreign_revocations=44, pck_revoked=True),
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
        )
    ),
    Case(
        "PCK not valid yet",
        REFUSED,
        "QuoteRefused",
        "CertNotValidYet",
        parts=shape("pck", not_before=NOW + 60),
    ),
    Case("PCK ends now", GOOD, GOOD, parts=shape("pck", not_after=NOW)),
    Case("PCK begins now", GOOD, GOOD, parts=shape("pck", not_before=NOW)),
    Case(
        "PCK CA expired",
        REFUSED,
        "CollateralExpired",
        "chain",
        parts=shape("pck_ca", not_after=NOW - 1),
    ),
    Case(
        "PCK CA not valid yet",
        REFUSED,
        "CollateralExpired",
        "chain",
        parts=shape("pck_ca", not_before=NOW + 60),
    ),
    Case(
        "TCB signing expired",
        REFUSED,
        "CollateralExpired",
        "chain",
        parts=shape("tcb_signing", not_after=NOW - 1),
    ),
    Case(
        "TCB signing not valid yet",
        REFUSED,
        "CollateralExpired",
        "chain",
        parts=shape("tcb_signing", not_before=NOW + 60),
    ),
]
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
    ),
    Case(
        "PCK signed by nobody known", REFUSED, "QuoteRefused", parts=shape("pck", signer="nobody")
    ),
    Case(
        "PCK names another issuer",
        REFUSED,
        "QuoteRefused",
        parts=shape("pck", issuer_name="Intel SGX Root CA"),
    ),
    Case("PCK is an authority", REFUSED, "QuoteRefused", parts=shape("pck", authority=True)),
    Case("PCK without key usage", GOOD, GOOD, parts=shape("pck", without=frozenset({KEY_USAGE}))),
    Case(
        "PCK without basic constraints",
        GOOD,
        GOOD,
        parts=shape("pck", without=frozenset({BASIC_CONSTRAINTS})),
    ),
    Case(
        "PCK without authority key id",
        GOOD,
        GOOD,
        parts=shape("pck", without=frozenset({AUTHORITY_KEY_ID})),
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
    ),
    Case("PCK with an unknown extension", GOOD, GOOD, parts=shape("pck", unknown=False)),
    Case(
        "PCK with an unknown critical extension",
        REFUSED,
        "QuoteRefused",
        parts=shape("pck", unknown=True),
    ),
    Case("PCK of another name", GOOD, GOOD, parts=shape("pck", common_name="SIMULATED PCK")),
    Case(
        "PCK CA of another name",
        GOOD,
        "CollateralInvalid",
        "PCK CRL is issued by",
        parts=shape("pck_ca", common_name="Intel SGX PCK Other CA"),
    ),
    Case("PCK CA is no authority", REFUSED, "QuoteRefused", parts=shape("pck_ca", authority=False)),
    Case(
        "PCK CA signed by nobody known",
        REFUSED,
        "QuoteRefused",
        parts=shape("pck_ca", signer="nobody"),
    ),
    Case(
        "TCB signing of another name",
        GOOD,
        "CollateralInvalid",
        "TCB info is issued by",
        parts=shape("tcb_signing", common_name="Intel SGX TCB Other"),
    ),
    Case(
        "TCB signing signed by nobody known",
        REFUSED,
        "QuoteRefused",
        parts=shape("tcb_signing", signer="nobody"),
    ),
]
EXTENSION = [
    *(
        Case(
            f"SGX extension without {what}",
            REFUSED,
            "QuoteRefused",
            parts=extension(without=frozenset({suffix})),
        )
        for suffix, what in {
            "1": "PPID",
            "2": "TCB",
            "2.17": "PCE SVN",
            "2.18": "CPU SVN",
            "3": "PCE id",
            "4": "FMSPC",
            "5": "SGX type",
        }.items()
    ),
    *(
        Case(
            f"SGX extension without component {number}",
            GOOD,
            GOOD,
            parts=extension(without=frozenset({f"2.{number}"})),
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
    Case("SGX extension backwards", GOOD, GOOD, parts=extension(backwards=True)),
    Case(
        "FMSPC of 5 bytes",
        REFUSED,
        "QuoteRefused",
        parts=extension(values=(("4", octets(b"SIMDE")),)),
    ),
    Case(
        "FMSPC of 7 bytes",
        REFUSED,
        "QuoteRefused",
        parts=extension(values=(("4", octets(b"SIMDEV2")),)),
    ),
    Case("PCE id of 1 byte", GOOD, "QuoteRefused", parts=extension(values=(("3", octets(b"\0")),))),
    Case(
        "PPID of 15 bytes",
        GOOD,
        GOOD,
        parts=extension(values=(("1", octets(bytes(15))),)),
    ),
    Case(
        "component SVN of 256",
        GOOD,
        GOOD,
        parts=extension(values=(("2.1", integer(256)),)),
    ),
    Case(
        "component SVN that is no integer",
        GOOD,
        GOOD,
        parts=extension(values=(("2.1", octets(b"\4")),)),
    ),
    Case(
        "PCE SVN of 65536",
        REFUSED,
        "QuoteRefused",
        parts=extension(values=(("2.17", integer(65536)),)),
    ),
    Case(
        "CPU SVN unlike its components",
        "OutOfDate",
        "TcbStatusRefused",
        parts=extension(values=(("2.18", octets(bytes(16))),)),
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
    ),
    Case(
        "static platform without cached keys",
        GOOD,
        GOOD,
        parts={"machine": {"configuration": (False, False, False)}},
    ),
]
CASES = [*CHAINS, *FORGED, *REVOKED, *TIMES, *SHAPES, *EXTENSION]

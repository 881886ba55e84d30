"""Rows about the quoting enclave, and about the enclave that an SGX quote is of."""

from cases.case import GOOD, REFUSED, SGX_V3, Case, in_all_forms

from attestor.quote.simulated.issued import QE_MR_SIGNER, IsvLevel, QeIdentity


def flags(value: int) -> bytes:
    """An enclave's attributes: flags, and the usual XFRM."""
    return value.to_bytes(8, "little") + bytes.fromhex("e700000000000000")


def qe(**fields: object) -> dict[str, dict[str, object]]:
    return {"enclave": fields}


def application(**fields: object) -> dict[str, dict[str, object]]:
    return {"application": fields}


IDENTITY = [
    *in_all_forms(
        Case(
            "QE of another signer",
            REFUSED,
            "QuoteRefused",
            parts=qe(mr_signer=QE_MR_SIGNER[::-1]),
            contract="QeSignerRefused",
        ),
        Case(
            "QE of another product",
            REFUSED,
            "QuoteRefused",
            parts=qe(isv_prod_id=3),
            contract="QeProductRefused",
        ),
        Case(
            "debug QE",
            REFUSED,
            "QuoteRefused",
            parts=qe(attributes=flags(0x13)),
            contract="QeDebugRefused",
        ),
        Case("QE out of date", "OutOfDate", "TcbStatusRefused", "OutOfDate", parts=qe(isv_svn=6)),
        Case(
            "QE below all levels",
            REFUSED,
            "QuoteRefused",
            parts=qe(isv_svn=5),
            contract="QeSvnRefused",
        ),
    ),
    Case(
        "SGX's QE for a TD",
        REFUSED,
        "QuoteRefused",
        parts=qe(isv_prod_id=1),
        contract="QeProductRefused",
    ),
    Case(
        "TDX's QE for an enclave",
        REFUSED,
        "QuoteRefused",
        sound=SGX_V3,
        parts=qe(isv_prod_id=2),
        contract="QeProductRefused",
    ),
    Case(
        "QE with misc select",
        REFUSED,
        "QuoteRefused",
        parts=qe(misc_select=1),
        contract="QeMiscSelectRefused",
    ),
    Case(
        "QE without provisioning key",
        REFUSED,
        "QuoteRefused",
        parts=qe(attributes=flags(0x01)),
        contract="QeAttributesRefused",
    ),
    Case(
        "QE with flag MODE64, which the mask leaves free",
        GOOD,
        GOOD,
        parts=qe(attributes=flags(0x15)),
    ),
    Case("QE between two levels", "OutOfDate", "TcbStatusRefused", parts=qe(isv_svn=7)),
    Case("QE above all levels", GOOD, GOOD, parts=qe(isv_svn=65535)),
    Case(
        "QE levels in another order",
        "OutOfDate",
        "TcbStatusRefused",
        parts={"issued": {"qe_identity": {"levels": QeIdentity().levels[::-1]}}},
        contract=GOOD,
    ),
    Case(
        "QE of a revoked level",
        REFUSED,
        "QuoteRefused",
        parts={"issued": {"qe_identity": {"levels": (IsvLevel(8, "Revoked"),)}}},
        contract="TcbRevoked",
    ),
]
BINDING = [
    *in_all_forms(
        Case(
            "QE vouches for another key",
            REFUSED,
            "QuoteRefused",
            parts=qe(bound=b"\2" * 32),
            contract="QeReportDataMismatch",
        ),
        Case(
            "tail of QE report data not zero",
            GOOD,
            "QuoteRefused",
            "second half",
            parts=qe(report_data_tail=bytes(31) + b"\1"),
            contract="QeReportDataTailNotZero",
        ),
    ),
    Case(
        "no QE authentication data",
        REFUSED,
        "QuoteRefused",
        parts=qe(auth_data=b""),
        contract="AuthenticationLengthRefused",
        compact="QuoteNotCompactable",
    ),
    Case(
        "31 bytes of QE authentication data",
        REFUSED,
        "QuoteRefused",
        parts=qe(auth_data=bytes(31)),
        contract="AuthenticationLengthRefused",
        compact="QuoteNotCompactable",
    ),
    Case(
        "64 bytes of QE authentication data",
        REFUSED,
        "QuoteRefused",
        parts=qe(auth_data=bytes(64)),
        contract="AuthenticationLengthRefused",
        compact="QuoteNotCompactable",
    ),
]
APPLICATION = [
    Case(
        "debug enclave",
        REFUSED,
        "MeasurementRefused",
        "debug",
        SGX_V3,
        application(attributes=flags(0x07)),
        contract="EnclaveDebugRefused",
    ),
    Case(
        "enclave that is not initialised",
        GOOD,
        "MeasurementRefused",
        "initialised",
        SGX_V3,
        application(attributes=flags(0x04)),
        contract="EnclaveNotInitialized",
    ),
    Case(
        "enclave with the provisioning key",
        GOOD,
        "MeasurementRefused",
        "keys",
        SGX_V3,
        application(attributes=flags(0x15)),
        contract="EnclaveKeysRefused",
    ),
    Case(
        "enclave with the launch key",
        GOOD,
        "MeasurementRefused",
        "keys",
        SGX_V3,
        application(attributes=flags(0x25)),
        contract="EnclaveKeysRefused",
    ),
    Case(
        "enclave with key separation", GOOD, GOOD, "", SGX_V3, application(attributes=flags(0x85))
    ),
    Case(
        "enclave of product 65535 and SVN 65535",
        GOOD,
        GOOD,
        "",
        SGX_V3,
        application(isv_prod_id=65535, isv_svn=65535),
    ),
    Case("enclave with misc select", GOOD, GOOD, "", SGX_V3, application(misc_select=1)),
]
CASES = [*IDENTITY, *BINDING, *APPLICATION]

"""The compact form of a quote: only what the DcapVerifier contract needs.

    signed region ‖ signature (64) ‖ attestation key (64) ‖ QE report (384) ‖ QE report signature
    (64) ‖ QE authentication data (32) ‖ PCK certificate as DER (the rest)

No lengths and no types: the signed region's own header fixes its length, everything else but the
certificate has one length only. No PEM and no CA certificates: the contract's CollateralStore
knows them. About half of the bytes, so half of the price of calldata.
"""

import base64
import binascii
import re

from attestor.errors import QuoteNotCompactable
from attestor.quote.format import PCK_CHAIN, Quote

QE_AUTH_DATA_BYTES = 32
"""As Intel's quoting enclave always writes it."""

_FIRST_CERTIFICATE = re.compile(
    rb"\s*-----BEGIN CERTIFICATE-----\r?\n([A-Za-z0-9+/=\r\n]+)-----END CERTIFICATE-----"
)


def compact(quote: Quote) -> bytes:
    """The compact form. Raises `QuoteNotCompactable` for a quote that has none: other than 32
    bytes of QE authentication data, or no PCK certificate first in its chain."""
    evidence = quote.evidence
    if len(evidence.qe_auth_data) != QE_AUTH_DATA_BYTES:
        raise QuoteNotCompactable(
            f"{len(evidence.qe_auth_data)} bytes of QE authentication data, "
            f"expected {QE_AUTH_DATA_BYTES}",
            hint="the quoting enclave is not Intel's",
        )
    return b"".join(
        (
            quote.signed_region,
            quote.signature,
            quote.attestation_key,
            evidence.qe_report,
            evidence.qe_report_signature,
            evidence.qe_auth_data,
            pck_certificate(quote),
        )
    )


def pck_certificate(quote: Quote) -> bytes:
    """DER of the machine's own certificate, the first of the chain. Only its encoding is read
    here: what it says is for a verifier. Raises `QuoteNotCompactable`."""
    if quote.evidence.certification_type != PCK_CHAIN:
        raise QuoteNotCompactable(
            f"certification type {quote.evidence.certification_type} instead of {PCK_CHAIN}: "
            "the quote does not carry its PCK certificate",
            hint="register the host with a PCCS, so that its QGS knows the PCK certificate",
        )
    found = _FIRST_CERTIFICATE.match(quote.pem_chain)
    if found is None:
        raise QuoteNotCompactable(
            f"no PEM certificate at the start of the chain: {quote.pem_chain[:40]!r}"
        )
    text = found[1].translate(None, b"\r\n")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise QuoteNotCompactable(f"the PCK certificate is not base64: {error}") from None

"""Rows where somebody changed bytes of a good quote, or its signatures."""

import hashlib

from cases.case import GOOD, REFUSED, SGX_V3, Case, Change, flip, in_all_forms, place, put
from cryptography.hazmat.primitives.asymmetric import ec

from attestor.quote.format import parse
from attestor.quote.simulated import SimulatedPlatform
from attestor.quote.simulated.builder import (
    assemble_quote,
    enclave_report,
    signed_region,
)
from attestor.quote.simulated.keys import (
    P256_ORDER,
    derive_key,
    public_bytes,
    sign,
)

ORDER = P256_ORDER.to_bytes(32, "big")
FIELD_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1


def high_s_twin(quote: bytes, platform: SimulatedPlatform) -> bytes:
    """The other signature that the same key, message and r have."""
    at = place(parse(quote), "signature") + 32
    s = int.from_bytes(quote[at : at + 32], "big")
    return quote[:at] + (P256_ORDER - s).to_bytes(32, "big") + quote[at + 32 :]


def vouched(key: bytes, signature: bytes, platform: SimulatedPlatform) -> bytes:
    """A quote whose QE vouches for any attestation key, with any signature."""
    enclave, envelope = platform.variation.enclave, platform.variation.envelope
    bound = hashlib.sha256(key + enclave.auth_data).digest()
    qe_report = enclave_report(enclave, bound + bytes(32))
    return assemble_quote(
        envelope,
        signed_region(envelope, parse(platform.quote(bytes(range(64)))).body),
        signature,
        key,
        qe_report,
        sign(platform.pki.pck.key, qe_report),
        enclave.auth_data,
        platform.chain_pem,
    )


def with_small_s(s_added: int) -> Change:
    """A quote signed with s = 1, by the key that makes it so; then `s_added` added to s."""

    def change(quote: bytes, platform: SimulatedPlatform) -> bytes:
        nonce = derive_key(b"nonce", "small s")
        r = nonce.public_key().public_numbers().x % P256_ORDER
        k = nonce.private_numbers().private_value
        digest = int.from_bytes(hashlib.sha256(parse(quote).signed_region).digest(), "big")
        secret = (k - digest) * pow(r, -1, P256_ORDER) % P256_ORDER
        key = public_bytes(ec.derive_private_key(secret, ec.SECP256R1()))
        return vouched(key, r.to_bytes(32, "big") + (1 + s_added).to_bytes(32, "big"), platform)

    return change


def under_key(x: int, y: int) -> Change:
    """A quote whose QE vouches for a key that is no point of the curve."""
    key = x.to_bytes(32, "big") + y.to_bytes(32, "big")
    return lambda quote, platform: vouched(key, parse(quote).signature, platform)


BYTES = in_all_forms(
    Case(
        "header's QE SVN flipped",
        REFUSED,
        "QuoteRefused",
        "signature",
        change=flip("header", 8),
        contract="QuoteSignatureInvalid",
    ),
    Case(
        "header's user data flipped",
        REFUSED,
        "QuoteRefused",
        "signature",
        change=flip("header", 40),
        contract="QuoteSignatureInvalid",
    ),
    Case(
        "measured register flipped",
        REFUSED,
        "QuoteRefused",
        "signature",
        change=flip("body", 140),
        contract="QuoteSignatureInvalid",
    ),
    Case(
        "quote signature flipped",
        REFUSED,
        "QuoteRefused",
        "signature",
        change=flip("signature", 20),
        contract="QuoteSignatureInvalid",
    ),
    Case(
        "attestation key flipped",
        REFUSED,
        "QuoteRefused",
        change=flip("attestation key", 10),
        contract="QuoteSignatureInvalid",
    ),
    Case(
        "QE report flipped",
        REFUSED,
        "QuoteRefused",
        change=flip("QE report", 130),
        contract="QeReportSignatureInvalid",
    ),
    Case(
        "QE report signature flipped",
        REFUSED,
        "QuoteRefused",
        change=flip("QE report signature", 50),
        contract="QeReportSignatureInvalid",
    ),
    Case(
        "QE authentication data flipped",
        REFUSED,
        "QuoteRefused",
        change=flip("QE auth data", 31),
        contract="QeReportDataMismatch",
    ),
    Case(
        "text of the PCK certificate flipped",
        REFUSED,
        "QuoteRefused",
        change=flip("chain", 636),
        contract="CertificateSignatureInvalid",
    ),
)
SIGNATURES = [
    Case(
        "r = 0",
        REFUSED,
        "QuoteRefused",
        change=put("signature", 0, bytes(32)),
        contract="SignatureOutOfRange",
    ),
    Case(
        "r = order",
        REFUSED,
        "QuoteRefused",
        change=put("signature", 0, ORDER),
        contract="SignatureOutOfRange",
    ),
    Case(
        "s = 0",
        REFUSED,
        "QuoteRefused",
        change=put("signature", 32, bytes(32)),
        contract="SignatureOutOfRange",
    ),
    Case(
        "s = order",
        REFUSED,
        "QuoteRefused",
        change=put("signature", 32, ORDER),
        contract="SignatureOutOfRange",
    ),
    Case("s = 1", GOOD, GOOD, change=with_small_s(0)),
    Case(
        "s = 1 + order",
        REFUSED,
        "QuoteRefused",
        change=with_small_s(P256_ORDER),
        contract="SignatureOutOfRange",
    ),
    Case(
        "r of the QE report = 0",
        REFUSED,
        "QuoteRefused",
        change=put("QE report signature", 0, bytes(32)),
        contract="SignatureOutOfRange",
    ),
    Case(
        "s of the QE report = order",
        REFUSED,
        "QuoteRefused",
        change=put("QE report signature", 32, ORDER),
        contract="SignatureOutOfRange",
    ),
    *in_all_forms(Case("other s of the same signature", GOOD, GOOD, change=high_s_twin)),
    Case(
        "attestation key (0, 0), vouched for",
        REFUSED,
        "QuoteRefused",
        change=under_key(0, 0),
        contract="QuoteSignatureInvalid",
    ),
    Case(
        "attestation key off the curve, vouched for",
        REFUSED,
        "QuoteRefused",
        change=under_key(5, 7),
        contract="QuoteSignatureInvalid",
    ),
    Case(
        "attestation key not reduced, vouched for",
        REFUSED,
        "QuoteRefused",
        change=under_key(FIELD_PRIME, 1),
        contract="QuoteSignatureInvalid",
    ),
]
REPORT_DATA = [
    Case(
        "report data flipped",
        REFUSED,
        "ReportDataMismatch",
        change=flip("body", 583),
        contract="QuoteSignatureInvalid",
    ),
    Case(
        "report data flipped, SGX v3",
        REFUSED,
        "ReportDataMismatch",
        sound=SGX_V3,
        change=flip("body", 320),
        contract="QuoteSignatureInvalid",
    ),
]
CASES = [*BYTES, *SIGNATURES, *REPORT_DATA]

"""By what the registry names the evidence of a quote: the address of its template.

As contracts/src/libraries/QuoteTemplate.sol and IDcapVerifier.sol have it. After a byte that stops
it, the code is platform (32) ‖ FMSPC (6) ‖ signed region, with the attestation key in place of the
report data. The address is made of the code by CREATE2, with the evidence as the salt:

    keccak256(keccak256(QE report) ‖ keccak256(signed part of the PCK certificate))

Automata's verifiers tell less: there the platform is keccak256(attestation key), and the evidence
keccak256(QE report).
"""

from eth_utils.crypto import keccak

from attestor.core.registration import VerifierKind
from attestor.errors import QuoteNotCompactable
from attestor.quote import qvl
from attestor.quote.compact import pck_certificate
from attestor.quote.format import REPORT_DATA, Quote

_CREATION = bytes.fromhex("80600a3d393df3")
"""After PUSH2 and the size: returns what follows it."""


def template_address(registry: bytes, quote: Quote, kind: VerifierKind) -> bytes:
    """Where a registry (20 bytes) keeps the template of a quote, or would. Raises
    `QuoteNotCompactable` and `QuoteRefused` for a quote without a PCK certificate."""
    machine = qvl.machine(quote.trimmed)
    report = keccak(quote.evidence.qe_report)
    if kind is VerifierKind.OWN:
        platform = keccak(machine.ppid)
        evidence = keccak(report + keccak(_signed_part(pck_certificate(quote))))
    else:
        platform, evidence = keccak(quote.attestation_key), report
    code = b"\0" + platform + machine.fmspc + _region(quote)
    creation = b"\x61" + len(code).to_bytes(2, "big") + _CREATION + code
    return keccak(b"\xff" + registry + evidence + keccak(creation))[12:]


def _region(quote: Quote) -> bytes:
    place = REPORT_DATA[quote.body_type]
    start = len(quote.signed_region) - len(quote.body) + place.start
    end = start + place.stop - place.start
    return quote.signed_region[:start] + quote.attestation_key + quote.signed_region[end:]


def _signed_part(certificate: bytes) -> bytes:
    from cryptography import x509

    try:
        return x509.load_der_x509_certificate(certificate).tbs_certificate_bytes
    except ValueError as error:
        raise QuoteNotCompactable(f"the PCK certificate is not DER: {error}") from None

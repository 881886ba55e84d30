"""By what the registry names the evidence of a quote: the address of its template, and a number.

As contracts/src/libraries/QuoteTemplate.sol and IDcapVerifier.sol have it. After a byte that stops
it, the code is platform (32) ‖ FMSPC (6) ‖ signed region, with the attestation key in place of the
report data. The address is made of the code by CREATE2, with the evidence as the salt:

    keccak256(keccak256(QE report) ‖ keccak256(signed part of the PCK certificate))

Automata's verifiers tell less: there the platform is keccak256(attestation key), and the evidence
keccak256(QE report).

The number is the end of keccak256(platform ‖ measurement): nothing that a machine's host chooses.
"""

from attestor.core.keccak import keccak
from attestor.core.measurement import Measurement
from attestor.core.registration import AdmissionName, VerifierKind
from attestor.errors import QuoteNotCompactable
from attestor.quote import qvl
from attestor.quote.compact import pck_certificate
from attestor.quote.format import REPORT_DATA, Quote

_CREATION = bytes.fromhex("80600a3d393df3")
"""After PUSH2 and the size: returns what follows it."""


def admission_name(registry: bytes, quote: Quote, kind: VerifierKind) -> AdmissionName:
    """By what a registry (20 bytes) finds the admission of a quote. Raises `QuoteNotCompactable`
    and `QuoteRefused` for a quote without a PCK certificate, and `MeasurementRefused` for an
    enclave's."""
    machine = qvl.machine(quote.trimmed)
    report = keccak(quote.evidence.qe_report)
    if kind is VerifierKind.OWN:
        platform = keccak(machine.ppid)
        evidence = keccak(report + keccak(_signed_part(pck_certificate(quote))))
    else:
        platform, evidence = keccak(quote.attestation_key), report
    code = b"\0" + platform + machine.fmspc + _region(quote)
    creation = b"\x61" + len(code).to_bytes(2, "big") + _CREATION + code
    measured = keccak(platform + Measurement.from_td_body(quote.body).id)
    return AdmissionName(
        template=keccak(b"\xff" + registry + evidence + keccak(creation))[12:],
        first_number=int.from_bytes(measured[-4:], "big"),
    )


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

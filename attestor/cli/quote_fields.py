"""The fields of a quote as text, as `attestor quote` shows them."""

from attestor.core.keccak import keccak
from attestor.core.measurement import Measurement, require_trustworthy
from attestor.core.text import to_hex
from attestor.errors import MeasurementRefused, QuoteRefused
from attestor.quote import qvl
from attestor.quote.format import BodyType, Quote


def describe(quote: Quote) -> dict[str, str]:
    """A quote's fields as text."""
    rows = {
        "version": str(quote.version),
        "body": quote.body_type.name,
        "exact_bytes": str(len(quote.trimmed)),
        "hash": to_hex(keccak(quote.trimmed)),
        "report_data": to_hex(quote.report_data),
        "attestation_key": to_hex(quote.attestation_key),
        **_machine(quote),
    }
    if quote.body_type is BodyType.SGX:
        return {**rows, "measurement": "none: the registry accepts TDX quotes only"}
    measurement = Measurement.from_td_body(quote.body)
    rows |= {name: to_hex(value) for name, value in vars(measurement).items()}
    return {**rows, "measurement": to_hex(measurement.id), "acceptable": _acceptable(quote)}


def _machine(quote: Quote) -> dict[str, str]:
    """For which collateral is issued, as its PCK certificate says."""
    try:
        machine = qvl.machine_kind(quote.trimmed)
    except QuoteRefused as error:
        return {"fmspc": f"not known: {error.message}"}
    return {"fmspc": machine.fmspc.hex().upper(), "pck_ca": machine.ca}


def _acceptable(quote: Quote) -> str:
    """Whether the TD meets the registry's rules; says nothing about signatures and TCB."""
    try:
        require_trustworthy(quote.body)
    except MeasurementRefused as error:
        return f"no: {error.message}"
    return "yes, judging by its attributes alone"

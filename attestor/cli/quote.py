"""`attestor quote`."""

import json
from pathlib import Path

import click
from eth_utils.crypto import keccak

from attestor.core.measurement import Measurement, require_trustworthy
from attestor.core.text import to_hex
from attestor.errors import MeasurementRefused, QuoteInvalid, QuoteRefused
from attestor.quote import qvl
from attestor.quote.format import MAX_QUOTE_BYTES, BodyType, Quote, parse


@click.command
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON.")
def command(file: Path, as_json: bool) -> None:
    """Decode a quote.

    The quote in FILE is decoded, not verified: without its signatures checked, its fields are
    only claims.
    """
    try:
        with file.open("rb") as opened:
            raw = opened.read(MAX_QUOTE_BYTES + 1)
    except OSError as error:
        raise QuoteInvalid(f"cannot read {file}: {error.strerror}") from None
    rows = describe(parse(raw))
    if as_json:
        click.echo(json.dumps(rows, indent=2))
    else:
        click.echo("\n".join(f"{name:<18} {value}" for name, value in rows.items()))


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

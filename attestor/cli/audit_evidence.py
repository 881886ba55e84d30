"""`attestor audit proof` and `attestor audit coverage`."""

from datetime import UTC, datetime

import click

from attestor.audit import evidence, report
from attestor.cli.audited import Audited
from attestor.errors import ProofUnknown

FORMATS = {"json": report.as_json, "csv": report.as_csv}


@click.command("proof")
@click.argument("name", metavar="ID")
@click.pass_obj
def proof_command(audited: Audited, name: str) -> None:
    """Show what a proof rests on: signer, measurement, quote, transaction and block.

    ID is the job's id, or the digest that was signed. A proof that was signed again, by a later
    signer, is shown once per signature.
    """
    found = evidence.of_proof(audited.open(), name.lower())
    if not found:
        raise ProofUnknown(
            f"no signature of {name} is in {audited.path}", hint="name another with --database"
        )
    if audited.form in FORMATS:
        click.echo(FORMATS[audited.form](found))
        return
    click.echo("\n\n".join(evidence.as_record(row) for row in found))


@click.command("coverage")
@click.pass_obj
def coverage_command(audited: Audited) -> None:
    """Show from when to when a signer was able to sign, and every gap.

    By the daemon's clock. A daemon that does not run signs nothing, whatever is registered.
    """
    found = evidence.coverage(audited.open())
    if audited.form in FORMATS:
        click.echo(FORMATS[audited.form](found))
        return
    click.echo("\n".join(evidence.coverage_lines(found, datetime.now(UTC))))

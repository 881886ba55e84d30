"""`attestor audit proof` and `attestor audit coverage`."""

import click

from attestor.cli.audited import Audited


@click.command("proof")
@click.argument("name", metavar="ID")
@click.pass_obj
def proof_command(audited: Audited, name: str) -> None:
    """Show what a proof rests on: signer, measurement, quote, transaction and block.

    ID is the job's id, or the digest that was signed. A proof that was signed again, by a later
    signer, is shown once per signature.
    """
    from attestor.audit import evidence
    from attestor.cli.audit_work import SHOWN
    from attestor.core.text import with_checksums
    from attestor.errors import ProofUnknown

    found = evidence.of_proof(audited.open(), name.lower())
    if not found:
        raise ProofUnknown(
            f"no signature of {name} is in {audited.path}", hint="name another with --database"
        )
    if audited.form != "table":
        click.echo(SHOWN[audited.form](found))
        return
    click.echo(with_checksums("\n\n".join(evidence.as_record(row) for row in found)))


@click.command("coverage")
@click.pass_obj
def coverage_command(audited: Audited) -> None:
    """Show from when to when a signer was able to sign, and every gap.

    By the daemon's clock. A daemon that does not run signs nothing, whatever is registered.
    """
    from datetime import UTC, datetime

    from attestor.audit import evidence
    from attestor.cli.audit_work import SHOWN
    from attestor.core.text import with_checksums

    found = evidence.coverage(audited.open())
    if audited.form != "table":
        click.echo(SHOWN[audited.form](found))
        return
    click.echo(with_checksums("\n".join(evidence.coverage_lines(found, datetime.now(UTC)))))

"""`attestor resume`."""

from pathlib import Path

import click

from attestor.cli.config_options import chains_of, config_options
from attestor.cli.database_option import STOPPED, database_option


@click.command
@database_option(STOPPED)
@config_options
@click.option("--reason", help="Why signing is safe again; kept in the journal.  [required]")
@click.option(
    "--accept-branch",
    is_flag=True,
    help="Follow the branch that the endpoints have now, after reorg_too_deep.",
)
@click.option("--because", hidden=True, help="The name of --reason in earlier versions.")
def command(
    database: Path,
    file: Path | None,
    chain: str | None,
    reason: str | None,
    accept_branch: bool,
    because: str | None,
) -> None:
    """Resume signing after the engines disagreed, or a reorg was too deep.

    First find out which engine is right, and fix it or set executor.engine to sp1-portable
    (docs/incidents.md). The disagreement, its program and its stdin stay in the database. After a
    reorg find out which branch is right, and give --accept-branch: each call ends one halt.

    Engines that disagree halt all chains of a daemon: with --config, the disagreement is closed in
    the history of each. A branch is accepted for one chain.
    """
    given = reason or because
    if not given:
        raise click.UsageError("Missing option '--reason'.")
    from attestor.cli.resume_work import databases, resume

    found = databases(database, chains_of(file, chain), accept_branch)
    click.echo("\n".join(resume(found, given, accept_branch)))

"""`attestor db backup`, `attestor db verify` and `attestor db restore`."""

from pathlib import Path

import click

from attestor.cli.config_options import config_options, database_of
from attestor.cli.database_option import database_option
from attestor.cli.groups import Group

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group(cls=Group)
def command() -> None:
    """Back up the registration history, verify a copy, and restore it.

    The jobs of clients, in the database beside it, are not part of a backup: they can be asked for
    again.
    """


@command.command("backup")
@click.argument("copy", type=FILE, metavar="FILE")
@database_option()
@config_options
@click.pass_context
def backup_command(
    context: click.Context, copy: Path, database: Path, file: Path | None, chain: str | None
) -> None:
    """Copy the history to a new FILE, and verify the copy."""
    from attestor.cli.held import summary
    from attestor.store import backup as copies

    held = copies.make(database_of(context, file, chain), copy)
    click.echo(f"wrote {copy}: {summary(held)}")


@command.command("verify")
@click.argument("file", type=FILE)
def verify_command(file: Path) -> None:
    """Read the whole FILE and its hash chain. Compare with the chain by attestor audit verify."""
    from attestor.cli.held import summary
    from attestor.store import backup as copies

    click.echo(f"{file} is whole: {summary(copies.verify(file))}")


@command.command("restore")
@click.argument("copy", type=FILE, metavar="FILE")
@database_option("Where the history is to be; the daemon must be stopped.")
@click.option(
    "--replace",
    is_flag=True,
    help="Replace the database that is there; it is kept under another name.",
)
@config_options
@click.pass_context
def restore_command(
    context: click.Context,
    copy: Path,
    database: Path,
    replace: bool,
    file: Path | None,
    chain: str | None,
) -> None:
    """Verify FILE, and put a copy of it where the daemon's database is."""
    from attestor.cli.held import summary
    from attestor.store import backup as copies

    place = database_of(context, file, chain)
    held, kept = copies.restore(copy, place, replace)
    click.echo(f"restored {place}: {summary(held)}")
    if kept is not None:
        click.echo(f"what was there is {kept}")

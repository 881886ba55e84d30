"""`attestor db backup`, `attestor db verify` and `attestor db restore`."""

import time
from datetime import datetime
from pathlib import Path

import click

from attestor.cli.database_option import database_option
from attestor.core.journal import Entry
from attestor.core.text import to_hex
from attestor.store import backup as copies
from attestor.store.backup import Backup

FILE = click.Path(path_type=Path, dir_okay=False)


@click.group
def command() -> None:
    """Back up the registration history, verify a copy, and restore it.

    The jobs of clients, in the database beside it, are not part of a backup: they can be asked for
    again.
    """


@command.command("backup")
@click.argument("file", type=FILE)
@database_option()
def backup_command(file: Path, database: Path) -> None:
    """Copy the history to a new FILE, and verify the copy."""
    held = copies.make(database, file)
    click.echo(f"wrote {file}: {summary(held)}")


@command.command("verify")
@click.argument("file", type=FILE)
def verify_command(file: Path) -> None:
    """Read the whole FILE and its hash chain. Compare with the chain by attestor audit verify."""
    click.echo(f"{file} is whole: {summary(copies.verify(file))}")


@command.command("restore")
@click.argument("file", type=FILE)
@database_option("Where the history is to be; the daemon must be stopped.")
@click.option("--replace", is_flag=True, help="Rename the database that is there, and replace it.")
def restore_command(file: Path, database: Path, replace: bool) -> None:
    """Verify FILE, and put a copy of it where the daemon's database is."""
    held, kept = copies.restore(file, database, replace)
    click.echo(f"restored {database}: {summary(held)}")
    if kept is not None:
        click.echo(f"what was there is {kept}")


def summary(held: Backup) -> str:
    """How much it holds, and how old the newest of it is."""
    if held.newest is None:
        return "no entries"
    return f"{held.count} entries, newest {newest(held.newest, time.time())}"


def newest(entry: Entry, now: float) -> str:
    """An entry by hash, time and age."""
    age = max(0, round(now - datetime.fromisoformat(entry.at).timestamp()))
    days, hours, minutes = age // 86_400, age % 86_400 // 3600, age % 3600 // 60
    told = f"{days} d {hours} h" if days else f"{hours} h {minutes} min"
    return f"{to_hex(entry.hash)} of {entry.at} ({told} ago)"

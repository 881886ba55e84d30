"""`attestor resume`."""

import time
from pathlib import Path

import click

from attestor.errors import DatabaseInvalid, NothingToResume
from attestor.store.branches import Branches
from attestor.store.database import Store
from attestor.store.disagreements import Disagreements
from attestor.store.journal import Journal
from attestor.store.lock import lock_database


@click.command
@click.option(
    "--database",
    type=click.Path(path_type=Path),
    default=Path("attestor.sqlite"),
    envvar="ATTESTOR_STORE_PATH",
    show_default=True,
    help="The daemon's database; the daemon must be stopped.",
)
@click.option("--reason", help="Why signing is safe again; kept in the journal.  [required]")
@click.option(
    "--accept-branch",
    is_flag=True,
    help="Follow the branch that the endpoints have now, after reorg_too_deep.",
)
@click.option("--because", hidden=True, help="The name of --reason in earlier versions.")
def command(database: Path, reason: str | None, accept_branch: bool, because: str | None) -> None:
    """Resume signing after the engines disagreed, or a reorg was too deep.

    First find out which engine is right, and fix it or set executor.engine to sp1-portable
    (docs/operate.md). The disagreement, its program and its stdin stay in the database. After a
    reorg find out which branch is right, and give --accept-branch: each call ends one halt.
    """
    given = reason or because
    if not given:
        raise click.UsageError("Missing option '--reason'.")
    if not database.is_file():
        raise DatabaseInvalid(f"no database at {database}", hint="name it with --database")
    with lock_database(database):
        store = Store.open(database)
        try:
            told = (_accept_branch if accept_branch else _close)(store, given)
        finally:
            store.close()
    if not told:
        what = "no reorg was too deep" if accept_branch else "the engines do not disagree"
        raise NothingToResume(f"{what} in {database}", hint="without a halt there is none to end")
    click.echo("\n".join(told))


def _close(store: Store, reason: str) -> list[str]:
    """Close all disagreements; one line for each."""
    closed = Disagreements(store, Journal(store, time.time)).resume(reason)
    return [f"closed: job {one.job} of {one.at}: {one.reason}" for one in closed]


def _accept_branch(store: Store, reason: str) -> list[str]:
    branches = Branches(store, Journal(store, time.time))
    if not branches.is_open():
        return []
    branches.accept(reason)
    return ["the next start follows the branch that the endpoints have then"]

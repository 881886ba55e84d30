"""`attestor resume`."""

import time
from pathlib import Path

import click

from attestor.cli.config_options import chains_of, config_options
from attestor.cli.database_option import STOPPED, database_option
from attestor.config import Chains
from attestor.errors import DatabaseInvalid, NothingToResume
from attestor.store.branches import Branches
from attestor.store.database import Store
from attestor.store.disagreements import Disagreements
from attestor.store.journal import Journal
from attestor.store.lock import lock_database


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
@click.pass_context
def command(
    context: click.Context,
    database: Path,
    file: Path | None,
    chain: str | None,
    reason: str | None,
    accept_branch: bool,
    because: str | None,
) -> None:
    """Resume signing after the engines disagreed, or a reorg was too deep.

    First find out which engine is right, and fix it or set executor.engine to sp1-portable
    (docs/operate.md). The disagreement, its program and its stdin stay in the database. After a
    reorg find out which branch is right, and give --accept-branch: each call ends one halt.

    Engines that disagree halt all chains of a daemon: with --config, the disagreement is closed in
    the history of each. A branch is accepted for one chain.
    """
    given = reason or because
    if not given:
        raise click.UsageError("Missing option '--reason'.")
    told: list[str] = []
    databases = _databases(context, chains_of(file, chain), accept_branch)
    for path in databases:
        with lock_database(path):
            store = Store.open(path)
            try:
                told += (_accept_branch if accept_branch else _close)(store, given)
            finally:
                store.close()
    if not told:
        what = "no reorg was too deep" if accept_branch else "the engines do not disagree"
        where = ", ".join(str(path) for path in databases)
        raise NothingToResume(f"{what} in {where}", hint="without a halt there is none to end")
    click.echo("\n".join(told))


def _databases(context: click.Context, chains: Chains | None, one: bool) -> list[Path]:
    """Those that are there. Raises `DatabaseInvalid` where none is, and `ChainNotNamed` where one
    is wanted of several."""
    if chains is None:
        named = [context.params["database"]]
    elif one:
        named = [chains.named(None).config.store_path]
    else:
        named = [chain.config.store_path for chain in chains.each]
    found = [path for path in named if path.is_file()]
    if not found:
        told = ", ".join(str(path) for path in named)
        raise DatabaseInvalid(f"no database at {told}", hint="name it with --database")
    return found


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

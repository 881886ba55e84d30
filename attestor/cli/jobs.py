"""`attestor jobs`."""

import json
import time
from pathlib import Path
from typing import Any

import click

from attestor.cli.database_option import database_option
from attestor.errors import ConfigurationInvalid, DatabaseInvalid
from attestor.errors.jobs import JobNotRetriable
from attestor.store.database import Store
from attestor.store.job_ends import JobEnds
from attestor.store.lock import lock_database
from attestor.store.moving import jobs_path
from attestor.store.opening import JOBS
from attestor.store.orders import DONE, Orders

ORDER_SECONDS = 15.0
PAUSE_SECONDS = 0.2
STATES = ("queued", "running", "done", "failed")
COLUMNS = ("id", "state", "created_at", "finished_at", "error_code")


@click.group
@database_option()
@click.pass_context
def command(context: click.Context, database: Path) -> None:
    """List the jobs of a daemon, show one, run it again or cancel it."""
    context.obj = database


@command.command("ls")
@click.option("--state", type=click.Choice(STATES), help="Only those.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON.")
@click.pass_obj
def ls(database: Path, state: str | None, limit: int, as_json: bool) -> None:
    """List jobs, the newest first."""
    rows = Orders(_to_read(database)).shown(state, limit)
    click.echo(json.dumps(rows, indent=2) if as_json else _table(rows))


@command.command("show")
@click.argument("job")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON.")
@click.pass_obj
def show(database: Path, job: str, as_json: bool) -> None:
    """Show a job."""
    row = Orders(_to_read(database)).one(job)
    lines = [f"{name:<14} {value}" for name, value in row.items() if value is not None]
    click.echo(json.dumps(row, indent=2) if as_json else "\n".join(lines))


@command.command("retry")
@click.argument("job")
@click.pass_obj
def retry(database: Path, job: str) -> None:
    """Run a failed job again whose inputs are kept (column evidence)."""
    _order(database, job, "retry")
    click.echo(f"{job} is run again")


@command.command("cancel")
@click.argument("job")
@click.pass_obj
def cancel(database: Path, job: str) -> None:
    """End a job that waits or runs, whoever asked for it."""
    _order(database, job, "cancel")
    click.echo(f"{job} is cancelled")


def _to_read(database: Path) -> Store:
    return Store.open_to_read(_existing(database), JOBS)


def _existing(database: Path) -> Path:
    path = jobs_path(database)
    if not path.is_file():
        raise DatabaseInvalid(f"no jobs at {path}", hint="name the daemon's database")
    return path


def _order(database: Path, job: str, action: str) -> None:
    """Have the daemon do it, or do it where none runs."""
    store = Store.open(_existing(database), JOBS)
    try:
        orders = Orders(store)
        orders.one(job)
        orders.give(job, action)
        try:
            with lock_database(database):
                orders.carry_out(JobEnds(store, time.time))
                told = orders.outcome(job)
        except DatabaseInvalid:  # A daemon has it.
            told = _waited_for(orders, job)
    finally:
        store.close()
    if told != DONE:
        raise JobNotRetriable(told or "nothing came of it")


def _waited_for(orders: Orders, job: str) -> str:
    deadline = time.monotonic() + ORDER_SECONDS
    while time.monotonic() < deadline:
        told = orders.outcome(job)
        if told is not None:
            return told
        time.sleep(PAUSE_SECONDS)
    orders.take_back(job)
    raise ConfigurationInvalid(
        "the daemon did not take the order", hint="its /health says whether the API process lives"
    )


def _table(rows: list[dict[str, Any]]) -> str:
    shown = [[str(row[name] or "") for name in COLUMNS] for row in rows]
    widths = [max(map(len, column)) for column in zip(COLUMNS, *shown, strict=True)]
    lines = [
        "  ".join(value.ljust(width) for value, width in zip(line, widths, strict=True)).rstrip()
        for line in (list(COLUMNS), *shown)
    ]
    return "\n".join(lines)

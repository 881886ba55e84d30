"""`attestor jobs`."""

from pathlib import Path

import click

from attestor.cli.config_options import chains_of, from_file
from attestor.cli.database_option import database_option
from attestor.cli.groups import Group

STATES = ("queued", "running", "done", "failed")


@click.group(cls=Group)
@database_option()
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    help="The daemon's TOML file: the database is the one that it names.",
)
@click.pass_context
def command(context: click.Context, database: Path, file: Path | None) -> None:
    """List the jobs of a daemon, show one, run it again or cancel it."""
    chains = chains_of(file, None)
    context.obj = from_file(context, "database", None if chains is None else chains.store_path)


@command.command("ls")
@click.option("--state", type=click.Choice(STATES), help="Only those.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON.")
@click.pass_obj
def ls(database: Path, state: str | None, limit: int, as_json: bool) -> None:
    """List jobs, the newest first."""
    from attestor.cli import jobs_work, json_out

    rows = jobs_work.to_read(database).shown(state, limit)
    if as_json:
        json_out.tell(rows)
    else:
        click.echo(jobs_work.table(rows))


@command.command("show")
@click.argument("job")
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON.")
@click.pass_obj
def show(database: Path, job: str, as_json: bool) -> None:
    """Show a job."""
    from attestor.cli import jobs_work, json_out

    row = jobs_work.to_read(database).one(job)
    if as_json:
        json_out.tell(row)
        return
    lines = [f"{name:<14} {value}" for name, value in row.items() if value is not None]
    click.echo("\n".join(lines))


@command.command("retry")
@click.argument("job")
@click.pass_obj
def retry(database: Path, job: str) -> None:
    """Run a failed job again whose inputs are kept (column evidence)."""
    from attestor.cli import jobs_work

    jobs_work.order(database, job, "retry")
    click.echo(f"{job} is run again")


@command.command("cancel")
@click.argument("job")
@click.pass_obj
def cancel(database: Path, job: str) -> None:
    """End a job that waits or runs, whoever asked for it."""
    from attestor.cli import jobs_work

    jobs_work.order(database, job, "cancel")
    click.echo(f"{job} is cancelled")

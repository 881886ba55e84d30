"""`attestor config`."""

import os
from dataclasses import asdict
from pathlib import Path

import click

from attestor import config
from attestor.cli import json_out
from attestor.cli.groups import Group
from attestor.cli.run import config_options, require_sound
from attestor.config import names

FILE = click.option(
    "--config", "file", type=click.Path(path_type=Path), help="TOML file with options."
)


@click.group(cls=Group)
def command() -> None:
    """Show the configuration with the origin of each value, or check it.

    Takes the options of attestor run: flags override the environment, which overrides the file.
    """


@command.command(context_settings={"token_normalize_func": names.current_flag})
@FILE
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--all", "every", is_flag=True, help="Defaults too; --json always has them.")
@config_options
def show(file: Path | None, as_json: bool, every: bool, **flags: str | None) -> None:
    """Show each value with its origin: a line of the file, a variable, a flag, or the default.

    Of URLs the host alone is shown, and nothing of a secret. Exits with code 2 where something is
    wrong with a value or a name; what the values name on this machine is not looked at.
    """
    from attestor.config.shown import shown as shown_of

    reading = config.read(file, os.environ, flags)
    shown = shown_of(reading)
    if as_json:
        options = {one.option: {**asdict(one), "option": one.option} for one in shown}
        whole = {"options": options, "faults": reading.faults, "notes": reading.notes}
        json_out.tell(whole)
    else:
        for one in shown:
            if every or one.origin != "default":
                value = "?" if one.value is None and one.origin != "default" else _text(one.value)
                over = f", over {one.over}" if one.over else ""
                click.echo(f"{one.option:<40} {value:<40} {one.origin}{over}")
        for note in reading.notes:
            click.echo(f"note: {note}")
    reading.require(reading.faults)


@command.command(context_settings={"token_normalize_func": names.current_flag})
@FILE
@config_options
def check(file: Path | None, **flags: str | None) -> None:
    """Check it as attestor run does at its start, without starting or asking a node anything.

    Ports and database may be those of a daemon that runs. Exits with code 2 and every fault.
    attestor doctor checks the rest: nodes, registry, funds, executor, TEE.
    """
    reading = config.read(file, os.environ, flags)
    require_sound(reading, starts=False)
    for note in reading.notes:
        click.echo(f"note: {note}")
    click.echo("the configuration has no faults that can be seen on this machine")


def _text(value: object) -> str:
    match value:
        case None | "" | []:
            return "-"
        case bool():
            return str(value).lower()
        case list():
            return ",".join(str(part) for part in value)
        case _:
            return str(value)

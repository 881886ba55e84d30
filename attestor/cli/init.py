"""`attestor init`."""

import os
from pathlib import Path

import click

NAME = "attestor.toml"


@click.command
@click.option(
    "--folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Where to write it, and where it looks for the files that it names. Default: here.",
)
@click.option(
    "--chain",
    "chain_id",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="ID",
    help="Id of the chain. A development chain (1337, 31337) gets the SIMULATED platform.",
)
def command(folder: Path, chain_id: int) -> None:
    """Write a configuration to begin with: every option, its meaning and its default.

    The file is attestor.toml. One that is there is left as it is.
    """
    from attestor import regular_file
    from attestor.config.example import example
    from attestor.errors.setup import ConfigurationExists, ConfigurationUnwritten

    path = folder.absolute() / NAME
    try:
        content = example(chain_id, path.parent).encode()
        path.parent.mkdir(parents=True, exist_ok=True)
        # An endpoint's URL may be secret: nobody else reads it unless the owner lets them.
        regular_file.write(path, content, mode=0o600, replaces=False)
    except UnicodeEncodeError:
        raise ConfigurationUnwritten(f"the name {str(path)!a} is not UTF-8, as TOML is") from None
    except OSError as error:
        if os.path.lexists(path):
            raise ConfigurationExists(
                f"{path} is there already", hint="name another --folder, or move it away"
            ) from None
        raise ConfigurationUnwritten(f"{path} cannot be written: {error.strerror}") from None
    click.echo(f"{path} is written. Next:")
    click.echo("  change in it what stands without a #: the endpoint, and the files that it names")
    click.echo(f"  attestor doctor --config {path}")
    click.echo(f"  attestor run --config {path}")

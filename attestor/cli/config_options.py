"""`--config` and `--chain`, by which a command takes what the daemon's file says of one chain."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from attestor.config import Chains


def config_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options, which the command gets as `file` and `chain`."""
    command = click.option(
        "--chain",
        default=None,
        metavar="NAME",
        help="With --config, the chain that is meant where the file has several.",
    )(command)
    return click.option(
        "--config",
        "file",
        type=click.Path(path_type=Path),
        help="The daemon's TOML file: database, endpoints and registry are those that it names.",
    )(command)


def chains_of(file: Path | None, chain: str | None) -> "Chains | None":
    """The chains of the file, or of them the one that is named; None without a file. Raises
    `ConfigurationInvalid` and `ChainNotNamed`."""
    if file is None:
        if chain is not None:
            raise click.UsageError("--chain names a chain of a file: give --config too")
        return None
    from attestor import config

    found = config.load_chains(file, os.environ, {}, needs_payer=False)
    return found if chain is None else config.Chains((found.named(chain),), found.store_path)


def from_file(context: click.Context, name: str, configured: Any) -> Any:
    """A parameter of a command: what the command line says, or else the file, or else anything
    else."""
    source = context.get_parameter_source(name)
    given = context.params[name]
    if source is click.core.ParameterSource.COMMANDLINE or configured is None:
        return given
    return configured


def database_of(context: click.Context, file: Path | None, chain: str | None) -> Path:
    """The history of `--database`, or else of a chain of the file. Raises as `chains_of`."""
    chains = chains_of(file, chain)
    configured = None if chains is None else chains.named(None).config.store_path
    found = from_file(context, "database", configured)
    assert isinstance(found, Path)
    return found

"""The option that names the daemon's database, of every command that reads or changes it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
DEFAULT = Path("attestor.sqlite")
READ = "The daemon's database; the daemon may be running."
STOPPED = "The daemon's database; the daemon must be stopped."


def database_option(about: str = READ, default: Path | None = DEFAULT) -> Callable[[F], F]:
    """`--database`. Without a default it stands behind the same option of the command above, which
    the environment must not outweigh."""
    return click.option(
        "--database",
        type=click.Path(path_type=Path),
        default=default,
        envvar="ATTESTOR_STORE_PATH" if default is not None else None,
        show_default=default is not None,
        help=about,
    )

"""The command line. Each command is a module that is imported only when it is used."""

import importlib
import sys
from collections.abc import Sequence

import click

from attestor import __version__
from attestor.errors import AttestorError

COMMANDS = {
    "run": "Run the daemon: keep a registered signer and serve proofs.",
    "prove": "Have a program proven, check the answer and print it.",
    "audit": "Show the registration history, and check it against the chain.",
    "deploy": "Deploy the contracts, and write where they stand.",
    "collateral": "Show, fetch and upload the collateral on chain.",
    "resume": "Let the daemon sign again after its engines disagreed.",
    "devnet": "Start a development chain with contracts and a daemon.",
    "demo": "Show the whole way, from an empty chain to an accepted proof.",
    "quote": "Show what a quote says.",
    "verify-sp1": "Check an SP1 Groth16 proof, without a chain.",
}


def module_of(name: str) -> str:
    """The module, in this package, that holds a command."""
    return name.replace("-", "_")


class _Lazy(click.Group):
    """Knows its commands' names and one-line helps without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command = importlib.import_module(f"attestor.cli.{module_of(name)}").command
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def group() -> None:
    """Keep fresh signers attested on chain, and serve signed proofs of SP1 programs."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; an error of ours ends in one line and the exit code of its class."""
    try:
        group.main(arguments, prog_name="attestor", standalone_mode=True)
    except AttestorError as error:
        from attestor.core.text import one_line

        click.echo(f"attestor: {one_line(str(error))} [{error.code}]", err=True)
        sys.exit(error.exit_code)

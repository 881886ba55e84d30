"""The command line. Each command is a module that is imported only when it is used."""

import importlib
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from attestor.cli import terminal
from attestor.errors import AttestorError, PackageMissing
from attestor.errors.printing import OutputUnwritten

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    "run": "Run the daemon: keep a signer registered and serve signed results.",
    "init": "Write a configuration to begin with: every option, its meaning and its default.",
    "config": "Show the configuration with the origin of each value, or check it.",
    "prove": "Request a proof of a program, verify it and print it.",
    "clients": "Say who may use the service: API keys, names of certificates, and their quotas.",
    "jobs": "List the jobs of a daemon, show one, run it again or cancel it.",
    "audit": "Show the registration history, or verify it against the chain.",
    "status": "Show whether the daemon can sign, until when, and what to do.",
    "doctor": "Check everything that the daemon assumes, and say what to do first.",
    "db": "Back up the registration history, verify a copy, and restore it.",
    "deploy": "Deploy the contracts and write their addresses to a file.",
    "collateral": "Show, fetch and upload the collateral on chain.",
    "resume": "Resume signing after the engines disagreed, or a reorg was too deep.",
    "devnet": "Start a development chain with contracts and a daemon.",
    "demo": "Run everything once, from an empty chain to an accepted proof.",
    "quote": "Decode a quote.",
    "scroll": "Verify blocks and batches of Scroll by executing them again.",
    "avs": "Serve operators of the Multi-Prover AVS, in place of Automata's prover.",
    "verify-sp1": "Verify an SP1 Groth16 proof off chain.",
}


def module_of(name: str) -> str:
    """The module, in this package, that holds a command."""
    return name.replace("-", "_")


class _Lazy(click.Group):
    """Lists commands with their one-line help without importing them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command = importlib.import_module(f"attestor.cli.{module_of(name)}").command
        assert isinstance(command, click.Command)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Notes whether it is JSON that is asked for."""
        from attestor.cli import json_out

        json_out.note(ctx, args)
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """An error is told in JSON as well, where that is asked for."""
        from attestor.cli import json_out

        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] == "attestor":
                raise
            missing = PackageMissing(
                f"the package {error.name} is not installed, which this command needs",
                hint="pip install 'attestor[daemon]'; without it there is attestor prove alone",
            )
            json_out.tell_error(ctx, missing)
            raise missing from None
        except (AttestorError, click.ClickException) as error:
            json_out.tell_error(ctx, error)
            raise

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """By the table alone: click would import every command."""
        from click.shell_completion import CompletionItem

        named = [CompletionItem(name, help=COMMANDS[name]) for name in COMMANDS]
        found = [item for item in named if item.value.startswith(incomplete)]
        return found + click.Command.shell_complete(self, ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=lambda context, _, asked: _tell_version(context) if asked else None,
    help="Show version, commit and SP1's circuit, and exit.",
)
def group() -> None:
    """Execute SP1 programs inside a TEE and sign the results with keys attested on chain."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command; a typed error is printed as one line and sets the exit code of its class."""
    terminal.prepare()
    color = None if terminal.has_colours() else False
    try:
        group.main(arguments, prog_name="attestor", standalone_mode=True, color=color)
    except AttestorError as error:
        _end(error)
    except OSError as error:
        if not _is_of_output(error):
            raise
        terminal.discard(sys.stdout)
        _end(OutputUnwritten(f"cannot write what it prints: {error.strerror}"))


def _is_of_output(error: OSError) -> bool:
    """Whether it is of printing. Any other that nobody has expected is a defect."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code is click.echo.__code__


def _tell_version(context: click.Context) -> None:
    from attestor.version import told

    click.echo(f"attestor {told()}")
    context.exit()


def _end(error: AttestorError) -> None:
    from attestor.core.text import one_line

    first, *others = (one_line(line) for line in error.lines)
    try:
        click.echo("\n  ".join((f"attestor: {first}", *others)), err=True)
    except OSError:
        terminal.discard(sys.stderr)
    sys.exit(error.exit_code)

"""What commands print as JSON: one rule for all that take `--json` or `--format json`.

stdout then has JSON alone. A command that ends by an error before it has printed any prints
`{"error": {"code", "message", "hint"}}` there, and the error's lines on stderr as always.
"""

from typing import Any

import click

from attestor.errors import AttestorError

USAGE = "usage"
"""The code of what is wrong with the command line itself."""
_WANTED, _PRINTED = "attestor.json", "attestor.printed"


def note(context: click.Context, arguments: list[str]) -> None:
    """Note whether the command line asks for JSON: errors are told before all of it is read."""
    form = " ".join(arguments).replace("--format=", "--format ")
    context.meta[_WANTED] = "--json" in arguments or "--format json" in form


def tell(value: object, indent: int | None = 2) -> None:
    """Print a value; without an indent, in one line."""
    import json  # Not of use to --help, which has to be there at once.

    context = click.get_current_context(silent=True)
    if context is not None:
        context.meta[_PRINTED] = True
    click.echo(json.dumps(value, indent=indent))


def tell_error(context: click.Context, error: AttestorError | click.ClickException) -> None:
    """Print an error, where JSON is asked for and none was printed yet."""
    if context.meta.get(_WANTED) and not context.meta.get(_PRINTED):
        # In one line, as those commands print that tell more than one thing.
        tell({"error": _as_value(error)}, indent=None)


def _as_value(error: AttestorError | click.ClickException) -> dict[str, Any]:
    """Its code, message and hint."""
    if isinstance(error, click.ClickException):
        return {"code": USAGE, "message": error.format_message(), "hint": None}
    return {"code": error.code, "message": error.message, "hint": error.hint}

"""`attestor status`."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click

from attestor.cli import terminal
from attestor.errors import AttestorError
from attestor.errors.daemon import DaemonNotAnswering

READY, NOT_READY = 0, 1
WATCH_SECONDS = 2.0
CLEAR = "\x1b[H\x1b[2J"


@click.command
@click.option(
    "--config",
    "file",
    type=click.Path(path_type=Path),
    help="The daemon's TOML file: where it is and where its databases are.",
)
@click.option("--url", help="The daemon's address, in place of health.host and health.port.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with --watch one line per look.")
@click.option("--watch", is_flag=True, help="Look again every two seconds, until Ctrl-C.")
def command(file: Path | None, url: str | None, as_json: bool, watch: bool) -> None:
    """Show whether the daemon can sign, until when, and what to do.

    Exits with 0 when it is ready, 1 when it is not, and 3 when no daemon answers. Where none does,
    it shows what the databases know. Without --config, the environment of attestor run says where
    they are.
    """

    def look() -> tuple[str, int]:
        return _look(file, url, as_json, one_line=watch)

    try:
        code = _watched(look) if watch else _shown(*look())
    except KeyboardInterrupt:
        code = READY
    except BrokenPipeError:
        terminal.discard(sys.stdout)
        code = READY
    sys.exit(code)


def _look(file: Path | None, url: str | None, as_json: bool, one_line: bool) -> tuple[str, int]:
    """What to print, and the exit code."""
    from attestor.cli import status_places
    from attestor.status import asking

    indent = None if one_line else 2
    places = status_places.found(file, url)
    try:
        document = asking.ask(places.url)
    except DaemonNotAnswering as error:
        return _absent(error, places.databases, as_json, indent), error.exit_code
    from attestor.status import codec, text

    code = READY if document.ready else NOT_READY
    if as_json:
        return json.dumps(codec.to_json(document), indent=indent) + "\n", code
    return text.as_text(document, _has_colours()), code


def _absent(
    error: AttestorError,
    databases: tuple[tuple[str, Path], ...],
    as_json: bool,
    indent: int | None,
) -> str:
    from attestor.status import absent

    each = [absent.kept(chain, path) for chain, path in databases]
    if as_json:
        return json.dumps(absent.as_json(error, each), indent=indent) + "\n"
    return absent.as_text(error, each, time.time())


def _watched(look: Callable[[], tuple[str, int]]) -> int:
    import signal

    # A shell that starts us in the background has SIGINT ignored, and Python keeps that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    is_terminal = sys.stdout.isatty() and terminal.can_redraw()
    while True:
        shown, _ = look()
        _shown(CLEAR + shown if is_terminal else shown, READY)
        time.sleep(WATCH_SECONDS)


def _shown(text: str, code: int) -> int:
    click.echo(text, nl=False)
    return code


def _has_colours() -> bool:
    return sys.stdout.isatty() and terminal.has_colours()

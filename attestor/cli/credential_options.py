"""The options by which a command says who asks, and whom it trusts."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from attestor.client import Credentials

_OPTIONS = {
    "api_key_file": ("--api-key-file", "File with the API key, mode 600."),
    "ca": ("--ca", "Authorities of the service's certificate, PEM, in place of this machine's."),
    "cert": ("--cert", "Client certificate to show, PEM; may have its key too."),
    "cert_key": ("--cert-key", "Key of the client certificate, PEM."),
}


def credential_options(command: Callable[..., None]) -> Callable[..., None]:
    """`--api-key-file`, `--ca`, `--cert` and `--cert-key`."""
    for name, (flag, about) in reversed(_OPTIONS.items()):
        command = click.option(flag, name, type=click.Path(path_type=Path), help=about)(command)
    return command


def take_credentials(options: dict[str, Any], url: str) -> "Credentials":
    """Those of the options, which are taken out. Raises `ConfigurationInvalid`."""
    from attestor.client import Credentials

    found = Credentials.from_files(*(options.pop(name) for name in _OPTIONS))
    if found.key is not None and url.startswith("http://") and not _is_here(url):
        click.echo("warning: the API key travels in the clear: use https://", err=True)
    return found


def _is_here(url: str) -> bool:
    host = url.removeprefix("http://").partition("/")[0]
    return host.startswith(("127.", "localhost", "[::1]"))

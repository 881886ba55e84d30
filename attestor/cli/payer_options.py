"""Options of commands that pay: where the account has its key. Nothing of it is loaded here."""

import functools
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import click

from attestor.cli.types import ADDRESS
from attestor.core.payer_source import PayerSource

ABOUT = {
    "key_file": "File with the private key of the account that pays, mode 600",
    "keystore_file": "Keystore with that key (Web3 Secret Storage, version 3)",
    "keystore_password_file": "File whose first line is the keystore's password, mode 600",
    "environment_file": "File with a line ATTESTOR_PAYER_KEY=0x…, mode 600",
    "remote_url": "Remote signer that has the key, by web3signer's JSON-RPC",
    "address": "Account that pays, at the remote signer",
}


def payer_options(variables: str = "ATTESTOR_PAYER") -> Callable[[Callable[..., Any]], Any]:
    """The options of a `PayerSource`, which the command gets as `payer`. `variables` is how the
    environment variables of the daemon's options for the same account begin."""

    def apply(command: Callable[..., Any]) -> Any:
        @functools.wraps(command)
        def with_source(*positional: Any, **given: Any) -> Any:
            parts = {known.name: given.pop(f"payer_{known.name}") for known in fields(PayerSource)}
            source = PayerSource(**{name: part for name, part in parts.items() if part})
            return command(*positional, payer=source, **given)

        wrapped: Any = with_source
        for name, about in reversed(ABOUT.items()):
            variable = f"{variables}_{name.upper()}"
            wrapped = click.option(
                flag(name), type=_TYPES.get(name), envvar=variable, help=f"{about}  [{variable}]."
            )(wrapped)
        return wrapped

    return apply


def flag(name: str) -> str:
    """How a field of `PayerSource` is set on the command line."""
    return "--payer-" + name.replace("_", "-")


_FILE = click.Path()
_TYPES: dict[str, Any] = {
    **{name: _FILE for name in ABOUT if name.endswith("_file")},
    "address": ADDRESS,
}

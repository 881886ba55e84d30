"""`attestor clients`."""

import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from attestor.access import clients_file
from attestor.access.clients_file import KeptKey, KnownClient
from attestor.cli import json_out
from attestor.cli.groups import Group
from attestor.core import api_key
from attestor.core.client import NAME_RULE, is_name
from attestor.core.quotas import MAX_QUOTA, NAMES
from attestor.errors import ConfigurationInvalid
from attestor.errors.access import ClientUnknown

_file = click.option(
    "--file",
    type=click.Path(path_type=Path),
    default=Path("clients.json"),
    envvar="ATTESTOR_API_CLIENTS_FILE",
    show_default=True,
    help="The daemon's api.clients_file  [ATTESTOR_API_CLIENTS_FILE].",
)


@click.group(cls=Group)
def command() -> None:
    """Say who may use the service: API keys, names of certificates, and their quotas.

    A daemon that runs notices each change within two seconds.
    """


def _quota_options(made: Callable[..., None]) -> Callable[..., None]:
    for name in reversed(NAMES):
        about = f"The client's own {name.replace('_', ' ')}; 0 is no limit."
        made = click.option(
            "--" + name.replace("_", "-"), type=click.IntRange(0, MAX_QUOTA), help=about
        )(made)
    return made


@command.command
@click.argument("name")
@_file
@click.option(
    "--no-key",
    is_flag=True,
    default=False,
    help="Make no key: for a client that shows a certificate with that name.",
)
@_quota_options
def add(name: str, file: Path, no_key: bool, **quotas: int | None) -> None:
    """Make an API key for NAME and show it: once, as it is not kept.

    NAME may have several keys: add a new one, hand it out, then revoke the old one by its id.
    Quotas that are given replace those that the client has. A client that was revoked is served
    again, by the new key alone.
    """
    if not is_name(name):
        raise ConfigurationInvalid(f"{name!r:.140} is no name of a client", hint=NAME_RULE)
    made = None if no_key else api_key.make(secrets.token_bytes(40))
    own = {known: number for known, number in quotas.items() if number is not None}
    now = _now()
    with clients_file.changing(file) as clients:
        place = _place(clients, name)
        if place is None:
            clients.append(KnownClient(name, now))
            place = len(clients) - 1
        known = clients[place]
        keys = known.keys
        if made is not None:
            keys = (*keys, KeptKey(made.id, made.sha256(), now))
        clients[place] = replace(known, keys=keys, quotas={**known.quotas, **own}, revoked_at=None)
    if made is None:
        click.echo(f"{name} is a client by its certificate", err=True)
        return
    click.echo(f"the key of {name}, shown this once; its id is {made.id}:", err=True)
    click.echo(str(made))


@command.command
@_file
@click.option("--json", "as_json", is_flag=True, default=False, help="Print JSON.")
def ls(file: Path, as_json: bool) -> None:
    """List the clients with their keys' ids and their own quotas."""
    rows = [row for known in clients_file.read(file) for row in _rows(known)]
    if as_json:
        json_out.tell(rows)
        return
    for row in rows:
        quotas = " ".join(f"{name}={number}" for name, number in row["quotas"].items())
        state = f"revoked {row['revoked_at']}" if row["revoked_at"] else "good"
        key = row["key"] or "no key"
        click.echo(f"{row['name']:<24} {key:<16} {row['created_at']} {state} {quotas}".rstrip())


@command.command
@click.argument("name")
@_file
@click.option("--key", "key_id", help="The id of one key; without it, the client and all its keys.")
def revoke(name: str, file: Path, key_id: str | None) -> None:
    """Serve NAME no more, whether it comes by a key or by a certificate.

    With --key, refuse that key alone. The record stays in the file.
    """
    now = _now()
    with clients_file.changing(file) as clients:
        place = _place(clients, name)
        if place is None:
            raise ClientUnknown(
                f"{file} has no client {name!r:.140}",
                hint="attestor clients ls shows them; for one that comes by a certificate, first "
                "attestor clients add --no-key",
            )
        known = clients[place]
        if key_id is not None and key_id not in {key.id for key in known.keys}:
            raise ClientUnknown(f"{name} has no key {key_id!r:.40}", hint="attestor clients ls")
        keys = tuple(
            replace(key, revoked_at=key.revoked_at or now) if key_id in (None, key.id) else key
            for key in known.keys
        )
        revoked_at = known.revoked_at if key_id is not None else known.revoked_at or now
        clients[place] = replace(known, keys=keys, revoked_at=revoked_at)
    click.echo(f"revoked: {name}" + (f", key {key_id}" if key_id else ""), err=True)


def _place(clients: list[KnownClient], name: str) -> int | None:
    return next((place for place, known in enumerate(clients) if known.name == name), None)


def _rows(known: KnownClient) -> list[dict[str, Any]]:
    """One for each key, and one for a client without any."""
    whole = {"name": known.name, "quotas": known.quotas}
    if not known.keys:
        times = {"created_at": known.created_at, "revoked_at": known.revoked_at}
        return [{**whole, "key": None, **times}]
    return [
        {
            **whole,
            "key": key.id,
            "created_at": key.created_at,
            "revoked_at": key.revoked_at or known.revoked_at,
        }
        for key in known.keys
    ]


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

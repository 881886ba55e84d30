"""`attestor run`."""

import asyncio
import os
from collections.abc import Callable
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

import click

from attestor import config, resources
from attestor.config import Chains, Config, names


def _default(known: Any) -> str:
    if known.default is MISSING:
        return "required"
    value = known.default
    if value == resources.folder("executor"):
        value = "the package's own"
    if isinstance(value, tuple):
        value = ",".join(value)
    return f"default {str(value).lower() if isinstance(value, bool) else value or 'none'}"


def _by_table() -> list[Any]:
    """The options, those of one table together, in the order in which `Config` has the tables; then
    those tables that it only inherits."""
    names = [*Config.__annotations__, *(known.name for known in fields(Config))]
    tables = list(dict.fromkeys(name.split("_")[0] for name in names))
    return sorted(fields(Config), key=lambda known: tables.index(known.name.split("_")[0]))


def config_options(command: Callable[..., None]) -> Callable[..., None]:
    """One flag per option of `Config`, with its TOML key, environment variable and default."""
    for known in reversed(_by_table()):
        choices = known.metadata["choices"]
        about = f"{known.metadata['about']}{' (' + ', '.join(choices) + ')' if choices else ''}"
        help_text = f"{about}; {_default(known)}  [{config.key(known)}]"
        command = click.option(config.flag(known), known.name, default=None, help=help_text)(
            command
        )
    return command


@click.command(context_settings={"token_normalize_func": names.current_flag})
@click.option("--config", "file", type=click.Path(path_type=Path), help="TOML file with options.")
@click.option(
    "--dry-run",
    is_flag=True,
    default=False,
    help="Make one signer and its registration, show the transaction and what would become of it, "
    "and end. Nothing is sent or recorded, and no payer is needed.",
)
@click.option(
    "--chain",
    "chain",
    default=None,
    metavar="NAME",
    help="With --dry-run, the chain to try where the file has several.",
)
@config_options
def command(file: Path | None, dry_run: bool, chain: str | None, **flags: str | None) -> None:
    """Run the daemon: keep a signer registered and serve signed results.

    Every option is also an environment variable (--chain-rpc-url is ATTESTOR_CHAIN_RPC_URL) and
    a key of the TOML file (in brackets below). Flags override the environment, which overrides
    the file. A file with tables [chains.NAME] has several chains, which one daemon follows.
    """
    if chain is not None and not dry_run:
        raise click.UsageError("--chain goes with --dry-run: the daemon runs all chains")
    chains = config.load_chains(file, os.environ, flags, needs_payer=not dry_run)
    from attestor.hardening import process
    from attestor.observe import logs

    process.keep_memory_to_itself()

    logs.set_up(chains.shared.log_level)
    if dry_run:
        from attestor.daemon.dry_run import registration_of

        found = registration_of(chains.named(chain).config)
        click.echo("\n".join(f"{name:<16} {value}" for name, value in found.rows().items()))
        found.require_accepted()
        return
    asyncio.run(_run(chains))


async def _run(chains: Chains) -> None:
    from attestor.daemon.access import access_settings
    from attestor.daemon.daemon import STOP_SECONDS, Daemon
    from attestor.daemon.stopping import exit_within
    from attestor.http.process_limits import raise_file_limit

    raise_file_limit()
    access_settings(chains.shared)  # Told before anything is opened, asked or paid.
    daemon = Daemon(chains)
    await daemon.run(at_stop=lambda: exit_within(STOP_SECONDS, lambda: daemon.exit_code))

"""`attestor run`."""

import os
from collections.abc import Callable
from dataclasses import MISSING, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from attestor import config, resources
from attestor.cli.upstream_flags import refuse_upstream_flags, upstream_flags
from attestor.config import Config, names

if TYPE_CHECKING:
    from attestor.config import Chains, Reading


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
@upstream_flags
def command(file: Path | None, dry_run: bool, chain: str | None, **given: str | None) -> None:
    """Run the daemon: keep a signer registered and serve signed results.

    Every option is also an environment variable (--chain-rpc-url is ATTESTOR_CHAIN_RPC_URL) and
    a key of the TOML file (in brackets below). Flags override the environment, which overrides
    the file. A file with tables [chains.NAME] has several chains, which one daemon follows.
    """
    flags = refuse_upstream_flags(given)
    if chain is not None and not dry_run:
        raise click.UsageError("--chain goes with --dry-run: the daemon runs all chains")
    from attestor.cli import terminal

    if dry_run:
        from attestor.daemon.dry_run import registration_of
        from attestor.hardening import process

        chains = config.load_chains(file, os.environ, flags, needs_payer=False)
        process.keep_memory_to_itself()
        terminal.set_up_log(chains.shared.log_level)
        found = registration_of(chains.named(chain).config)
        click.echo("\n".join(f"{name:<16} {value}" for name, value in found.rows().items()))
        found.require_accepted()
        return
    import asyncio

    from loguru import logger

    from attestor.core.events import Event

    reading = config.read(file, os.environ, flags)
    require_sound(reading)
    chains = reading.as_chains()
    terminal.set_up_log(chains.shared.log_level, chains.shared.log_format)
    for note in reading.notes:
        logger.bind(event=Event.CONFIGURATION_NOTE).warning("{}", note)
    asyncio.run(_run(chains, lambda: config.read(file, os.environ, flags)))


def require_sound(reading: "Reading", starts: bool = True) -> None:
    """Raise `ConfigurationInvalid` that lists every fault: of what was given, and of what it names
    on this machine. Unless it `starts`, another daemon may have ports and database."""
    from attestor.daemon import preflight
    from attestor.hardening import process

    process.keep_memory_to_itself()
    reading.require((*reading.faults, *preflight.faults(reading, starts=starts)))


async def _run(chains: "Chains", read: "Callable[[], Reading]") -> None:
    import asyncio
    import signal

    from attestor.daemon.access import access_settings
    from attestor.daemon.daemon import EXIT_SECONDS, Daemon
    from attestor.daemon.reload import Reloading
    from attestor.daemon.service_manager import ServiceManager
    from attestor.daemon.stopping import Backstop
    from attestor.http.process_limits import raise_file_limit

    raise_file_limit()
    access_settings(chains.shared)  # Told before anything is opened, asked or paid.
    daemon = Daemon(chains, manager=ServiceManager(os.environ.get("NOTIFY_SOCKET", "")))
    reloading = Reloading(chains, read, daemon.renew)
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reloading.begin)
    await daemon.run(at_stop=Backstop(EXIT_SECONDS, lambda: daemon.exit_code).begin)

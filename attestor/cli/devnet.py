"""`attestor devnet`."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from attestor.cli import json_out
from attestor.cli.types import ANVIL_OPTION, PORT, NumberRange

if TYPE_CHECKING:
    from attestor.devnet.stack import Devnet


@click.command
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path("devnet"),
    show_default=True,
    help="Where its files go: a folder of its own. What the last devnet left there is replaced.",
)
@click.option(
    "--block-seconds",
    type=NumberRange(min=0.1, max=3600),
    default=1.0,
    show_default=True,
    help="Block interval, in seconds.",
)
@click.option(
    "--period",
    type=click.IntRange(min=1),
    default=1800,
    show_default=True,
    help="Age at which a signer is replaced, in seconds.",
)
@click.option(
    "--api-port",
    type=PORT,
    default=3000,
    show_default=True,
    help="Port of the proving service; 0 is any that is free.",
)
@click.option(
    "--rpc-port",
    type=PORT,
    default=8545,
    show_default=True,
    help="Port of the chain's JSON-RPC; 0 is any that is free.",
)
@ANVIL_OPTION
@click.option("--json", "as_json", is_flag=True, help="Print addresses and endpoints as JSON.")
def command(
    folder: Path,
    block_seconds: float,
    period: int,
    api_port: int,
    rpc_port: int,
    anvil: Path | None,
    as_json: bool,
) -> None:
    """Start a development chain with contracts and a daemon.

    The TEE platform is SIMULATED, everything else is real. What happens is told on stderr.
    Addresses, endpoints and funded accounts are printed when the first signer is active, and are
    in devnet.json in the folder. Stop it with Ctrl-C.
    """
    from attestor.devnet.folder import DESCRIPTION
    from attestor.devnet.stack import Devnet, DevnetOptions, end_in_order

    end_in_order()
    options = DevnetOptions(
        folder=folder.resolve(),
        block_seconds=block_seconds,
        period=period,
        api_port=api_port,
        rpc_port=rpc_port,
        anvil=anvil,
    )
    _tell("starting the chain")
    devnet = Devnet(options)
    try:
        _start(devnet)
        if as_json:
            json_out.tell(devnet.description(), indent=None)
        else:
            for name, value in _flat(devnet.description()):
                click.echo(f"{name:<24} {value}")
            click.echo(f"{'written to':<24} {folder / DESCRIPTION}")
        devnet.wait()
    except KeyboardInterrupt:
        _tell("stopping")
    finally:
        devnet.stop()


def _start(devnet: "Devnet") -> None:
    _tell("deploying the contracts and the platform's collateral")
    devnet.deploy()
    _tell(f"starting the daemon; its log is {devnet.log_file}")
    devnet.start_daemon()
    _tell("waiting for its first signer")
    devnet.wait_for_signer()


def _tell(what: str) -> None:
    click.echo(what, err=True)


def _flat(description: dict[str, object]) -> Iterator[tuple[str, object]]:
    """One line for each value, the accounts as address and key."""
    for name, value in description.items():
        if isinstance(value, dict):
            yield from value.items()
        elif isinstance(value, list):
            yield from (("funded account", " ".join(account.values())) for account in value)
        else:
            yield name, value

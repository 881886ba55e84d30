"""`attestor devnet`."""

from pathlib import Path

import click

from attestor.devnet.stack import Devnet, DevnetOptions, end_in_order


@click.command
@click.option(
    "--folder", type=click.Path(path_type=Path), default=Path("devnet"), show_default=True
)
@click.option("--block-seconds", default=1.0, show_default=True, help="Block interval, in seconds.")
@click.option(
    "--period",
    default=1800,
    show_default=True,
    help="Age at which a signer is replaced, in seconds.",
)
@click.option("--api-port", default=3000, show_default=True, help="Port of the proving service.")
def command(folder: Path, block_seconds: float, period: int, api_port: int) -> None:
    """Start a development chain with contracts and a daemon.

    The TEE platform is SIMULATED, everything else is real. Addresses and endpoints are printed
    and written to devnet.json in the folder. Stop it with Ctrl-C.
    """
    end_in_order()
    options = DevnetOptions(
        folder=folder.resolve(), block_seconds=block_seconds, period=period, api_port=api_port
    )
    devnet = Devnet(options)
    try:
        devnet.deploy()
        devnet.start_daemon()
        devnet.wait_for_signer()
        for name, value in _flat(devnet.description()):
            click.echo(f"{name:<24} {value}")
        click.echo(f"{'written to':<24} {folder / 'devnet.json'}")
        devnet.wait()
    except KeyboardInterrupt:
        click.echo("stopping")
    finally:
        devnet.stop()


def _flat(description: dict[str, object]) -> list[tuple[str, object]]:
    rows: list[tuple[str, object]] = []
    for name, value in description.items():
        rows += list(value.items()) if isinstance(value, dict) else [(name, value)]
    return rows

"""`attestor demo`."""

import time
from pathlib import Path

import click

from attestor.cli.types import ANVIL_OPTION, PORT


@click.command
@click.option("--folder", type=click.Path(path_type=Path), default=Path("demo"), show_default=True)
@click.option(
    "--api-port",
    type=PORT,
    default=3000,
    show_default=True,
    help="Port of the proving service.",
)
@ANVIL_OPTION
def command(folder: Path, api_port: int, anvil: Path | None) -> None:
    """Run everything once, from an empty chain to an accepted proof.

    Starts a chain, deploys the contracts, registers a fresh signer by its quote, executes two
    programs, has their proofs accepted on chain, rotates the signer, and verifies the history.
    Exits with an error at the first step that fails.
    """
    from attestor.devnet.demo import Demo
    from attestor.devnet.stack import Devnet, DevnetOptions, end_in_order

    end_in_order()
    started = time.monotonic()

    def print_step(what: str, evidence: str) -> None:
        click.echo(f"{time.monotonic() - started:6.1f} s  {what:<22} {evidence}")

    options = DevnetOptions(
        folder=folder.resolve(), block_seconds=1.0, period=12, api_port=api_port, anvil=anvil
    )
    devnet = Devnet(options)
    try:
        Demo(devnet, print_step).run()
    finally:
        devnet.stop()
    print_step("done", f"the database stays in {folder / 'attestor.sqlite'}")

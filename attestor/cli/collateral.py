"""`attestor collateral show`, `fetch` and `upload`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from attestor.cli.collateral_options import configured, machine_options, store_options
from attestor.cli.groups import Group
from attestor.cli.payer_options import payer_options

if TYPE_CHECKING:
    from attestor.core.payer_source import PayerSource


@click.group(cls=Group)
def command() -> None:
    """Show, fetch and upload the collateral on chain.

    Collateral is what Intel publishes to verify quotes: TCB infos, QE identities, certificates and
    CRLs. The contracts verify quotes with it, and refuse them once it has expired.
    """


@command.command
@configured
@store_options
@machine_options
def show(
    rpc_url: tuple[str, ...],
    check_headers: bool,
    deployment: Path | None,
    store: bytes | None,
    margin_days: float | None,
    **machine: str,
) -> None:
    """Show what is on chain, when it expires, and what an upload would do."""
    from attestor.cli import collateral_work as work

    place = work.Place(rpc_url, check_headers, deployment, store)
    click.echo(work.show(place, margin_days, **machine))


@command.command
@configured
@machine_options
@click.argument("output", type=click.Path(path_type=Path))
def fetch(output: Path, pcs_url: str, **machine: str) -> None:
    """Fetch collateral and write it to OUTPUT as JSON, in dcap-qvl's format.

    Nothing is verified here: collateral is verified when it is used.
    """
    from attestor.cli import collateral_work as work

    work.fetch(output, pcs_url=pcs_url, **machine)
    click.echo(f"written to {output}")


@command.command
@configured
@store_options
@machine_options
@payer_options("ATTESTOR_COLLATERAL_PAYER")
@click.option(
    "--max-fee-gwei", default=200.0, show_default=True, help="Maximum fee per gas, in gwei."
)
@click.option("--yes", is_flag=True, help="Skip the confirmation prompt.")
def upload(
    rpc_url: tuple[str, ...],
    check_headers: bool,
    deployment: Path | None,
    store: bytes | None,
    margin_days: float | None,
    payer: "PayerSource",
    max_fee_gwei: float,
    yes: bool,
    **machine: str,
) -> None:
    """Upload what is missing, expiring, or older than what the service offers.

    The account that pays must not be one that a daemon sends from. Prints the plan and asks for
    confirmation. A part that the store refuses keeps no other from being uploaded; it is named at
    the end.
    """
    from attestor.cli import collateral_work as work

    def confirm(what: str) -> object:
        return yes or click.confirm(what, abort=True)

    place = work.Place(rpc_url, check_headers, deployment, store)
    work.upload(place, margin_days, payer, max_fee_gwei, confirm, **machine)

"""`attestor deploy`."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from attestor.cli.endpoint_options import check_headers_option, rpc_url_option
from attestor.cli.payer_options import payer_options
from attestor.cli.types import ADDRESS, WORD

if TYPE_CHECKING:
    from attestor.core.payer_source import PayerSource

KINDS = ("automata-1.0", "automata-1.1")
MOST_DELAY_DAYS = 3650
MOST_MACHINES = 100
"""A proof of more would not fit into a block's gas."""


@click.command
@rpc_url_option()
@check_headers_option()
@payer_options()
@click.option(
    "--max-fee-gwei", default=200.0, show_default=True, help="Maximum fee per gas, in gwei."
)
@click.option("--owner", type=ADDRESS, help="Owner of the registry; by default the deployer.")
@click.option("--guardian", type=ADDRESS, help="Account that may revoke; by default the owner.")
@click.option(
    "--root",
    type=click.Choice(["intel", "simulated"]),
    default="intel",
    show_default=True,
    help="Root CA under which quotes are verified.",
)
@click.option(
    "--simulation-seed", default="development", help="Seed of the simulated platform's keys."
)
@click.option(
    "--evaluation-delay-days",
    type=click.IntRange(0, MOST_DELAY_DAYS),
    default=365,
    show_default=True,
    help="Days after a TCB recovery event until its evaluation is required; 0 for none.",
)
@click.option(
    "--verifier", type=ADDRESS, help="Address of a deployed Automata verifier, instead of ours."
)
@click.option("--verifier-kind", type=click.Choice(KINDS), help="Output format of that verifier.")
@click.option("--verifier-code-hash", type=WORD, help="keccak256 of the code you reviewed.")
@click.option(
    "--layout-1.0",
    "layout_10",
    is_flag=True,
    default=False,
    help="Deploy an adapter too: our verifier with the output format of Automata's version 1.0.",
)
@click.option(
    "--gateway", type=ADDRESS, default="0x" + "00" * 20, help="Address of SP1's verifier gateway."
)
@click.option(
    "--threshold",
    type=click.IntRange(1, MOST_MACHINES),
    default=1,
    show_default=True,
    help="Number of machines that must sign a proof.",
)
@click.option(
    "--distinct-measurements", is_flag=True, help="Require that they run different images too."
)
@click.option(
    "--measurement", type=WORD, multiple=True, help="Measurement to allow; may be repeated."
)
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    default=Path("deployment.json"),
    show_default=True,
    help="Deployment file to write; an unfinished deployment is resumed from it.",
)
@click.option("--yes", is_flag=True, default=False, help="Skip the confirmation prompt.")
def command(
    rpc_url: tuple[str, ...],
    check_headers: bool,
    payer: "PayerSource",
    max_fee_gwei: float,
    file: Path,
    yes: bool,
    **wanted: Any,
) -> None:
    """Deploy the contracts and write their addresses to a file.

    Asks the chain first whether it has what the contracts need. Prints the plan, and for a foreign
    verifier who else is trusted, and asks for confirmation. After each transaction the deployed
    code is compared with the build.
    """
    from attestor.cli.deploy_work import Wanted, deploy

    def confirm(what: str) -> object:
        return yes or click.confirm(what, abort=True)

    deploy(Wanted(**wanted), rpc_url, check_headers, payer, max_fee_gwei, file, confirm)

"""`attestor deploy`."""

from pathlib import Path

import click

from attestor.cli.chain_options import open_node
from attestor.cli.endpoint_options import check_headers_option, rpc_url_option
from attestor.cli.payer_options import flag, payer_options
from attestor.cli.types import ADDRESS, WORD
from attestor.core.chains import DEVELOPMENT_CHAIN_IDS
from attestor.core.fees import GWEI
from attestor.core.payer_source import PayerSource
from attestor.core.text import checksummed, from_hex, to_hex
from attestor.deployment import foreign, plan, probe, record, roots
from attestor.deployment.deployer import PACE, Deployer, Done
from attestor.deployment.foreign import Trusted
from attestor.deployment.log import DeploymentLog
from attestor.deployment.plan import ForeignVerifier, Plan, Settings
from attestor.errors import ConfigurationInvalid
from attestor.hardening import process
from attestor.transactions.lock import lock_account
from attestor.transactions.manager import TransactionManager
from attestor.transactions.payers import load_payer
from attestor.transactions.pricing import Pricer
from attestor.transactions.replacement import FeePolicy

KINDS = {"automata-1.0": foreign.LAYOUT_10, "automata-1.1": foreign.LAYOUT_11}
WEI_PER_ETHER = 10**18
MOST_DELAY_DAYS = 3650
MOST_MACHINES = 100
"""A proof of more would not fit into a block's gas."""
UNAUDITED = (
    "These contracts have had no outside audit. docs/contracts.md says what that means for a "
    "public chain."
)

OWNED_BY_DEPLOYER = (
    "The deployer stays the registry's owner, who decides which measurements are allowed: --owner "
    "names another account, such as a multisig."
)


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
@click.option(
    "--verifier-kind", type=click.Choice(list(KINDS)), help="Output format of that verifier."
)
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
    payer: PayerSource,
    max_fee_gwei: float,
    owner: bytes | None,
    guardian: bytes | None,
    root: str,
    simulation_seed: str,
    evaluation_delay_days: int,
    verifier: bytes | None,
    verifier_kind: str | None,
    verifier_code_hash: bytes | None,
    layout_10: bool,
    gateway: bytes,
    threshold: int,
    distinct_measurements: bool,
    measurement: tuple[bytes, ...],
    file: Path,
    yes: bool,
) -> None:
    """Deploy the contracts and write their addresses to a file.

    Asks the chain first whether it has what the contracts need. Prints the plan, and for a foreign
    verifier who else is trusted, and asks for confirmation. After each transaction the deployed
    code is compared with the build.
    """
    # What this machine knows comes first: a slow or missing node would hide it.
    foreign_verifier = _foreign(verifier, verifier_kind, verifier_code_hash)
    record.require_writable(file)
    process.keep_memory_to_itself()
    account = load_payer(payer, flag)
    deployer = from_hex(account.address)
    node = open_node(rpc_url, check_headers)
    settings = Settings(
        chain_id=node.chain_id,
        root=roots.intel() if root == "intel" else roots.simulated(simulation_seed, node.chain_id),
        owner=owner or deployer,
        guardian=guardian or owner or deployer,
        evaluation_delay_days=evaluation_delay_days,
        verifier=foreign_verifier,
        layout_10=layout_10,
        gateway=gateway,
        threshold=threshold,
        distinct_measurements=distinct_measurements,
        measurements=measurement,
    )
    planned = plan.make(settings, deployer)
    probe.require_suitable(node)
    probe.require_gateway(node, gateway)
    trusted = None
    if settings.verifier is not None:
        trusted = foreign.require_usable(node, settings.verifier)
    _show(planned, account.address, file, trusted)
    ether = node.balance(deployer) / WEI_PER_ETHER
    click.echo(f"the deployer holds {ether:,.6f} ether")
    if settings.verifier is None:
        click.echo(f"the root CA is {'SIMULATED' if settings.root.simulated else 'that of Intel'}")
    if not any(gateway):
        click.echo("without --gateway, MultiProof takes no SP1 proofs: TEE proofs alone")
    if settings.owner == deployer and node.chain_id not in DEVELOPMENT_CHAIN_IDS:
        click.echo(OWNED_BY_DEPLOYER)
    if not yes:
        click.confirm("Send these transactions?", abort=True)
    with lock_account(node, deployer):
        log = DeploymentLog(file, node.chain_id)
        pricer = Pricer(node, account, FeePolicy(int(max_fee_gwei * GWEI)))
        Deployer(node, TransactionManager(node, pricer, log, PACE), log).run(planned, _print_done)
    click.echo(f"written to {file}; the daemon reads it with chain.deployment")


def _foreign(
    address: bytes | None, kind: str | None, code_hash: bytes | None
) -> ForeignVerifier | None:
    if address is None and kind is None and code_hash is None:
        return None
    if address is None or kind is None or code_hash is None:
        raise ConfigurationInvalid(
            "--verifier, --verifier-kind and --verifier-code-hash must be given together"
        )
    return ForeignVerifier(address, KINDS[kind], code_hash)


def _show(planned: Plan, deployer: str, file: Path, trusted: Trusted | None) -> None:
    click.echo(UNAUDITED)
    click.echo(f"chain {planned.chain_id}, deployer {deployer}, deployment file {file}")
    for line in plan.lines(planned):
        click.echo(f"  {line}")
    if trusted is not None:
        click.echo("trusted beside the verifier's code:")
        for line in trusted.lines():
            click.echo(f"  {line}")


def _print_done(done: Done) -> None:
    if done.receipt is None:
        click.echo(f"{done.what:<30} {checksummed(done.address)} is already done")
        return
    transaction = to_hex(done.receipt.transaction_hash)
    click.echo(
        f"{done.what:<30} {checksummed(done.address)} tx {transaction} gas {done.receipt.gas_used}"
    )

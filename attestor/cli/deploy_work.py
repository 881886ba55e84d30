"""The work of `attestor deploy`: plans, asks, and deploys."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from attestor.cli.chain_options import open_node
from attestor.cli.payer_options import flag
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

LAYOUTS = {"automata-1.0": foreign.LAYOUT_10, "automata-1.1": foreign.LAYOUT_11}
WEI_PER_ETHER = 10**18
UNAUDITED = (
    "These contracts have had no outside audit. docs/contracts.md says what that means for a "
    "public chain."
)

OWNED_BY_DEPLOYER = (
    "The deployer stays the registry's owner, who decides which measurements are allowed: --owner "
    "names another account, such as a multisig."
)


@dataclass(frozen=True)
class Wanted:
    """What the options say of the contracts."""

    owner: bytes | None
    guardian: bytes | None
    root: str
    simulation_seed: str
    evaluation_delay_days: int
    verifier: bytes | None
    verifier_kind: str | None
    verifier_code_hash: bytes | None
    layout_10: bool
    gateway: bytes
    threshold: int
    distinct_measurements: bool
    measurement: tuple[bytes, ...]


def deploy(
    wanted: Wanted,
    rpc_url: tuple[str, ...],
    check_headers: bool,
    payer: PayerSource,
    max_fee_gwei: float,
    file: Path,
    confirm: Callable[[str], object],
) -> None:
    """Show the plan, have it confirmed, and send the transactions."""
    # What this machine knows comes first: a slow or missing node would hide it.
    foreign_verifier = _foreign(wanted.verifier, wanted.verifier_kind, wanted.verifier_code_hash)
    record.require_writable(file)
    process.keep_memory_to_itself()
    account = load_payer(payer, flag)
    deployer = from_hex(account.address)
    node = open_node(rpc_url, check_headers)
    settings = _settings(wanted, node.chain_id, deployer, foreign_verifier)
    planned = plan.make(settings, deployer)
    probe.require_suitable(node)
    probe.require_gateway(node, wanted.gateway)
    trusted = None
    if settings.verifier is not None:
        trusted = foreign.require_usable(node, settings.verifier)
    _show(planned, account.address, file, trusted)
    ether = node.balance(deployer) / WEI_PER_ETHER
    click.echo(f"the deployer holds {ether:,.6f} ether")
    if settings.verifier is None:
        click.echo(f"the root CA is {'SIMULATED' if settings.root.simulated else 'that of Intel'}")
    if not any(wanted.gateway):
        click.echo("without --gateway, MultiProof takes no SP1 proofs: TEE proofs alone")
    if settings.owner == deployer and node.chain_id not in DEVELOPMENT_CHAIN_IDS:
        click.echo(OWNED_BY_DEPLOYER)
    confirm("Send these transactions?")
    with lock_account(node, deployer):
        log = DeploymentLog(file, node.chain_id)
        pricer = Pricer(node, account, FeePolicy(int(max_fee_gwei * GWEI)))
        Deployer(node, TransactionManager(node, pricer, log, PACE), log).run(planned, _print_done)
    click.echo(f"written to {file}; the daemon reads it with chain.deployment")


def _settings(
    wanted: Wanted, chain_id: int, deployer: bytes, verifier: ForeignVerifier | None
) -> Settings:
    of_intel = wanted.root == "intel"
    return Settings(
        chain_id=chain_id,
        root=roots.intel() if of_intel else roots.simulated(wanted.simulation_seed, chain_id),
        owner=wanted.owner or deployer,
        guardian=wanted.guardian or wanted.owner or deployer,
        evaluation_delay_days=wanted.evaluation_delay_days,
        verifier=verifier,
        layout_10=wanted.layout_10,
        gateway=wanted.gateway,
        threshold=wanted.threshold,
        distinct_measurements=wanted.distinct_measurements,
        measurements=wanted.measurement,
    )


def _foreign(
    address: bytes | None, kind: str | None, code_hash: bytes | None
) -> ForeignVerifier | None:
    if address is None and kind is None and code_hash is None:
        return None
    if address is None or kind is None or code_hash is None:
        raise ConfigurationInvalid(
            "--verifier, --verifier-kind and --verifier-code-hash must be given together"
        )
    return ForeignVerifier(address, LAYOUTS[kind], code_hash)


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

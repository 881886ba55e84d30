"""`attestor deploy`."""

from pathlib import Path

import click

from attestor.chain import wire
from attestor.chain.node import Node
from attestor.chain.rpc import Rpc
from attestor.core.fees import GWEI
from attestor.core.text import checksummed, from_hex, to_hex
from attestor.deployment import foreign, plan, roots
from attestor.deployment.deployer import PACE, Deployer, Done
from attestor.deployment.log import DeploymentLog
from attestor.deployment.plan import ForeignVerifier, Plan, Settings
from attestor.errors import ConfigurationInvalid
from attestor.transactions.account import load_account
from attestor.transactions.lock import lock_account
from attestor.transactions.manager import TransactionManager
from attestor.transactions.pricing import Pricer
from attestor.transactions.replacement import FeePolicy

KINDS = {"automata-1.0": 1, "automata-1.1": 2}
UNAUDITED = (
    "These contracts have had no outside audit. docs/contracts.md says what that means for a "
    "public chain."
)


class Hex(click.ParamType[bytes]):
    """0x text of a fixed number of bytes."""

    name = "0x text"

    def __init__(self, size: int) -> None:
        self.size = size

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> bytes:
        if isinstance(value, bytes):
            return value
        try:
            found = from_hex(str(value))
        except ValueError:
            found = b""
        if len(found) != self.size:
            self.fail(f"{value!r:.80} is not 0x text of {self.size} bytes", param, ctx)
        return found


ADDRESS, WORD = Hex(20), Hex(32)


@click.command
@click.option(
    "--rpc-url", envvar="ATTESTOR_CHAIN_RPC_URL", required=True, help="A node's endpoint."
)
@click.option(
    "--payer-key-file",
    envvar="ATTESTOR_PAYER_KEY_FILE",
    type=click.Path(path_type=Path),
    required=True,
    help="File with the key of the account that deploys, mode 600.",
)
@click.option("--max-fee-gwei", default=200.0, show_default=True, help="Most to offer per gas.")
@click.option("--owner", type=ADDRESS, help="The registry's owner; the payer if not given.")
@click.option("--guardian", type=ADDRESS, help="Who may take away; the owner if not given.")
@click.option("--root", type=click.Choice(["intel", "simulated"]), default="intel")
@click.option("--simulation-seed", default="development", help="Seed of a simulated platform.")
@click.option(
    "--evaluation-delay-days",
    default=365,
    show_default=True,
    help="Age of a TCB recovery event at which its evaluation is taken; 0 takes any.",
)
@click.option("--verifier", type=ADDRESS, help="An Automata verifier to use instead of ours.")
@click.option("--verifier-kind", type=click.Choice(list(KINDS)), help="Its output layout.")
@click.option("--verifier-code-hash", type=WORD, help="keccak256 of its code, as you checked it.")
@click.option("--gateway", type=ADDRESS, default="0x" + "00" * 20, help="SP1's verifier gateway.")
@click.option("--threshold", default=1, show_default=True, help="Signers that a proof needs.")
@click.option("--measurement", type=WORD, multiple=True, help="Allow it; may be repeated.")
@click.option(
    "--file",
    type=click.Path(path_type=Path),
    default=Path("deployment.json"),
    show_default=True,
    help="Where addresses and ABIs are written; an unfinished deployment goes on from it.",
)
@click.option("--yes", is_flag=True, default=False, help="Do not ask.")
def command(
    rpc_url: str,
    payer_key_file: Path,
    max_fee_gwei: float,
    owner: bytes | None,
    guardian: bytes | None,
    root: str,
    simulation_seed: str,
    evaluation_delay_days: int,
    verifier: bytes | None,
    verifier_kind: str | None,
    verifier_code_hash: bytes | None,
    gateway: bytes,
    threshold: int,
    measurement: tuple[bytes, ...],
    file: Path,
    yes: bool,
) -> None:
    """Deploy the contracts, and write where they stand.

    The plan is shown first. After each transaction the code on the chain is compared with the
    build's.
    """
    rpc = Rpc(rpc_url)
    node = Node(rpc, wire.quantity(rpc.call("eth_chainId", []), "chain id"))
    payer = load_account(payer_key_file)
    deployer = from_hex(payer.address)
    settings = Settings(
        chain_id=node.chain_id,
        root=roots.intel() if root == "intel" else roots.simulated(simulation_seed, node.chain_id),
        owner=owner or deployer,
        guardian=guardian or owner or deployer,
        evaluation_delay_days=evaluation_delay_days,
        verifier=_foreign(verifier, verifier_kind, verifier_code_hash),
        gateway=gateway,
        threshold=threshold,
        measurements=measurement,
    )
    planned = plan.make(settings, deployer)
    if settings.verifier is not None:
        foreign.require_usable(node, settings.verifier)
    _show(planned, payer.address, file)
    if not yes:
        click.confirm("Send these transactions?", abort=True)
    with lock_account(node, deployer):
        log = DeploymentLog(file, node.chain_id)
        pricer = Pricer(node, payer, FeePolicy(int(max_fee_gwei * GWEI)))
        Deployer(node, TransactionManager(node, pricer, log, PACE), log).run(planned, _tell)
    click.echo(f"written to {file}; the daemon reads it with chain.deployment")


def _foreign(
    address: bytes | None, kind: str | None, code_hash: bytes | None
) -> ForeignVerifier | None:
    if address is None and kind is None and code_hash is None:
        return None
    if address is None or kind is None or code_hash is None:
        raise ConfigurationInvalid(
            "--verifier, --verifier-kind and --verifier-code-hash go together"
        )
    return ForeignVerifier(address, KINDS[kind], code_hash)


def _show(planned: Plan, deployer: str, file: Path) -> None:
    click.echo(UNAUDITED)
    click.echo(f"chain {planned.chain_id}, from {deployer}, to be written to {file}")
    for creation in planned.creations:
        arguments = ", ".join(plan.text_of(argument) for argument in creation.arguments)
        click.echo(f"  deploy {creation.contract}({arguments})")
    for call in planned.calls:
        arguments = ", ".join(plan.text_of(argument) for argument in call.arguments)
        click.echo(f"  call   {call.contract}.{call.function}({arguments})")


def _tell(done: Done) -> None:
    if done.receipt is None:
        click.echo(f"{done.what:<30} {checksummed(done.address)} done already")
        return
    transaction = to_hex(done.receipt.transaction_hash)
    click.echo(
        f"{done.what:<30} {checksummed(done.address)} tx {transaction} gas {done.receipt.gas_used}"
    )

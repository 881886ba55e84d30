"""`attestor audit`, `attestor audit verify` and `attestor audit policy`."""

from pathlib import Path

import click

from attestor.audit import policy, report, verify
from attestor.core.text import to_hex
from attestor.errors import AuditFailed
from attestor.store.database import Store

FORMATS = {"table": report.as_table, "json": report.as_json, "csv": report.as_csv}


@click.group(invoke_without_command=True)
@click.option(
    "--database",
    type=click.Path(path_type=Path),
    default=Path("attestor.sqlite"),
    envvar="ATTESTOR_STORE_PATH",
    show_default=True,
    help="The daemon's database; the daemon may be running.",
)
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="table", show_default=True
)
@click.pass_context
def command(context: click.Context, database: Path, form: str) -> None:
    """Show the registration history, or verify it against the chain."""
    store = Store.open_to_read(database)
    context.obj = store
    if context.invoked_subcommand is None:
        click.echo(FORMATS[form](report.history(store)))


@command.command("verify")
@click.option(
    "--rpc-url",
    envvar="ATTESTOR_CHAIN_RPC_URL",
    help="JSON-RPC endpoint of a node to compare with.",
)
@click.option("--registry", envvar="ATTESTOR_CHAIN_REGISTRY", help="Address of the TEERegistry.")
@click.pass_obj
def verify_command(store: Store, rpc_url: str | None, registry: str | None) -> None:
    """Verify the hash chain, the tables, and with a node the registry's events.

    Lists every fault, and exits with code 4 if there is one.
    """
    faults = _report("hash chain", verify.journal_faults(store))
    faults += _report("tables", verify.table_faults(store))
    if rpc_url and registry:
        from attestor.cli.chain_options import open_registry

        found = open_registry(rpc_url, registry)
        events = verify.registration_events(store, found.node.head().number, found.registrations)
        faults += _report("registry's events", verify.chain_faults(store, events))
    else:
        click.echo("registry's events  not compared: give --rpc-url and --registry")
    count = store.row("SELECT count(*) AS n FROM journal")
    click.echo(f"{count['n'] if count else 0} entries, newest {to_hex(verify.journal_tip(store))}")
    if faults:
        raise AuditFailed(f"the history has {faults} fault(s)")


@command.command("policy")
@click.option("--rpc-url", envvar="ATTESTOR_CHAIN_RPC_URL", required=True, help="Node to ask.")
@click.option(
    "--registry", envvar="ATTESTOR_CHAIN_REGISTRY", required=True, help="The TEERegistry's address."
)
@click.option(
    "--from-block", type=click.IntRange(min=0), default=0, show_default=True, help="First block."
)
def policy_command(rpc_url: str, registry: str, from_block: int) -> None:
    """Show every change of the registry's policy, and what was revoked or evicted.

    Read from the chain: the database does not hold them.
    """
    from attestor.cli.chain_options import open_registry

    found = open_registry(rpc_url, registry)
    head = found.node.head().number
    for event in policy.policy_events(from_block, head, found.policy_events):
        click.echo(policy.as_line(event))


def _report(what: str, faults: list[str]) -> int:
    click.echo(f"{what:<18} {'ok' if not faults else f'{len(faults)} fault(s)'}")
    for fault in faults:
        click.echo(f"  {fault}")
    return len(faults)

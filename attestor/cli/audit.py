"""`attestor audit`, `attestor audit verify` and `attestor audit policy`; `audit_evidence` has its
other subcommands."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from attestor.audit import policy, registrations, report, upstream, verify
from attestor.cli.audit_evidence import coverage_command, proof_command
from attestor.cli.audited import Audited
from attestor.cli.config_options import chains_of, config_options, from_file
from attestor.cli.database_option import database_option
from attestor.cli.db import summary
from attestor.cli.endpoint_options import check_headers_option, rpc_url_option
from attestor.cli.types import ADDRESS
from attestor.core.report_data import Layout
from attestor.errors import AuditFailed, ConfigurationInvalid
from attestor.store import backup
from attestor.store.database import Store

if TYPE_CHECKING:
    from attestor.chain.node import Node
    from attestor.chain.registry import Registry

LACKS_LOG = (
    "copied while a daemon had it open: its newest entries may be missing (make copies with "
    "attestor db backup)"
)
FORMATS = {"table": report.as_table, "json": report.as_json, "csv": report.as_csv}


@click.group(invoke_without_command=True)
@database_option()
@config_options
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="table", show_default=True
)
@click.pass_context
def command(
    context: click.Context, database: Path, file: Path | None, chain: str | None, form: str
) -> None:
    """Show the registration history, or verify it against the chain."""
    chains = chains_of(file, chain)
    configured = chains.named(None).config if chains is not None else None
    path = from_file(context, "database", configured.store_path if configured else None)
    audited = Audited(path, form, configured)
    context.obj = audited
    if context.invoked_subcommand is None:
        click.echo(FORMATS[form](report.history(audited.open())))


command.add_command(proof_command)
command.add_command(coverage_command)


@command.command("batches")
@click.pass_obj
def batches_command(audited: Audited) -> None:
    """Show every batch of Scroll that attestor avs signed a statement about.

    Its database is --database attestor-avs.sqlite, unless another was named there.
    """
    rows = report.batches(audited.open())
    if audited.form == "table":
        click.echo(report.as_table(rows, report.BATCH_COLUMNS))
    else:
        click.echo(FORMATS[audited.form](rows))


@command.command("verify")
@rpc_url_option("JSON-RPC endpoint of a node to compare with", required=False)
@check_headers_option()
@click.option(
    "--registry",
    type=ADDRESS,
    envvar="ATTESTOR_CHAIN_REGISTRY",
    help="Address of the TEERegistry.",
)
@click.option(
    "--registry-kind",
    type=click.Choice([str(layout) for layout in Layout]),
    default=str(Layout.ATTESTOR),
    show_default=True,
    envvar="ATTESTOR_CHAIN_REGISTRY_KIND",
    help="Type of the registry, as chain.registry_kind  [ATTESTOR_CHAIN_REGISTRY_KIND].",
)
@click.pass_context
def verify_command(
    context: click.Context,
    rpc_url: tuple[str, ...] | None,
    registry: bytes | None,
    registry_kind: str,
    check_headers: bool,
) -> None:
    """Verify the hash chain, the tables, and with a node the registry's events.

    Upstream's registry has no events: what was sent is compared with the chain's transactions and
    the registry's record, and what cannot be compared is said. Lists every fault, and exits with
    code 4 if there is one.
    """
    audited: Audited = context.obj
    if (given := audited.config) is not None:
        rpc_url = from_file(context, "rpc_url", given.rpc_urls)
        registry = from_file(context, "registry", audited.registry)
        registry_kind = from_file(context, "registry_kind", given.chain_registry_kind)
        check_headers = from_file(context, "check_headers", given.chain_check_headers)
    if bool(rpc_url) != bool(registry):
        missing = "--registry" if rpc_url else "--rpc-url"
        raise ConfigurationInvalid(
            "a comparison with the chain needs a node and the registry", hint=f"set {missing} too"
        )
    lacking = audited.path.is_file() and backup.lacks_log(audited.path)
    store = audited.open()
    faults = _report("file", [LACKS_LOG] if lacking else [])
    faults += _report("hash chain", verify.journal_faults(store))
    faults += _report("tables", verify.table_faults(store))
    if rpc_url and registry:
        from attestor.cli.chain_options import open_registry

        found = open_registry(rpc_url, registry, check_headers, Layout(registry_kind))
        if found.layout is Layout.UPSTREAM:
            faults += _report("registry's record", upstream_faults(store, found))
            for unseen in upstream.UNSEEN:
                click.echo(f"  not to be seen there: {unseen}")
        else:
            faults += _report("registry's events", event_faults(store, found))
    else:
        click.echo("registry's events  not compared: give --rpc-url and --registry")
    click.echo(summary(backup.held_by(store)))
    if faults:
        raise AuditFailed(f"the history has {faults} fault(s)")


def event_faults(store: Store, found: "Registry") -> list[str]:
    """Where the history differs from our registry's events."""
    head = found.node.head().number
    events = registrations.registration_events(store, head, found.registrations)
    differing = registrations.chain_faults(store, events, _hash_at(found.node, head))
    return differing + policy.chain_faults(store, found.address, found.policy_events)


def upstream_faults(store: Store, found: "Registry") -> list[str]:
    """Where the history differs from what upstream's registry and the chain have."""
    node = found.node

    def mined(name: bytes) -> upstream.Mined | None:
        sent, receipt = node.sent(name), node.receipt(name)
        if sent is None or receipt is None:
            return None
        timestamp = node.block_by_hash(receipt.block_hash).timestamp
        return upstream.Mined(*sent, receipt.block_hash, timestamp)

    chain = upstream.Chain(
        registry=found.address,
        mined=mined,
        attested_at=lambda signer: found.registration(signer).attested_at,
        hash_at=_hash_at(node, node.head().number),
        calldata=found.register_calldata,
    )
    return upstream.chain_faults(store, chain)


def _hash_at(node: "Node", head: int) -> Callable[[int], bytes | None]:
    return lambda number: node.block(number).hash if number <= head else None


@command.command("policy")
@rpc_url_option(
    "Read the chain, from this node, instead of the database", required=False, by_environment=False
)
@check_headers_option()
@click.option(
    "--registry",
    type=ADDRESS,
    envvar="ATTESTOR_CHAIN_REGISTRY",
    help="The TEERegistry's address; without a node, all that the database has.",
)
@click.option(
    "--from-block",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="First block, with --rpc-url.",
)
@database_option(default=None)
@click.pass_obj
def policy_command(
    audited: Audited,
    rpc_url: tuple[str, ...] | None,
    registry: bytes | None,
    check_headers: bool,
    from_block: int,
    database: Path | None,
) -> None:
    """Show every change of the registry's policy, and what was revoked or evicted.

    From the database: with the sender and time of each transaction, and changes that the chain took
    back. With --rpc-url from the chain itself.
    """
    from attestor.cli.chain_options import open_registry

    if rpc_url is None:
        store = Store.open_to_read(database or audited.path)
        _show_policy(store, audited.form, registry)
        return
    if registry is None:
        raise ConfigurationInvalid("which registry is not known", hint="set --registry")
    found = open_registry(rpc_url, registry, check_headers)
    head = found.node.head().number
    events = policy.policy_events(from_block, head, found.policy_events)
    if audited.form == "table":
        for event in events:
            click.echo(policy.as_line(event))
    else:
        click.echo(FORMATS[audited.form]([policy.as_row(event) for event in events]))


def _show_policy(store: Store, form: str, registry: bytes | None) -> None:
    found = policy.rows(store, registry)
    if form != "table":
        click.echo(FORMATS[form](found))
        return
    if found:
        click.echo(policy.as_table(found))
    for line in policy.reads(store) or ["no block was read yet: attestor run does it each minute"]:
        click.echo(line)


def _report(what: str, faults: list[str]) -> int:
    click.echo(f"{what:<18} {'ok' if not faults else f'{len(faults)} fault(s)'}")
    for fault in faults:
        click.echo(f"  {fault}")
    return len(faults)

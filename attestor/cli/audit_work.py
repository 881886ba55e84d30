"""The work of `attestor audit`: reads the history, shows it, and compares it with the chain."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from attestor.audit import outcomes, policy, registrations, report, upstream, verify
from attestor.cli.audited import AskedRegistry, Audited
from attestor.cli.held import summary
from attestor.core.report_data import Layout
from attestor.core.text import with_checksums
from attestor.errors import AuditFailed
from attestor.store import backup
from attestor.store.database import Store

if TYPE_CHECKING:
    from attestor.chain.node import Node
    from attestor.chain.registry import Registry

LACKS_LOG = (
    "copied while a daemon had it open: its newest entries may be missing (make copies with "
    "attestor db backup)"
)
SHOWN = {"table": report.as_table, "json": report.as_json, "csv": report.as_csv}


def show_history(audited: Audited) -> None:
    """The registrations."""
    click.echo(SHOWN[audited.form](report.history(audited.open())))


def show_batches(audited: Audited) -> None:
    """The batches that were signed."""
    rows = report.batches(audited.open())
    if audited.form == "table":
        click.echo(report.as_table(rows, report.BATCH_COLUMNS))
    else:
        click.echo(SHOWN[audited.form](rows))


def verify_history(audited: Audited, asked: AskedRegistry | None) -> None:
    """Raises `AuditFailed` where there is a fault."""
    lacking = audited.path.is_file() and backup.lacks_log(audited.path)
    store = audited.open()
    faults = _report("file", [LACKS_LOG] if lacking else [])
    faults += _report("hash chain", verify.journal_faults(store))
    faults += _report("tables", verify.table_faults(store))
    if asked is not None:
        found = asked.open()
        if found.layout is Layout.UPSTREAM:
            faults += _report("registry's record", upstream_faults(store, found))
            for unseen in upstream.UNSEEN:
                click.echo(f"  not to be seen there: {unseen}")
        else:
            faults += _report("registry's events", event_faults(store, found))
        faults += _report("transactions", outcome_faults(store, found.node))
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


def outcome_faults(store: Store, node: "Node") -> list[str]:
    """Where the chain says of the history's transactions what the history does not."""
    return outcomes.chain_faults(store, node.receipt, _hash_at(node, node.head().number))


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


def show_policy(audited: Audited, asked: AskedRegistry, from_block: int) -> None:
    """The changes of policy, from the chain."""
    found = asked.open()
    head = found.node.head().number
    events = policy.policy_events(from_block, head, found.policy_events)
    if audited.form == "table":
        for event in events:
            click.echo(with_checksums(policy.as_line(event)))
    else:
        click.echo(SHOWN[audited.form]([policy.as_row(event) for event in events]))


def show_noted_policy(audited: Audited, registry: bytes | None) -> None:
    """The changes of policy, of one registry or of all, from the database."""
    store = audited.open()
    found = policy.rows(store, registry)
    if audited.form != "table":
        click.echo(SHOWN[audited.form](found))
        return
    if found:
        click.echo(with_checksums(policy.as_table(found)))
    for line in policy.reads(store) or ["no block was read yet: attestor run does it each minute"]:
        click.echo(with_checksums(line))


def _report(what: str, faults: list[str]) -> int:
    click.echo(f"{what:<18} {'ok' if not faults else f'{len(faults)} fault(s)'}")
    for fault in faults:
        click.echo(f"  {with_checksums(fault)}")
    return len(faults)

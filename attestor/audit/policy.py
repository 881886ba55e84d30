"""Who changed what in a registry, when and in which transaction: its policy events, from the chain
or from the database."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from attestor.core import strict_json
from attestor.core.block_ranges import ranges
from attestor.core.registration import PolicyEvent
from attestor.core.text import to_hex
from attestor.store.database import Store

Fetch = Callable[[int, int], list[PolicyEvent]]
"""The events from one block to another, both included."""

_HEX = re.compile("0x[0-9a-fA-F]*")


def policy_events(first: int, head: int, fetch: Fetch) -> Iterator[PolicyEvent]:
    """The events from block `first` to `head`, oldest first, asked for in ranges of blocks."""
    for blocks in ranges(first, head):
        yield from fetch(blocks.first, blocks.last)


def rows(store: Store, registry: bytes | None = None) -> list[dict[str, Any]]:
    """What the daemon noted, of one registry or of all, oldest first."""
    return store.rows(
        "SELECT * FROM policy_events WHERE coalesce(?, registry) = registry "
        "ORDER BY block_number, reorged_at IS NULL, log_index",
        to_hex(registry) if registry else None,
    )


def reads(store: Store) -> list[str]:
    """Up to which block the daemon read the events of each registry, a line each."""
    found = store.rows("SELECT * FROM policy_reads ORDER BY registry")
    return [
        f"registry {row['registry']}: read from block {row['first_block']} to {row['read_to']}, "
        f"at {row['updated_at']}"
        for row in found
    ]


def chain_faults(store: Store, registry: bytes, fetch: Fetch) -> list[str]:
    """Where the database differs from the chain, in the blocks that the daemon read."""
    read = store.row("SELECT * FROM policy_reads WHERE registry = ?", to_hex(registry))
    kept = {row["id"]: row for row in rows(store, registry)}
    if read is None:
        return [f"policy event {key}: no block of its registry was read" for key in kept]
    faults: list[str] = []
    for event in policy_events(read["first_block"], read["read_to"], fetch):
        faults += _event_faults(kept.pop(event.id, None), event)
    faults += [
        f"policy event {key} ({row['name']} in block {row['block_number']}): not on the chain"
        for key, row in kept.items()
        if row["reorged_at"] is None
    ]
    return faults


def as_line(event: PolicyEvent) -> str:
    """Block, transaction, name and every argument in full."""
    return (
        f"{event.block_number}  {to_hex(event.transaction_hash)}  "
        f"{event.name}  {_told(event.arguments)}"
    )


def as_row(event: PolicyEvent) -> dict[str, Any]:
    """As the database has it, but for what only it has: sender, time, what was replaced."""
    return {
        "id": event.id,
        "name": event.name,
        "arguments": event.arguments_text,
        "block_number": event.block_number,
        "block_hash": to_hex(event.block_hash),
        "log_index": event.log_index,
        "transaction_hash": to_hex(event.transaction_hash),
    }


def as_table(found: list[dict[str, Any]]) -> str:
    """Rows of the database as lines: block, its time, transaction, sender, name, arguments."""
    return "\n".join(_line(row) for row in found)


def _line(row: dict[str, Any]) -> str:
    at = datetime.fromtimestamp(row["block_timestamp"], UTC).isoformat(timespec="seconds")
    told = _told(strict_json.loads(row["arguments"].encode()))
    reorged = "  [its block was replaced]" if row["reorged_at"] else ""
    place = f"{row['block_number']}  {at}  {row['transaction_hash']}  from {row['sender']}"
    return f"{place}  {row['name']}  {told}{reorged}"


def _event_faults(row: dict[str, Any] | None, event: PolicyEvent) -> list[str]:
    what = f"policy event {event.id} ({event.name} in block {event.block_number})"
    if row is None:
        return [f"{what}: the database does not have it"]
    faults = [
        f"{what}: {name} is {row[name]!r}, the chain says {value!r}"
        for name, value in as_row(event).items()
        if row[name] != value
    ]
    if row["reorged_at"] is not None:
        faults.append(f"{what}: marked as replaced, but it is on the chain")
    return faults


def _told(arguments: dict[str, Any]) -> str:
    return ", ".join(f"{name} {_text(value)}" for name, value in arguments.items())


def _text(value: object) -> str:
    """Text that somebody wrote is quoted, so that it cannot pass for another line."""
    if isinstance(value, bytes):
        return to_hex(value)
    if isinstance(value, tuple | list):
        return f"({', '.join(_text(part) for part in value)})"
    if isinstance(value, str):
        return value if _HEX.fullmatch(value) else repr(value)
    return str(value)

"""Changes of a registry's policy, as its events tell them: noted once, marked when their block was
replaced, never deleted."""

from collections.abc import Sequence
from dataclasses import dataclass

from attestor.core.block_ranges import BlockRange
from attestor.core.registration import DatedPolicyEvent
from attestor.core.text import from_hex, to_hex
from attestor.store.database import Store
from attestor.store.journal import Journal


@dataclass(frozen=True)
class NotedEvent:
    """A policy event of the database, as far as it is compared with the chain."""

    id: str
    block_number: int
    block_hash: bytes
    is_reorged: bool


class PolicyEvents:
    """The tables policy_events and policy_reads of a store, for one registry (20 bytes)."""

    def __init__(self, store: Store, journal: Journal, registry: bytes) -> None:
        self._store = store
        self._journal = journal
        self._registry = to_hex(registry)

    def read_to(self, first: int) -> int | None:
        """The last block up to which all events from block `first` on were read; None when those
        of `first` were not."""
        row = self._store.row(
            "SELECT read_to FROM policy_reads WHERE registry = ? AND first_block <= ?",
            self._registry,
            first,
        )
        return None if row is None else int(row["read_to"])

    def noted(self, blocks: BlockRange) -> dict[str, NotedEvent]:
        """What is known of these blocks, by id."""
        rows = self._store.rows(
            "SELECT id, block_number, block_hash, reorged_at FROM policy_events "
            "WHERE registry = ? AND block_number BETWEEN ? AND ?",
            self._registry,
            blocks.first,
            blocks.last,
        )
        return {
            row["id"]: NotedEvent(
                row["id"],
                row["block_number"],
                from_hex(row["block_hash"]),
                row["reorged_at"] is not None,
            )
            for row in rows
        }

    def note(
        self,
        blocks: BlockRange,
        new: Sequence[DatedPolicyEvent],
        replaced: Sequence[str] = (),
        returned: Sequence[str] = (),
    ) -> None:
        """These blocks were read: events that are new, ids of those whose block was replaced, and
        of those whose block is on the chain again."""
        with self._store.transaction():
            for found in new:
                self._insert(found)
            for event in replaced:
                self._store.update("policy_events", event, reorged_at=self._journal.now())
                self._journal.append("policy_event_reorged", None, id=event)
            for event in returned:
                self._store.update("policy_events", event, reorged_at=None)
                self._journal.append("policy_event_returned", None, id=event)
            self._advance(blocks)

    def _insert(self, found: DatedPolicyEvent) -> None:
        event = found.event
        row = {
            "id": event.id,
            "registry": self._registry,
            "name": event.name,
            "arguments": event.arguments_text,
            "sender": to_hex(found.sender),
            "block_number": event.block_number,
            "block_hash": to_hex(event.block_hash),
            "block_timestamp": found.timestamp,
            "log_index": event.log_index,
            "transaction_hash": to_hex(event.transaction_hash),
        }
        self._store.insert("policy_events", {**row, "created_at": self._journal.now()})
        self._journal.append("policy_event_seen", None, **row)

    def _advance(self, blocks: BlockRange) -> None:
        """How far it was read is not journaled: an audit reads those blocks of the chain anew."""
        row = self._store.row("SELECT * FROM policy_reads WHERE registry = ?", self._registry)
        now = {"updated_at": self._journal.now()}
        if row is None:
            reads = {"registry": self._registry, "first_block": blocks.first}
            self._store.insert("policy_reads", {**reads, "read_to": blocks.last, **now})
        elif blocks.first < row["first_block"]:
            reads = {"first_block": blocks.first, "read_to": blocks.last}
            self._store.update("policy_reads", self._registry, **reads, **now)
        elif blocks.last > row["read_to"]:
            self._store.update("policy_reads", self._registry, read_to=blocks.last, **now)

"""Appending to the hash chain, inside of the transaction that changes what it speaks of."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from attestor.core import journal, strict_json
from attestor.core.journal import Entry
from attestor.core.text import from_hex, to_hex
from attestor.store.database import Store

Clock = Callable[[], float]


def iso(seconds: float) -> str:
    """UTC in ISO 8601 with milliseconds."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


class Journal:
    """The table `journal` of a store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def now(self, later: float = 0.0) -> str:
        """The time that rows of this moment carry, or of `later` seconds after it."""
        return iso(self._clock() + later)

    def append(self, event: str, signer: bytes | None, **evidence: Any) -> int:
        """Add an entry; its sequence number. Must be called inside `store.transaction()`."""
        last = self._store.row("SELECT sequence, hash FROM journal ORDER BY sequence DESC LIMIT 1")
        sequence = last["sequence"] + 1 if last else 1
        previous = from_hex(last["hash"]) if last else journal.GENESIS
        at, name = self.now(), to_hex(signer) if signer else None
        digest = journal.entry_hash(previous, sequence, at, event, name, evidence)
        self._store.insert(
            "journal",
            {
                "sequence": sequence,
                "at": at,
                "event": event,
                "signer": name,
                "evidence": journal.canonical(evidence).decode(),
                "previous_hash": to_hex(previous),
                "hash": to_hex(digest),
            },
        )
        return int(sequence)


def entries(store: Store) -> Iterator[Entry]:
    """All entries, oldest first."""
    return map(_entry, store.rows("SELECT * FROM journal ORDER BY sequence"))


def newest(store: Store) -> Entry | None:
    """The last entry, if there is one."""
    row = store.row("SELECT * FROM journal ORDER BY sequence DESC LIMIT 1")
    return None if row is None else _entry(row)


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        sequence=row["sequence"],
        at=row["at"],
        event=row["event"],
        signer=row["signer"],
        evidence=strict_json.loads(row["evidence"].encode()),
        previous_hash=from_hex(row["previous_hash"]),
        hash=from_hex(row["hash"]),
    )

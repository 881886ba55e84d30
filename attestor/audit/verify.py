"""Whether the history is whole, and says the same everywhere.

Two checks, each a list of faults: the journal's hash chain, and the tables against the journal that
was written with them. `audit.registrations` compares with the registry's events.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from attestor.audit.old_names import modern
from attestor.core import journal as chain
from attestor.core.journal import Entry
from attestor.core.keccak import keccak
from attestor.core.text import from_hex, to_hex
from attestor.store.database import Store
from attestor.store.journal import entries
from attestor.store.proofs import FIRST_FINDING
from attestor.store.transactions import UNMINED

SETTLED = (
    "transaction_mined",
    "transaction_replaced",
    "transaction_sent_again",
    "transaction_unmined",
)
"""Events that say what a transaction's outcome is from then on."""

_SOURCES: dict[str, tuple[str, str]] = {
    "signer_created": ("signers", "address"),
    "quote_made": ("quotes", "hash"),
    "registration_requested": ("registration_requests", "intent"),
    "transaction_signed": ("transactions", "hash"),
    "signer_activated": ("registrations", "signer"),
    "proof_signed": ("proofs", "entry"),
    "engines_disagreed": ("disagreements", "entry"),
    "upload_requested": ("uploads", "intent"),
    "policy_event_seen": ("policy_events", "id"),
    "signer_paused": ("pauses", "entry"),
    "registration_reorged": ("reorged_registrations", "entry"),
    "batch_signed": ("batches", "entry"),
}
"""Each table's rows come from one journal event; its key column is given, `entry` is the sequence
of the journal entry."""


def journal_faults(store: Store) -> list[str]:
    """Breaks of the hash chain."""
    return chain.faults(entries(store))


def table_faults(store: Store) -> list[str]:
    """Rows that differ from the journal, are missing, or were added beside it."""
    journaled = list(modern(entries(store)))
    faults: list[str] = []
    for event, (table, key_column) in _SOURCES.items():
        rows = {row[key_column]: row for row in store.rows(f"SELECT * FROM {table}")}  # noqa: S608
        for entry in journaled:
            if entry.event == event:
                key = _key(entry, key_column)
                if event == "signer_activated":
                    entry = _as_resumed(entry, journaled)
                faults += _row_faults(table, key, rows.pop(key, None), entry)
        faults += [f"{table} row {key} has no journal entry" for key in rows]
    faults += _outcome_faults(store, journaled)
    faults += _pause_faults(store, journaled)
    faults += _finding_faults(store, journaled)
    faults += _resumption_faults(store, journaled)
    faults += _reorg_faults(store, journaled)
    for row in store.rows("SELECT hash, raw FROM quotes"):
        if to_hex(keccak(row["raw"])) != row["hash"]:
            faults.append(f"quotes row {row['hash']}: its raw bytes do not hash to it")
    return faults


def _key(entry: Entry, key_column: str) -> Any:
    if key_column in ("address", "signer"):
        return entry.signer
    if key_column == "entry":
        return entry.sequence
    return entry.evidence.get(key_column)


def _row_faults(table: str, key: Any, row: dict[str, Any] | None, entry: Entry) -> list[str]:
    if row is None:
        return [f"{table} row {key} is missing, journal entry {entry.sequence} made it"]
    return [
        f"{table} row {key}: {name} is {row.get(name)!r}, the journal says {value!r}"
        for name, value in entry.evidence.items()
        if row.get(name) != value
    ]


def _outcome_faults(store: Store, journaled: list[Entry]) -> list[str]:
    """The last journaled outcome of a transaction is what its row says."""
    last = {entry.evidence["hash"]: entry for entry in _outcomes(journaled)}
    faults: list[str] = []
    for row in store.rows("SELECT * FROM transactions"):
        entry = last.get(row["hash"])
        if entry is not None:
            faults += _row_faults("transactions", row["hash"], row, entry)
        elif row["outcome"] != "pending":
            faults.append(f"transactions row {row['hash']}: no journal entry of its outcome")
    return faults


def _outcomes(journaled: Iterable[Entry]) -> Iterator[Entry]:
    """What the journal says of transactions once they are sent. One whose block was replaced is
    pending again."""
    for entry in journaled:
        if entry.event in SETTLED:
            yield entry
        elif entry.event == "registration_reorged":
            yield replace(entry, evidence={"hash": entry.evidence["transaction_hash"], **UNMINED})


def _as_resumed(activated: Entry, journaled: Iterable[Entry]) -> Entry:
    """The entry of an activation, with what later resumptions and corrections say instead."""
    evidence, later = dict(activated.evidence), ("signer_resumed", "registration_corrected")
    for entry in journaled:
        if entry.event in later and entry.signer == activated.signer:
            evidence |= {k: v for k, v in entry.evidence.items() if k != "pause"}
    return replace(activated, evidence=evidence)


def _pause_faults(store: Store, journaled: list[Entry]) -> list[str]:
    """A pause ended at the block that the journal has, or lasts."""
    said = {
        e.evidence["pause"]: (e.evidence["vouched_block"], e.evidence["vouched_block_hash"])
        for e in journaled
        if e.event == "signer_resumed"
    }
    faults: list[str] = []
    for row in store.rows("SELECT entry, resumed_block, resumed_block_hash FROM pauses"):
        resumed = (row["resumed_block"], row["resumed_block_hash"])
        expected = said.get(row["entry"], (None, None))
        if resumed != expected:
            told = f"resumed_block is {resumed}, the journal says {expected}"
            faults.append(f"pauses row {row['entry']}: {told}")
    return faults


def _finding_faults(store: Store, journaled: list[Entry]) -> list[str]:
    """The journaled finding about a proof is what its row says; so is the first one, without.
    Before version 10 an entry names the job, which had one proof."""
    checked = {
        e.evidence.get("proof", e.evidence["job"]): e
        for e in journaled
        if e.event == "proof_cross_checked"
    }
    faults: list[str] = []
    for row in store.rows("SELECT entry, job, cross_check, finding, finding_reason FROM proofs"):
        entry = checked.get(row["entry"], checked.get(row["job"]))
        row["proof"] = row["entry"]
        if entry is not None:
            faults += _row_faults("proofs", row["entry"], row, entry)
        elif row["finding"] != FIRST_FINDING.get(row["cross_check"]):
            told = f"finding {row['finding']!r} has no journal entry"
            faults.append(f"proofs row {row['entry']}: {told}")
    return faults


def _resumption_faults(store: Store, journaled: list[Entry]) -> list[str]:
    """A disagreement is closed for the reason that the journal has, or open."""
    said = {
        e.evidence.get("disagreement", e.evidence["job"]): e.evidence["reason"]
        for e in journaled
        if e.event == "signing_resumed"
    }
    faults: list[str] = []
    for row in store.rows("SELECT entry, job, resumed_at, resumed_reason FROM disagreements"):
        reason = said.get(row["entry"], said.get(row["job"]))
        if row["resumed_reason"] != reason or (row["resumed_at"] is None) != (reason is None):
            told = f"resumed_reason is {row['resumed_reason']!r}, the journal says {reason!r}"
            faults.append(f"disagreements row {row['entry']}: {told}")
    return faults


def _reorg_faults(store: Store, journaled: list[Entry]) -> list[str]:
    """A policy event is marked when the last that the journal says of it is that its block was
    replaced."""
    said = {
        e.evidence["id"]: e.event == "policy_event_reorged"
        for e in journaled
        if e.event in ("policy_event_reorged", "policy_event_returned")
    }
    return [
        f"policy_events row {row['id']}: reorged_at is {row['reorged_at']!r}, the journal says "
        f"{'reorged' if said.get(row['id']) else 'not reorged'}"
        for row in store.rows("SELECT id, reorged_at FROM policy_events")
        if (row["reorged_at"] is not None) != said.get(row["id"], False)
    ]


def journal_tip(store: Store) -> bytes:
    """The newest entry's hash: noted elsewhere, it proves later that nothing was cut off."""
    row = store.row("SELECT hash FROM journal ORDER BY sequence DESC LIMIT 1")
    return from_hex(row["hash"]) if row else chain.GENESIS

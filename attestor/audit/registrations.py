"""The registrations of the history against the registry's events.

A reorganization is no fault. What the history says of a registration holds for the block that it
names; once that block was replaced, the registration may be in another block, valid for another
time, or on the chain no more.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from attestor.audit.old_names import modern
from attestor.core.block_ranges import ranges
from attestor.core.registration import RegistrationEvent
from attestor.core.text import from_hex, to_hex
from attestor.store.database import Store
from attestor.store.journal import entries

Fetch = Callable[[int, int], list[RegistrationEvent]]
"""The events from one block to another, both included."""
HashAt = Callable[[int], bytes | None]
"""The hash of the chain's block with that number, None where the chain is shorter."""

ROWS = """
SELECT registrations.*, measurement, reference_block, reference_block_hash, sent_hash,
    transactions.block_number AS mined_number, transactions.block_hash AS mined_hash
FROM registrations JOIN quotes ON quotes.hash = registrations.quote
JOIN transactions ON transactions.hash = registrations.transaction_hash
JOIN registration_requests ON registration_requests.intent = transactions.intent
"""


@dataclass(frozen=True)
class Known:
    """What the history knows of a registration's place: whether it may end at another time than
    the row says, and whether it may be missing."""

    moved: bool = False
    lost: bool = False


def registration_events(store: Store, head: int, fetch: Fetch) -> list[RegistrationEvent]:
    """The registry's events since the first reference block of the history."""
    first = store.row("SELECT min(reference_block) AS block FROM quotes")
    if first is None or first["block"] is None:
        return []
    found: list[RegistrationEvent] = []
    for blocks in ranges(first["block"], head):
        found += fetch(blocks.first, blocks.last)
    return found


def chain_faults(
    store: Store, events: Iterable[RegistrationEvent], hash_at: HashAt | None = None
) -> list[str]:
    """Registrations that the registry has otherwise, or not at all.

    `hash_at` tells honest history whose blocks were replaced while no daemon looked: without it,
    only reorganizations that the journal has are known.
    """
    ours = {row["address"] for row in store.rows("SELECT address FROM signers")}
    rows = {row["signer"]: row for row in store.rows(ROWS)}
    known = _known(store, rows)
    faults: list[str] = []
    seen: set[str] = set()
    for event in events:
        signer = to_hex(event.signer)
        if signer not in ours:
            continue  # Other operators share the registry.
        seen.add(signer)
        if signer in rows:
            faults += _event_faults(rows[signer], event)
            if event.valid_until != rows[signer]["valid_until"]:
                has_moved = known[signer].moved or _is_replaced(rows[signer], hash_at)
                if not has_moved:
                    faults.append(_differs(rows[signer], "valid_until", event.valid_until))
    faults += [
        f"registration of {signer}: the registry has no such event"
        for signer, row in rows.items()
        if signer not in seen and not (known[signer].lost or _is_replaced(row, hash_at))
    ]
    return faults


def _is_replaced(row: dict[str, Any], hash_at: HashAt | None) -> bool:
    """Whether another block is on the chain than the one that holds the registration by the last
    word of the history."""
    if hash_at is None or row["mined_hash"] is None:
        return False
    stands = hash_at(row["mined_number"])
    return stands is not None and stands != from_hex(row["mined_hash"])


def _known(store: Store, rows: dict[str, dict[str, Any]]) -> dict[str, Known]:
    """By the journal, in its order: a later word overrides an earlier one."""
    known = dict.fromkeys(rows, Known())
    for entry in modern(entries(store)):
        signer, evidence = entry.signer or "", entry.evidence
        if signer not in known:
            continue
        if entry.event in ("signer_activated", "signer_resumed") and "valid_until" in evidence:
            known[signer] = Known()
        elif entry.event == "registration_reorged":
            known[signer] = Known(moved=True, lost=True)
        elif entry.event == "registration_corrected":
            known[signer] = Known(moved=True, lost=known[signer].lost)
        elif entry.event == "transaction_mined":
            elsewhere = evidence["block_hash"] != rows[signer]["block_hash"]
            moved = known[signer].moved or elsewhere
            lost = known[signer].lost and evidence["outcome"] != "succeeded"
            known[signer] = Known(moved, lost)
    return known


def _event_faults(row: dict[str, Any], event: RegistrationEvent) -> list[str]:
    """What holds wherever the registration is mined."""
    told: dict[str, Any] = {
        "reference_block": event.reference_block,
        "sent_hash": None if event.signed_hash is None else to_hex(event.signed_hash),
    }
    if event.measurement is not None:
        told["measurement"] = to_hex(event.measurement)
    if event.reference_hash is not None:
        told["reference_block_hash"] = to_hex(event.reference_hash)
    return [_differs(row, name, value) for name, value in told.items() if row[name] != value]


def _differs(row: dict[str, Any], name: str, value: object) -> str:
    return f"registration of {row['signer']}: {name} is {row[name]}, the registry says {value}"

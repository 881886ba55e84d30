"""Journal entries of earlier versions, in the words of this one.

An entry is hash-chained and stays as it was written; the tables were migrated. This is the one
place that knows the events, columns and values that have another name since.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from attestor.core.journal import Entry

EVENTS = {
    "proof_confirmed": "proof_cross_checked",
    "upload_mined": "transaction_mined",
    "upload_replaced": "transaction_replaced",
    "upkeep_failed": "collateral_failed",
}
COLUMNS = {"confirmation": "cross_check", "because": "reason"}
VALUES = {("finding", "unconfirmed"): "inconclusive"}

REQUESTS = {
    "transaction_signed": ("registration_requested", ("quote", "kind", "sent_hash")),
    "upload_signed": ("upload_requested", ("name", "content_hash", "valid_until")),
}
"""Before version 6 a request and its one transaction were one entry and one row: the event of the
request now, and which columns are the request's."""


def modern(entries: Iterable[Entry]) -> Iterator[Entry]:
    """The entries as this version would have written them. Two may come of one."""
    for entry in entries:
        renamed = _renamed(entry)
        if entry.event in REQUESTS and "intent" not in entry.evidence:
            yield from _split(renamed)
        else:
            yield renamed


def _renamed(entry: Entry) -> Entry:
    evidence = {}
    for old, value in entry.evidence.items():
        name = COLUMNS.get(old, old)
        known = isinstance(value, str)
        evidence[name] = VALUES.get((name, value), value) if known else value
    event = EVENTS.get(entry.event, entry.event)
    if event == "transaction_replaced":
        evidence.setdefault("outcome", "replaced")
    return replace(entry, event=event, evidence=evidence)


def _split(entry: Entry) -> tuple[Entry, Entry]:
    event, columns = REQUESTS[entry.event]
    asked = {name: entry.evidence[name] for name in columns if name in entry.evidence}
    if event == "registration_requested":
        # Before version 3 there was one kind, which sends the quote itself.
        asked = {"kind": "registration", "sent_hash": asked["quote"], **asked}
        purpose, intent = "registration", f"{asked['kind']}:{asked['quote']}"
    else:
        purpose, intent = "upload", f"upload:{entry.evidence['hash']}"
    sent: dict[str, Any] = {k: v for k, v in entry.evidence.items() if k not in columns}
    sent |= {"purpose": purpose, "intent": intent, "attempt": 1}
    return (
        replace(entry, event=event, evidence={**asked, "intent": intent}),
        replace(entry, event="transaction_signed", evidence=sent),
    )

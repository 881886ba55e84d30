"""The journal's hash chain."""

import hashlib
from dataclasses import replace
from typing import Any

from attestor.core import journal
from attestor.core.journal import GENESIS, Entry


def chain(length: int) -> list[Entry]:
    made: list[Entry] = []
    previous = GENESIS
    for sequence in range(1, length + 1):
        at, event, signer, evidence = (
            "2026-01-01T00:00:00.000+00:00",
            "quote_made",
            "0xaa",
            {"n": sequence},
        )
        digest = journal.entry_hash(previous, sequence, at, event, signer, evidence)
        made.append(Entry(sequence, at, event, signer, evidence, previous, digest))
        previous = digest
    return made


def test_entry_hash__by_hand__is_the_documented_formula() -> None:
    text = b'[1,"T","signer_created",null,{"a":1,"b":"\\u00e9"}]'
    expected = hashlib.sha256(bytes(32) + text).digest()
    given = journal.entry_hash(bytes(32), 1, "T", "signer_created", None, {"b": "é", "a": 1})
    assert given == expected


def test_faults__sound_chain__none() -> None:
    assert journal.faults(chain(5)) == []
    assert journal.faults([]) == []


def test_faults__changed_evidence__names_the_entry() -> None:
    entries = chain(3)
    entries[1] = replace(entries[1], evidence={"n": 99})
    assert journal.faults(entries) == ["journal entry 2 (quote_made) was changed"]


def test_faults__changed_and_rehashed__shows_at_the_next() -> None:
    entries = chain(3)
    forged = replace(entries[1], event="other")
    digest = journal.entry_hash(forged.previous_hash, 2, forged.at, "other", "0xaa", {"n": 2})
    entries[1] = replace(forged, hash=digest)
    assert journal.faults(entries) == ["journal entry 3 does not name its predecessor's hash"]


def test_faults__removed_entry__shows_the_gap() -> None:
    entries = chain(4)
    del entries[1:3]
    found = journal.faults(entries)
    assert found[0] == "journal entries 2 to 3 are missing before 4"
    assert "entry 4 does not name its predecessor's hash" in found[1]


def test_faults__each_field_changed__is_seen() -> None:
    changes: list[dict[str, Any]] = [
        {"at": "x"},
        {"event": "x"},
        {"signer": None},
        {"evidence": {}},
        {"hash": b"x"},
    ]
    for change in changes:
        entries = chain(1)
        entries[0] = replace(entries[0], **change)
        assert journal.faults(entries), change

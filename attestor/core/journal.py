"""The journal's hash chain: each entry's hash covers all that came before it.

    hash(n) = sha256(hash(n-1) ‖ canonical JSON of [sequence, at, event, signer, evidence])

with hash(0) = 32 zero bytes and canonical JSON = sorted keys, no spaces, ASCII. Anyone can
recompute it from the table `journal` with a few lines of any language.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

GENESIS = bytes(32)


@dataclass(frozen=True)
class Entry:
    """One journal row. `at` is UTC, ISO 8601; `signer` is 0x text or None."""

    sequence: int
    at: str
    event: str
    signer: str | None
    evidence: dict[str, Any]
    previous_hash: bytes
    hash: bytes


def entry_hash(
    previous: bytes,
    sequence: int,
    at: str,
    event: str,
    signer: str | None,
    evidence: dict[str, Any],
) -> bytes:
    """The hash of an entry that follows one with the hash `previous`."""
    return hashlib.sha256(previous + canonical([sequence, at, event, signer, evidence])).digest()


def canonical(value: Any) -> bytes:
    """The one JSON text of `value`."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def faults(entries: Iterable[Entry]) -> list[str]:
    """What is wrong with the chain, one line per entry that does not fit; empty when sound."""
    found: list[str] = []
    previous, expected_sequence = GENESIS, 1
    for entry in entries:
        if entry.sequence != expected_sequence:
            missing = f"{expected_sequence} to {entry.sequence - 1}"
            found.append(f"journal entries {missing} are missing before {entry.sequence}")
        if entry.previous_hash != previous:
            found.append(f"journal entry {entry.sequence} does not name its predecessor's hash")
        computed = entry_hash(
            entry.previous_hash,
            entry.sequence,
            entry.at,
            entry.event,
            entry.signer,
            entry.evidence,
        )
        if computed != entry.hash:
            found.append(f"journal entry {entry.sequence} ({entry.event}) was changed")
        previous, expected_sequence = entry.hash, entry.sequence + 1
    return found

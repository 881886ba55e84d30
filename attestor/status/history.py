"""What the databases add to what the daemon has in memory: registrations, cover, jobs."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from attestor.core.text import checksummed, from_hex
from attestor.status.document import Jobs, Registration, Span, Time
from attestor.store.database import Store

REGISTRATIONS_SHOWN = 50
SPANS_SHOWN = 500
SHOWN_SECONDS = 86_400.0
REGISTRATIONS = """
SELECT registrations.*, stage, reason, kind, simulated, measurement,
    transactions.block_number AS mined_number
FROM registrations JOIN signers ON address = registrations.signer
JOIN quotes ON quotes.hash = registrations.quote
JOIN transactions ON transactions.hash = transaction_hash
LEFT JOIN registration_requests ON registration_requests.intent = transactions.intent
ORDER BY registrations.rowid DESC LIMIT ?
"""


@dataclass(frozen=True)
class History:
    """The newest registrations, the newest first, the cover of the last day, the oldest first, and
    the measurement of the newest quote that was registered."""

    registrations: tuple[Registration, ...] = ()
    cover: tuple[Span, ...] = ()
    measurement: str = ""


def registrations(store: Store, most: int = REGISTRATIONS_SHOWN) -> tuple[Registration, ...]:
    """The newest ones, the newest first. Raises as `Store.rows`."""
    return tuple(map(_registration, store.rows(REGISTRATIONS, most)))


def history(store: Store, now: float) -> History:
    """Of one chain. Raises as `Store.rows`."""
    rows = store.rows(REGISTRATIONS, REGISTRATIONS_SHOWN)
    since = datetime.fromtimestamp(max(0.0, now - SHOWN_SECONDS), UTC).isoformat()
    spans = store.rows("SELECT * FROM coverage WHERE coalesce(to_at, 'now') > ?", since)
    return History(
        tuple(map(_registration, rows)),
        tuple(_span(row) for row in spans[-SPANS_SHOWN:]),
        rows[0]["measurement"] if rows else "",
    )


def jobs(store: Store) -> Jobs:
    """How many jobs there are in each state. `store` is that of the jobs."""
    rows = store.rows("SELECT state, count(*) AS count FROM jobs GROUP BY state")
    counts = {row["state"]: row["count"] for row in rows}
    failed = store.rows(
        "SELECT error_code, count(*) AS count FROM jobs WHERE state = 'failed' "
        "GROUP BY error_code ORDER BY count DESC, error_code"
    )
    codes = {row["error_code"] or "unknown": row["count"] for row in failed}
    return Jobs(
        queued=counts.get("queued", 0),
        running=counts.get("running", 0),
        done=counts.get("done", 0),
        failed=counts.get("failed", 0),
        failed_by_code=codes,
    )


def _registration(row: dict[str, Any]) -> Registration:
    return Registration(
        checksummed(from_hex(row["signer"])),
        row["kind"] or "",
        row["stage"],
        row["transaction_hash"],
        _unix(row["activated_at"]),
        Time(row["valid_until"]),
        row["mined_number"],
        _unix(row["retired_at"]) if row["retired_at"] else None,
        row["reason"] or "",
        bool(row["simulated"]),
    )


def _span(row: dict[str, Any]) -> Span:
    signer = checksummed(from_hex(row["signer"])) if row["signer"] is not None else None
    return Span(_unix(row["from_at"]), _unix(row["to_at"]) if row["to_at"] else None, signer)


def _unix(text: str) -> Time:
    return Time(datetime.fromisoformat(text).timestamp())

"""What a proof rests on, and when there was a signer that could sign: from the database's views."""

from datetime import datetime
from typing import Any

from attestor.store.database import Store


def of_proof(store: Store, name: str) -> list[dict[str, Any]]:
    """The evidence of each signature of a job (by its id), or of a digest that was signed."""
    return store.rows("SELECT * FROM proof_evidence WHERE proof = ? OR digest = ?", name, name)


def coverage(store: Store) -> list[dict[str, Any]]:
    """Since when and until when a signer was able to sign, and the gaps, whose `signer` is None.
    A gap whose `to_at` is None goes on. Spans of a signer and its successor may overlap."""
    return store.rows("SELECT * FROM coverage")


def as_record(row: dict[str, Any]) -> str:
    """One row, a line per column."""
    width = max(map(len, row))
    return "\n".join(f"{name:<{width}}  {_shown(value)}" for name, value in row.items())


def coverage_lines(rows: list[dict[str, Any]], now: datetime) -> list[str]:
    """The spans, and what the gaps come to."""
    lines = [
        f"{row['from_at']}  {row['to_at'] or 'now':<29}  {row['signer'] or 'no signer'}"
        for row in rows
    ]
    gaps = [row for row in rows if row["signer"] is None]
    missing = sum(_seconds(row, now) for row in gaps)
    told = f"{len(gaps)} gap(s), {missing:.1f} s without a signer" if gaps else "no gap"
    return [*lines, told if rows else "no signer was registered yet"]


def _seconds(row: dict[str, Any], now: datetime) -> float:
    ended = datetime.fromisoformat(row["to_at"]) if row["to_at"] else now
    return max(0.0, (ended - datetime.fromisoformat(row["from_at"])).total_seconds())


def _shown(value: object) -> str:
    return "-" if value is None else str(value)

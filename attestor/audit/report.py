"""The registration history as a table, JSON or CSV, addresses with their checksum."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from attestor.core.text import with_checksums
from attestor.store.database import Store

TABLE_COLUMNS = (
    "signer",
    "stage",
    "reference_block",
    "quote_hash",
    "measurement",
    "simulated",
    "tcb_status",
    "kind",
    "attempts",
    "transaction_hash",
    "outcome",
    "gas_used",
    "block_number",
    "valid_until",
    "proofs",
)
"""What the table shows; JSON and CSV hold every column of the view."""

BATCH_COLUMNS = (
    "created_at",
    "program",
    "batch_index",
    "batch_hash",
    "codec_version",
    "first_block",
    "last_block",
    "prev_state_root",
    "new_state_root",
    "withdraw_root",
    "signer",
    "provider",
    "executor",
)
"""The same of batches."""

_SHORT = 14


def history(store: Store) -> list[dict[str, Any]]:
    """All rows of the view `registration_history`, oldest first."""
    return store.rows("SELECT * FROM registration_history")


def batches(store: Store) -> list[dict[str, Any]]:
    """All rows of the table `batches`, oldest first."""
    return store.rows("SELECT * FROM batches ORDER BY entry")


def as_table(rows: list[dict[str, Any]], columns: Sequence[str] = TABLE_COLUMNS) -> str:
    """Aligned columns; long hashes are shortened, but not in JSON and CSV."""
    cells = [[_cell(row[column]) for column in columns] for row in rows]
    lines = [list(columns), *cells]
    widths = [max(len(line[index]) for line in lines) for index in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def as_json(rows: list[dict[str, Any]]) -> str:
    """A list of objects."""
    return with_checksums(json.dumps(rows, indent=2))


def as_csv(rows: list[dict[str, Any]]) -> str:
    """RFC 4180 with a header line."""
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return with_checksums(out.getvalue().rstrip("\r\n"))


def _cell(value: object) -> str:
    if value is None:
        return "-"
    text = with_checksums(str(value))
    return text[: _SHORT - 1] + "…" if text.startswith("0x") and len(text) > _SHORT else text

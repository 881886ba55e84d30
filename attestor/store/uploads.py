"""Collateral that the daemon uploads. Its transactions are in the table transactions, under the
upload's intent."""

from attestor.core.text import to_hex
from attestor.core.transaction import Intent
from attestor.store.database import Store
from attestor.store.journal import Journal


class Uploads:
    """The table uploads of a store."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._journal = journal

    def requested(self, intent: Intent, name: str, content_hash: bytes, valid_until: int) -> None:
        """An upload is wanted: what it is called, keccak256 of the item, its end in Unix seconds.
        A second time it changes nothing."""
        row = {
            "intent": intent.name,
            "name": name,
            "content_hash": to_hex(content_hash),
            "valid_until": valid_until,
        }
        with self._store.transaction():
            if self._store.row("SELECT 1 FROM uploads WHERE intent = ?", intent.name):
                return
            self._store.insert("uploads", {**row, "created_at": self._journal.now()})
            self._journal.append("upload_requested", None, **row)

    def failed(self, code: str, message: str) -> None:
        """A round failed and will be made again."""
        with self._store.transaction():
            self._journal.append("collateral_failed", None, code=code, message=message)

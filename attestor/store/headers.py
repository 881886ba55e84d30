"""The recent headers, so that a restart goes on from the window of blocks that was known before.

They are a cache of the chain, not history: nothing of them is journaled, and a database that cannot
be written for a while loses none of what counts.
"""

from itertools import pairwise

from loguru import logger

from attestor.core.blocks import Block, BlockWindow
from attestor.core.events import Event
from attestor.core.text import from_hex, to_hex
from attestor.errors import HeaderInvalid, Transient
from attestor.store.database import Store

MAX_INTEGER = 2**63 - 1
"""The largest that SQLite stores."""


class Headers:
    """The table headers of a store. Used by one thread at a time."""

    def __init__(self, store: Store, capacity: int = BlockWindow.capacity) -> None:
        self._store = store
        self._capacity = capacity
        self._saved: dict[int, bytes] | None = None
        """Number and hash of the rows; None until they are read."""
        self._failure = ""

    def load(self) -> BlockWindow:
        """The window that was saved last; an empty one where there is none. Of rows that do not
        follow one another, the newest that do."""
        rows = self._store.rows("SELECT * FROM headers ORDER BY number")
        self._saved = {row["number"]: from_hex(row["hash"]) for row in rows}
        blocks = tuple(
            Block(
                number=row["number"],
                hash=from_hex(row["hash"]),
                parent_hash=from_hex(row["parent_hash"]),
                timestamp=row["timestamp"],
                base_fee=row["base_fee"],
            )
            for row in rows
        )
        start = 0
        for index, (parent, child) in enumerate(pairwise(blocks), 1):
            if child.parent_hash != parent.hash or child.number != parent.number + 1:
                start = index
        return BlockWindow(blocks[start:][-self._capacity :], self._capacity)

    def save(self, window: BlockWindow) -> None:
        """Make the rows those of the window, in one transaction that writes what changed.

        While the database cannot be written, following the chain goes on: a later call writes what
        is missing. Raises `HeaderInvalid` and `Fatal` errors.
        """
        for block in window.blocks:
            _require_storable(block)
        try:
            self._write({block.number: block for block in window.blocks[-self._capacity :]})
            self._failure = ""
        except Transient as error:
            if error.code != self._failure:
                logger.bind(event=Event.HEADERS_NOT_SAVED).warning(
                    "the recent headers are not saved: {} [{}]", error, error.code
                )
                self._failure = error.code

    def _write(self, blocks: dict[int, Block]) -> None:
        if self._saved is None:
            self.load()
        assert self._saved is not None
        kept = {
            number: block_hash
            for number, block_hash in self._saved.items()
            if number in blocks and blocks[number].hash == block_hash
        }
        new = [block for number, block in blocks.items() if number not in kept]
        gone = [number for number in self._saved if number not in kept]
        if not new and not gone:
            return
        with self._store.transaction():
            self._store.delete("headers", gone)
            for block in new:
                self._store.insert("headers", _row(block))
        self._saved = {number: block.hash for number, block in blocks.items()}


def _row(block: Block) -> dict[str, object]:
    return {
        "number": block.number,
        "hash": to_hex(block.hash),
        "parent_hash": to_hex(block.parent_hash),
        "timestamp": block.timestamp,
        "base_fee": block.base_fee,
    }


def _require_storable(block: Block) -> None:
    for name in ("number", "timestamp", "base_fee"):
        if not 0 <= getattr(block, name) <= MAX_INTEGER:
            raise HeaderInvalid(f"block {to_hex(block.hash)} has a {name} that no chain has")

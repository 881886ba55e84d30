"""Reorgs that went deeper than all blocks that were remembered, and what operators said of them."""

from attestor.core.blocks import BlockWindow
from attestor.errors import ReorgTooDeep
from attestor.store.database import Store
from attestor.store.headers import Headers
from attestor.store.journal import Journal

_NEWEST = """
    SELECT event FROM journal
    WHERE event = 'branch_accepted'
       OR (event = 'step_failed' AND json_extract(evidence, '$.code') = ?)
    ORDER BY sequence DESC LIMIT 1
"""


class Branches:
    """What the journal has of them. Used while no daemon runs."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._journal = journal

    def is_open(self) -> bool:
        """Whether a reorg was too deep, and nobody has accepted the other branch since."""
        newest = self._store.row(_NEWEST, ReorgTooDeep.code)
        return newest is not None and newest["event"] == "step_failed"

    def accept(self, reason: str) -> None:
        """Have the next start follow the branch that the endpoints have then."""
        with self._store.transaction():
            self._journal.append("branch_accepted", None, reason=reason)
        Headers(self._store).save(BlockWindow())

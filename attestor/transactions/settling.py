"""What became of transactions, looked at until no more of it can change.

Endpoints lag apart: one has the nonce of a block whose receipts another has not. So a transaction
counts as replaced only where its nonce was gone at a block that several others are on top of, and
no endpoint has its receipt; and whatever is on record of one is looked at again then, since a
single endpoint's word may have been all there was at first.
"""

from dataclasses import dataclass
from enum import StrEnum

from attestor.chain.node import Node
from attestor.core.blocks import Block, BlockWindow
from attestor.core.transaction import Attempt, Outcome, Receipt
from attestor.transactions.log import AttemptLog

SETTLED_DEPTH = 12
"""Blocks on top of one for which no endpoint that answers at all lags any more."""
UNKNOWN = BlockWindow()


class Finding(StrEnum):
    """What is to be put on record of an attempt."""

    LEFT = "left"
    """Nothing new."""
    MINED = "mined"
    REPLACED = "replaced"
    UNMINED = "unmined"
    """It was taken for mined, or for replaced, and is neither: its outcome is open."""


@dataclass(frozen=True)
class Seen:
    """What the chain shows of an attempt: a receipt, or `nonce`, the payer's next one at a block
    that several others are on top of, where it was asked for. `is_agreed` says that most endpoints
    show the same."""

    receipt: Receipt | None
    nonce: int | None = None
    is_agreed: bool = False


def finding(attempt: Attempt, seen: Seen) -> Finding:
    """What follows from it."""
    if not seen.is_agreed:
        return Finding.LEFT
    if seen.receipt is not None:
        is_known = (attempt.outcome, attempt.receipt) == (seen.receipt.outcome, seen.receipt)
        return Finding.LEFT if is_known else Finding.MINED
    if seen.nonce is None:
        return Finding.LEFT
    if seen.nonce > attempt.transaction.nonce:
        is_known = attempt.outcome is Outcome.REPLACED
        return Finding.LEFT if is_known else Finding.REPLACED
    return Finding.LEFT if attempt.outcome is Outcome.PENDING else Finding.UNMINED


class Settler:
    """For one account; not for several threads at once."""

    def __init__(self, node: Node, log: AttemptLog, payer: bytes) -> None:
        self._node = node
        self._log = log
        self._payer = payer
        self._due: dict[bytes, int] = {}
        """From which head on each is looked at again, where its block does not say."""
        self._stands: set[tuple[bytes, Outcome, bytes]] = set()
        """What was looked at again, and was so. After a restart it is looked at once more."""
        self._nonce: tuple[bytes, int] | None = None
        """The payer's, at the block of a hash."""

    def settle(self, window: BlockWindow = UNKNOWN) -> None:
        """Put on record what became of the account's transactions. A block of the `window` need not
        be asked for. Raises the errors of a node."""
        pending, again = self._log.pending(self._payer), self._unsure()
        if not pending and not again:
            return
        head = window.head or self._node.head()
        for attempt in pending:
            self._note(attempt, self._seen(attempt, head, window))
        for attempt in again:
            if self._is_deep(attempt, head):
                self._look_again(attempt, head, window)
                # One for each head: after a restart there may be several.
                return

    def _unsure(self) -> list[Attempt]:
        settled = self._log.settled(self._payer)
        keys = {_key(attempt) for attempt in settled}
        self._stands &= keys
        names = {attempt.hash for attempt in settled}
        self._due = {name: due for name, due in self._due.items() if name in names}
        return [attempt for attempt in settled if _key(attempt) not in self._stands]

    def _is_deep(self, attempt: Attempt, head: Block) -> bool:
        # One without a block counts from when it was first found here.
        since = head.number if attempt.receipt is None else attempt.receipt.block_number
        return self._due.setdefault(attempt.hash, since + SETTLED_DEPTH) <= head.number

    def _look_again(self, attempt: Attempt, head: Block, window: BlockWindow) -> None:
        """By a majority of all endpoints: there is no third look."""
        seen = self._seen(attempt, head, window, of_all=True)
        self._note(attempt, seen)
        self._due[attempt.hash] = head.number + SETTLED_DEPTH
        if seen.is_agreed:
            self._log.looked_again(attempt.hash)
            self._stands.add(_key(attempt))

    def _note(self, attempt: Attempt, seen: Seen) -> None:
        match finding(attempt, seen):
            case Finding.MINED:
                assert seen.receipt is not None
                self._log.mined(seen.receipt)
            case Finding.REPLACED:
                self._log.replaced(attempt.hash)
            case Finding.UNMINED:
                self._log.unmined(attempt.hash)

    def _seen(
        self, attempt: Attempt, head: Block, window: BlockWindow, of_all: bool = False
    ) -> Seen:
        receipt = self._node.receipt(attempt.hash)
        if receipt is not None:
            # One endpoint's word must not have it taken for settled: it is sent no more.
            return Seen(receipt, is_agreed=self._node.confirms(receipt, of_all))
        deep = self._deep(head, window)
        if deep is None:
            return Seen(None)
        nonce = self._nonce_at(deep)
        if nonce <= attempt.transaction.nonce and attempt.outcome is Outcome.PENDING:
            return Seen(None, nonce)
        is_agreed = self._node.lacks(attempt.hash, of_all)
        is_agreed = is_agreed and self._node.has_nonce(self._payer, nonce, deep.hash)
        return Seen(None, nonce, is_agreed)

    def _deep(self, head: Block, window: BlockWindow) -> Block | None:
        number = head.number - SETTLED_DEPTH
        if number < 0:
            return None
        known = window.at(number)
        if known is not None:
            return known
        found = self._node.block(number)
        return found if self._node.agrees(found) else None

    def _nonce_at(self, deep: Block) -> int:
        """A block's state never changes: one answer is enough, until something follows from it."""
        if self._nonce is None or self._nonce[0] != deep.hash:
            self._nonce = deep.hash, self._node.nonce(self._payer, deep.hash)
        return self._nonce[1]


def _key(attempt: Attempt) -> tuple[bytes, Outcome, bytes]:
    block = b"" if attempt.receipt is None else attempt.receipt.block_hash
    return attempt.hash, attempt.outcome, block

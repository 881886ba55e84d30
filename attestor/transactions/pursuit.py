"""How long what is out has been waiting, counted in blocks."""

from dataclasses import dataclass, replace

from attestor.core.blocks import Block
from attestor.core.transaction import Attempt, Receipt
from attestor.errors import AttestorError
from attestor.transactions.replacement import is_stuck


@dataclass(frozen=True)
class Urgency:
    """The head at which an intent is looked at, and how many of the next blocks may include it. Who
    `doubts` that it is mined takes no endpoint's word for it against the others."""

    head: Block
    blocks_left: int
    doubts: bool = False


@dataclass(frozen=True)
class Followed:
    """Where an intent stands: its receipt, or else what keeps it from going on, if anything."""

    receipt: Receipt | None = None
    fault: AttestorError | None = None


@dataclass(frozen=True)
class _Out:
    """The newest attempt of an intent, the block at which it was first looked at, and the last one
    at which it was sent."""

    attempt: bytes
    first: int
    sent: int | None = None


class Pursuits:
    """What is out, by intent. Nothing is kept over a restart: the count begins anew."""

    def __init__(self) -> None:
        self._out: dict[str, _Out] = {}

    def is_stuck(self, newest: Attempt, urgency: Urgency) -> bool:
        """Whether the newest attempt of an intent has waited long enough at its price."""
        known = self._known(newest, urgency)
        waited = urgency.head.number - known.first
        fees = newest.transaction.fees
        return is_stuck(fees, urgency.head.base_fee, waited, urgency.blocks_left)

    def is_to_be_sent(self, newest: Attempt, urgency: Urgency) -> bool:
        """Whether it was not sent at this head yet; saying so once. A node may lose it any time."""
        known = self._known(newest, urgency)
        if known.sent == urgency.head.number:
            return False
        self._out[newest.intent] = replace(known, sent=urgency.head.number)
        return True

    def forget(self, intent: str) -> None:
        """It is mined."""
        self._out.pop(intent, None)

    def _known(self, newest: Attempt, urgency: Urgency) -> _Out:
        known = self._out.get(newest.intent)
        # A head below the first one is of another branch: the count begins anew.
        if known is None or known.attempt != newest.hash or urgency.head.number < known.first:
            known = _Out(newest.hash, urgency.head.number)
            self._out[newest.intent] = known
        return known

"""Keeps transactions from being mined that nobody wants any more.

A registration that was given up registers a key that is destroyed: mined in time it costs its gas,
and later it reverts, costs gas, and counts against `payer.max_reverted_gas_per_day`, which then
holds back registrations that are wanted. Most are replaced for nothing, since the next registration
takes their nonce. Where none comes, since there is no quote or the budget is spent, an empty
transaction takes it.
"""

from collections.abc import Collection, Sequence
from contextlib import suppress

from attestor.chain.node import Node
from attestor.core.blocks import Block
from attestor.core.text import to_hex
from attestor.core.transaction import (
    Attempt,
    Intent,
    Outcome,
    Purpose,
    nothing,
)
from attestor.errors import FeeCapReached, PayerEmpty
from attestor.transactions.answers import explained
from attestor.transactions.log import AttemptLog
from attestor.transactions.pricing import Call, Pricer
from attestor.transactions.pursuit import Pursuits, Urgency
from attestor.transactions.replacement import outbids

PATIENCE_BLOCKS = 3
"""For how long the next registration may still come and take the nonce."""
UNHURRIED = 1000
"""Blocks that are left: no window ends for a cancellation."""


class Canceller:
    """For one account; not for several threads at once."""

    def __init__(self, node: Node, pricer: Pricer, log: AttemptLog) -> None:
        self._node = node
        self._pricer = pricer
        self._log = log
        self._pursuits = Pursuits()
        self._unwanted: tuple[bytes, int] | None = None
        """The newest of what is out and unwanted, and the block at which that was first seen."""

    def cancel(self, wanted: Collection[str], head: Block) -> Attempt | None:
        """An empty transaction takes the nonce that is next, when all that is out with it is of no
        `wanted` intent, or a further attempt of one that is done. It is sent again at each head.
        The one that was made now, if any.

        What the payer cannot outbid stays out. Raises the errors of a node.
        """
        pending = self._log.pending(self._pricer.payer)
        if all(self._is_wanted(one, wanted) for one in pending):
            self._unwanted = None
            return None
        nonce = self._node.nonce(self._pricer.payer)
        out = [one for one in pending if one.transaction.nonce == nonce and one.transaction.raw]
        if not out or any(self._is_wanted(one, wanted) for one in out):
            self._unwanted = None
            return None
        # The payer may be empty, or the price beyond its cap: then it stays as it is.
        with suppress(FeeCapReached, PayerEmpty):
            newest = max(out, key=_offered)
            if newest.purpose is Purpose.CANCELLATION:
                # It offers more than all others with its nonce: whenever one of them could be
                # mined, it is. But a node may forget it.
                if self._pursuits.is_to_be_sent(newest, Urgency(head, UNHURRIED)):
                    self._send(newest)
            elif self._is_due(newest, out, head):
                return self._replace(intent_of(newest), out, pending)
        return None

    def _is_wanted(self, attempt: Attempt, wanted: Collection[str]) -> bool:
        done = (Outcome.SUCCEEDED, Outcome.REVERTED)
        return attempt.intent in wanted and not any(
            one.outcome in done for one in self._log.attempts(attempt.intent)
        )

    def _is_due(self, newest: Attempt, out: Sequence[Attempt], head: Block) -> bool:
        """Whether one of them could be mined at this base fee, and none was wanted for some
        blocks."""
        known, first = self._unwanted or (b"", 0)
        # A head below is of another branch: the count begins anew.
        if known != newest.hash or head.number < first:
            first = head.number
            self._unwanted = (newest.hash, first)
        could_land = any(one.transaction.fees.max_fee >= head.base_fee for one in out)
        return could_land and head.number - first >= PATIENCE_BLOCKS

    def _replace(
        self, intent: Intent, out: Sequence[Attempt], pending: Sequence[Attempt]
    ) -> Attempt | None:
        """A transaction that outbids all that is out, if the payer's cap has room for one."""
        nonce = out[0].transaction.nonce
        signed = self._pricer.prepare(Call(self._pricer.payer, b""), pending, nonce=nonce)
        if not all(outbids(signed.fees, one.transaction.fees) for one in out):
            return None
        # After a reorg that gave a nonce back it may be the very transaction that cancelled another
        # with that nonce before: signing is deterministic, and an empty one says nothing else.
        attempt = self._log.attempt(signed.hash) or self._log.signed(intent, signed, nothing)
        self._send(attempt)
        return attempt

    def _send(self, attempt: Attempt) -> None:
        if attempt.outcome is not Outcome.PENDING:
            self._log.sent_again(attempt.hash)
        with explained():
            self._node.send(attempt.transaction.raw, attempt.hash)


def _offered(attempt: Attempt) -> tuple[int, int]:
    """By which the one is found that a node holds of several with one nonce."""
    fees = attempt.transaction.fees
    return fees.max_fee, fees.priority_fee


def intent_of(unwanted: Attempt) -> Intent:
    """Under which the transaction is recorded that takes the nonce of another."""
    return Intent(Purpose.CANCELLATION, f"{Purpose.CANCELLATION}:{to_hex(unwanted.hash)}")

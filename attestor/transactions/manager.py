"""The one way in which transactions are sent, whatever they are for.

    simulate ─► price ─► record ─► send ─► wait ─► settle
                  ▲                          │
                  └───────── replace ────────┘  another attempt of the intent, with the same nonce

What is recorded before it is sent can be found after a stop at any point: it is settled, sent again
as it is, or replaced, and what it is for is done once.
"""

import threading
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace

from attestor.chain.node import Node
from attestor.core.blocks import Block, BlockWindow
from attestor.core.text import to_hex
from attestor.core.transaction import (
    Attempt,
    Intent,
    Note,
    Outcome,
    Receipt,
    SignedTransaction,
    nothing,
)
from attestor.errors import (
    AttestorError,
    FeeCapReached,
    PayerEmpty,
    RpcError,
    TransactionUnconfirmed,
    Transient,
)
from attestor.transactions.answers import answer_of, explained
from attestor.transactions.canceller import Canceller
from attestor.transactions.lock import AccountLock
from attestor.transactions.log import AttemptLog
from attestor.transactions.pricing import Call, Pricer, call_of
from attestor.transactions.pursuit import Followed, Pursuits, Urgency
from attestor.transactions.replacement import outbids
from attestor.transactions.send_state import Pace, SendAnswer, SendState, Step
from attestor.transactions.settling import UNKNOWN, Settler
from attestor.transactions.timer import Timer


class TransactionManager:
    """Sends from one account on one chain; nothing else may.

    Safe to use from several threads: from price to send, one at a time. `lock` is what
    `lock.lock_account` gave; it is held until `close`.
    """

    def __init__(
        self,
        node: Node,
        pricer: Pricer,
        log: AttemptLog,
        pace: Pace | None = None,
        timer: Timer | None = None,
        lock: AccountLock | None = None,
    ) -> None:
        self._node = node
        self._pricer = pricer
        self._log = log
        self._pace = pace or Pace()
        self._timer = timer or Timer()
        self._lock = lock
        self._one_writer = threading.RLock()
        self._pursuits = Pursuits()
        self._canceller = Canceller(node, pricer, log)
        self._settler = Settler(node, log, pricer.payer)

    @property
    def payer(self) -> bytes:
        """The account's address."""
        return self._pricer.payer

    def close(self) -> None:
        """Let others send from the account."""
        if self._lock is not None:
            self._lock.close()

    def attempts(self, intent: str) -> Sequence[Attempt]:
        """All attempts of an intent, oldest first."""
        return self._log.attempts(intent)

    def pending(self) -> Sequence[Attempt]:
        """The account's attempts whose outcome is not known, the oldest first."""
        return self._log.pending(self.payer)

    def submit(self, intent: Intent, call: Call, note: Note = nothing) -> Attempt:
        """Simulate, price, record and send the next attempt of an intent, without waiting.

        It takes the nonce of whatever is stuck. `note` writes what belongs to the intent. Raises
        what `call.simulate` does, `PayerEmpty`, `FeeCapReached`, and the errors of a node: after
        one that came of sending, the attempt is on record.
        """
        with self._one_writer:
            attempt = self._sign(intent, call, note)
            self._send(attempt)
        return attempt

    def follow(self, intent: Intent, urgency: Urgency) -> Followed:
        """The receipt of whichever attempt is mined, by the node of now: one that was seen before
        may be reorged out. Without any, the newest is sent again at each head, outbid when it is
        stuck, and signed anew when its nonce is gone or can never come.

        Raises what keeps a receipt from being asked for; what keeps it from being sent is returned.
        """
        attempts = self._log.attempts(intent.name)
        receipt = self._mined(attempts, urgency)
        if receipt is not None:
            self._log.mined(receipt)
            self._pursuits.forget(intent.name)
            return Followed(receipt)
        fault: AttestorError | None = None
        if attempts:
            # Its failure must not keep the caller from whatever else it looks after.
            try:
                with self._one_writer:
                    self._push(intent, attempts, urgency)
            except AttestorError as error:
                fault = error
        return Followed(fault=fault)

    def _mined(self, attempts: Sequence[Attempt], urgency: Urgency) -> Receipt | None:
        for attempt in reversed(attempts):
            receipt = self._node.receipt(attempt.hash)
            if receipt is not None and (not urgency.doubts or self._node.confirms(receipt)):
                return receipt
        return None

    def _push(self, intent: Intent, attempts: Sequence[Attempt], urgency: Urgency) -> None:
        """All by the head's block: a node that lags would let through what is done already."""
        newest, head = attempts[-1], urgency.head.hash
        nonce, mined = newest.transaction.nonce, self._node.nonce(self.payer, head)
        is_stuck = self._pursuits.is_stuck(newest, urgency)
        # A nonce that is too high for long waits for another that never comes.
        is_lost = nonce > mined and is_stuck and not self._is_next(intent, nonce, mined)
        if nonce < mined or is_lost:
            call = self._repeatable(newest.transaction, head)
            # A node that takes in the next block may have told that block's nonce for the head's,
            # before it had a receipt. If the call was judged after that, both show it now.
            if self._node.nonce(self.payer, head) != mined or self._mined(attempts, urgency):
                return
            newest = self._sign_anew(intent, call, newest.transaction.gas_limit)
        elif is_stuck and nonce == mined:
            newest = self._outbid(intent, newest)
        if self._pursuits.is_to_be_sent(newest, urgency):
            self._send(newest)

    def _is_next(self, intent: Intent, nonce: int, mined: int) -> bool:
        """Whether other intents are out with all nonces before it: of each the newest is sent."""
        pending = self._log.pending(self.payer)
        ours = {one.transaction.nonce for one in pending if one.intent != intent.name}
        return all(number in ours for number in range(mined, nonce))

    def _repeatable(self, lost: SignedTransaction, head: bytes) -> Call:
        """The same call. Raises unless it would still do its work after that block."""
        call = call_of(lost)
        if call.to is not None:
            self._node.call(call.to, call.data, self.payer, at=head)
        return call

    def _sign_anew(self, intent: Intent, call: Call, gas_limit: int) -> Attempt:
        """With the next nonce."""
        signed = self._pricer.prepare(call, self._log.pending(self.payer), gas_limit)
        return self._recorded(intent, signed, nothing)

    def _outbid(self, intent: Intent, newest: Attempt) -> Attempt:
        """The same call and nonce at a better price; what is out stays if that is over the cap."""
        out, pending = newest.transaction, self._log.pending(self.payer)
        signed = self._pricer.prepare(call_of(out), pending, out.gas_limit, out.nonce)
        return self._recorded(intent, signed, nothing) if outbids(signed.fees, out.fees) else newest

    def settle(self, window: BlockWindow = UNKNOWN) -> None:
        """Learn what became of attempts that nobody waits for any more (`settling.Settler`)."""
        with self._one_writer:
            self._settler.settle(window)

    def cancel(self, wanted: Collection[str], head: Block) -> Attempt | None:
        """Keep from being mined what is of no `wanted` intent (`canceller.Canceller`)."""
        with self._one_writer:
            return self._canceller.cancel(wanted, head)

    def complete(self, intent: Intent, call: Call, note: Note = nothing) -> Receipt:
        """Submit, and wait until one of the attempts is mined: sent again when it may have been
        lost, replaced when it is stuck. An attempt of the intent that is out since before a stop is
        resumed, and one that was mined meanwhile ends it. Raises as `submit`, and
        `TransactionUnconfirmed`."""
        with self._one_writer:
            state = SendState.begun(self._timer.now())
            attempt = self._out(intent)
            # Asked after the nonce: what is mined in between is then not sent anew.
            receipt = self._receipt(intent)
            if receipt is not None:
                return receipt
            if attempt is None:
                attempt = self.submit(intent, call, note)
            else:
                # Its price is of another day: what the node says of it may call for a better one.
                state = self._send_again(state, intent)
        while True:
            receipt = self._receipt(intent, attempt.hash)
            if receipt is not None:
                # What the others became is learnt now or with the next settling.
                with suppress(Transient, RpcError):
                    self.settle()
                return receipt
            state = self._step(state, intent, call, note)
            if self._timer.pause(self._pace.poll):
                raise self._unconfirmed(intent, state)

    def _step(self, state: SendState, intent: Intent, call: Call, note: Note) -> SendState:
        now = self._timer.now()
        match state.next_step(self._pace, now):
            case Step.GIVE_UP:
                raise self._unconfirmed(intent, state)
            case Step.SEND_AGAIN:
                return self._send_again(state, intent)
            case Step.REPLACE:
                return self._replace(state, intent, call, note)
        return state

    def _send_again(self, state: SendState, intent: Intent) -> SendState:
        answer, newest = SendAnswer.TAKEN, self._log.attempts(intent.name)[-1]
        try:
            self._send(newest)
        except AttestorError as error:
            answer = answer_of(error)
        return state.answered(answer, self._timer.now())

    def _replace(self, state: SendState, intent: Intent, call: Call, note: Note) -> SendState:
        """Another attempt, unless what is out cannot be outbid, or holds the nonce no more."""
        with self._one_writer:
            newest = self._log.attempts(intent.name)[-1].transaction
            priced = state.priced(self._timer.now())
            if self._node.nonce(self.payer) == newest.nonce:
                # Not estimated again: the node may count the one that is out, which did it already.
                pending = self._log.pending(self.payer)
                with suppress(FeeCapReached, PayerEmpty):
                    signed = self._pricer.prepare(call, pending, newest.gas_limit, newest.nonce)
                    if outbids(signed.fees, newest.fees):
                        self._recorded(intent, signed, note)
            return self._send_again(priced, intent)

    def _out(self, intent: Intent) -> Attempt | None:
        """The newest attempt of an intent, if it can still be mined, and be sent again."""
        newest = next(reversed(self._log.attempts(intent.name)), None)
        if newest is None or newest.outcome is not Outcome.PENDING or not newest.transaction.raw:
            return None
        return newest if self._node.nonce(self.payer) == newest.transaction.nonce else None

    def _sign(self, intent: Intent, call: Call, note: Note) -> Attempt:
        call.simulate(None)
        signed = self._pricer.prepare(call, self._log.pending(self.payer))
        return self._recorded(intent, signed, note)

    def _recorded(self, intent: Intent, signed: SignedTransaction, note: Note) -> Attempt:
        """The next attempt; or, at the cap or after a reorg that gave a nonce back, the earlier one
        whose very transaction it is. Raises `PayerBusy` once the account is another process's."""
        if self._lock is not None:
            self._lock.require()
        for attempt in self._log.attempts(intent.name):
            if attempt.hash == signed.hash:
                return replace(attempt, transaction=signed)
        return self._log.signed(intent, signed, note)

    def _send(self, attempt: Attempt) -> None:
        transaction = attempt.transaction
        if attempt.outcome is Outcome.REPLACED and self._is_open(transaction):
            self._log.sent_again(attempt.hash)
        if transaction.raw:
            with explained():
                self._node.send(transaction.raw, transaction.hash)

    def _is_open(self, transaction: SignedTransaction) -> bool:
        """Whether its nonce is free, as after a reorg that gave it back."""
        return self._node.nonce(self.payer) <= transaction.nonce

    def _receipt(self, intent: Intent, first: bytes = b"") -> Receipt | None:
        """Of any attempt that is out; `first` is, even if it was mined before a reorg."""
        for attempt in reversed(self._log.attempts(intent.name)):
            if attempt.outcome is Outcome.PENDING or attempt.hash == first:
                receipt = self._node.receipt(attempt.hash)
                if receipt is not None:
                    self._log.mined(receipt)
                    return receipt
        return None

    def _unconfirmed(self, intent: Intent, state: SendState) -> TransactionUnconfirmed:
        newest = self._log.attempts(intent.name)[-1]
        waited = self._timer.now() - state.started_at
        return TransactionUnconfirmed(
            f"transaction {to_hex(newest.hash)} (attempt {newest.number}) is not mined after "
            f"{waited:.3g} s",
            hint="it is looked for again, and outbid, the next time",
        )

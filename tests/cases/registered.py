"""Histories in which signers were registered one after the other, as the daemon writes them."""

from pathlib import Path

from attestor.core.blocks import Block
from attestor.core.fees import Fees
from attestor.core.registration import Quoted, Registration, RegistrationKind
from attestor.core.transaction import Receipt, SignedTransaction
from attestor.store.database import Store
from attestor.store.history import History
from attestor.store.journal import Journal
from attestor.store.signers import RegistrationRequest
from attestor.store.transactions import Transactions

MEASUREMENT = b"\x0a" * 32
VALID_SECONDS = 3600


class Recorded:
    """A database, and the clock of what is written to it."""

    def __init__(self, path: Path, now: float) -> None:
        self.now = now
        self.store = Store.open(path)
        journal = Journal(self.store, lambda: self.now)
        self.history = History(self.store, journal)
        self._transactions = Transactions(self.store, journal)
        self._number = 0

    def register(self, replaces: bytes | None = None) -> bytes:
        """The next signer becomes active."""
        self._number += 1
        number = self._number
        signer, name = number.to_bytes(20, "big"), number.to_bytes(32, "big")
        head = Block(number, name, bytes(32), int(self.now))
        self.history.signer_created(signer)
        quoted = Quoted(
            name,
            b"quote",
            signer,
            number,
            name,
            MEASUREMENT,
            deadline=2**40,
            possession=b"possession",
            provider="simulated",
            simulated=True,
            tcb_status="UpToDate",
        )
        self.history.quote_made(quoted)
        signed = SignedTransaction(name, b"raw", b"\x09" * 20, number, 100, Fees(3, 1))
        request = RegistrationRequest.of(quoted, RegistrationKind.RENEWAL)
        note = lambda: self.history.requested(request, b"")  # noqa: E731
        self._transactions.signed(request.intent, signed, note)
        self._transactions.mined(Receipt(name, number, name, True, 90, 3))
        (attempt,) = self._transactions.attempts(request.intent.name)
        ends = int(self.now) + VALID_SECONDS
        self.history.activated(attempt, replaces, Registration(0, ends, MEASUREMENT), head)
        return signer

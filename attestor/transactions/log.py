"""Where attempts are noted before they are sent. `store.transactions.Transactions` keeps them in
SQLite, `deployment.log.DeploymentLog` in a deployment file, `MemoryLog` nowhere."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from attestor.core.transaction import (
    Attempt,
    Intent,
    Note,
    Outcome,
    Receipt,
    SignedTransaction,
    nothing,
)


class AttemptLog(Protocol):
    """What was signed, and what became of it. What `signed` returned from is on record."""

    def attempts(self, intent: str) -> Sequence[Attempt]:
        """All attempts of an intent, oldest first."""

    def pending(self, payer: bytes) -> Sequence[Attempt]:
        """Attempts of the payer whose outcome is not known, oldest first."""

    def settled(self, payer: bytes) -> Sequence[Attempt]:
        """The payer's newest attempts whose outcome is on record, so far as a mistake in them is to
        be found."""

    def attempt(self, transaction_hash: bytes) -> Attempt | None:
        """The attempt, of whatever intent, whose transaction it is."""

    def signed(self, intent: Intent, transaction: SignedTransaction, note: Note) -> Attempt:
        """A transaction is about to be sent: the next attempt of its intent."""

    def mined(self, receipt: Receipt) -> None:
        """A transaction is in a block; a receipt that is known changes nothing."""

    def replaced(self, transaction_hash: bytes) -> None:
        """Another transaction took the nonce."""

    def sent_again(self, transaction_hash: bytes) -> None:
        """Its nonce is free again, by a reorg, and it is about to be sent: its outcome is open."""

    def unmined(self, transaction_hash: bytes) -> None:
        """What is on record of it was no endpoint's but one: its outcome is open."""

    def looked_again(self, transaction_hash: bytes) -> None:
        """What is on record of it is what most endpoints say, with several blocks on top."""


class MemoryLog:
    """For a command that keeps no history: the chain is it."""

    def __init__(self) -> None:
        self._attempts: list[Attempt] = []

    def attempts(self, intent: str) -> list[Attempt]:
        """All attempts of an intent, oldest first."""
        return [one for one in self._attempts if one.intent == intent]

    def pending(self, payer: bytes) -> list[Attempt]:
        """Attempts of the payer whose outcome is not known, oldest first."""
        return [
            one
            for one in self._attempts
            if one.outcome is Outcome.PENDING and one.transaction.payer == payer
        ]

    def settled(self, payer: bytes) -> list[Attempt]:
        """Nobody reads later what this one has."""
        return []

    def attempt(self, transaction_hash: bytes) -> Attempt | None:
        """The attempt whose transaction it is."""
        return next((one for one in self._attempts if one.hash == transaction_hash), None)

    def signed(
        self, intent: Intent, transaction: SignedTransaction, note: Note = nothing
    ) -> Attempt:
        """A transaction is about to be sent."""
        note()
        number = len(self.attempts(intent.name)) + 1
        attempt = Attempt(intent.name, intent.purpose, number, transaction)
        self._attempts.append(attempt)
        return attempt

    def mined(self, receipt: Receipt) -> None:
        """A transaction is in a block."""
        self._change(receipt.transaction_hash, receipt.outcome, receipt)

    def replaced(self, transaction_hash: bytes) -> None:
        """Another transaction took the nonce."""
        self._change(transaction_hash, Outcome.REPLACED, None)

    def sent_again(self, transaction_hash: bytes) -> None:
        """Its nonce is free again, and it is about to be sent."""
        self._change(transaction_hash, Outcome.PENDING, None)

    unmined = sent_again

    def looked_again(self, transaction_hash: bytes) -> None:
        """Nothing else here names it."""

    def _change(self, name: bytes, outcome: Outcome, receipt: Receipt | None) -> None:
        self._attempts = [
            replace(one, outcome=outcome, receipt=receipt) if one.hash == name else one
            for one in self._attempts
        ]

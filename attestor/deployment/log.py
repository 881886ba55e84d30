"""The deployment file as the log of its transactions."""

from dataclasses import replace
from pathlib import Path

from attestor.core.transaction import (
    Attempt,
    Intent,
    Note,
    Outcome,
    Receipt,
    SignedTransaction,
    nothing,
)
from attestor.deployment import record
from attestor.deployment.record import DeploymentRecord
from attestor.errors import DeploymentRefused


class DeploymentLog:
    """The record of one deployment, written to `path` at each change; None keeps no file.

    Raises `DeploymentFileInvalid`, and `DeploymentRefused` for a file of another chain.
    """

    def __init__(self, path: Path | None, chain_id: int) -> None:
        self._path = path
        self.record = DeploymentRecord(chain_id)
        if path is not None and path.exists():
            self.record = record.read(path)
        if self.record.chain_id != chain_id:
            raise DeploymentRefused(
                f"{path} is of chain {self.record.chain_id}, the node is on {chain_id}",
                hint="name another file",
            )

    def keep(self, changed: DeploymentRecord) -> None:
        """Replace the record."""
        self.record = changed
        if self._path is not None:
            record.write(self._path, changed)

    def attempts(self, intent: str) -> list[Attempt]:
        """All attempts of an intent that is not done, oldest first."""
        return [one for one in self.record.attempts if one.intent == intent]

    def pending(self, payer: bytes) -> list[Attempt]:
        """Attempts of the payer whose outcome is not known, oldest first."""
        return [
            one
            for one in self.record.attempts
            if one.outcome is Outcome.PENDING and one.transaction.payer == payer
        ]

    def settled(self, payer: bytes) -> list[Attempt]:
        """A deployment is looked at itself, and not its transactions, once they are mined."""
        return []

    def attempt(self, transaction_hash: bytes) -> Attempt | None:
        """The attempt whose transaction it is."""
        return next((one for one in self.record.attempts if one.hash == transaction_hash), None)

    def signed(
        self, intent: Intent, transaction: SignedTransaction, note: Note = nothing
    ) -> Attempt:
        """A transaction is about to be sent."""
        note()
        number = len(self.attempts(intent.name)) + 1
        attempt = Attempt(intent.name, intent.purpose, number, transaction)
        self.keep(replace(self.record, attempts=(*self.record.attempts, attempt)))
        return attempt

    def mined(self, receipt: Receipt) -> None:
        """A transaction is in a block."""
        self._settle(receipt.transaction_hash, receipt.outcome)

    def replaced(self, transaction_hash: bytes) -> None:
        """Another transaction took the nonce."""
        self._settle(transaction_hash, Outcome.REPLACED)

    def sent_again(self, transaction_hash: bytes) -> None:
        """Its nonce is free again, and it is about to be sent."""
        self._settle(transaction_hash, Outcome.PENDING)

    unmined = sent_again

    def looked_again(self, transaction_hash: bytes) -> None:
        """Nothing else here names it."""

    def _settle(self, name: bytes, outcome: Outcome) -> None:
        changed = tuple(
            replace(one, outcome=outcome) if one.hash == name else one
            for one in self.record.attempts
        )
        if changed != self.record.attempts:
            self.keep(replace(self.record, attempts=changed))

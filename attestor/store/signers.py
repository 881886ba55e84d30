"""Signers, their quotes and what is asked of the registry for them, as the tables have it."""

from dataclasses import dataclass
from typing import Any

from attestor.core.registration import Quoted, RegistrationKind
from attestor.core.signers import Active, Candidate, Stage
from attestor.core.text import from_hex, to_hex
from attestor.core.transaction import Intent, Purpose
from attestor.store.database import Store


@dataclass(frozen=True)
class RegistrationRequest:
    """What is asked of the registry, whatever transactions it takes. `quote` is its hash."""

    intent: Intent
    quote: bytes
    kind: RegistrationKind

    @classmethod
    def of(cls, quoted: Quoted, kind: RegistrationKind) -> "RegistrationRequest":
        """The request to register the signer of a quote in that way."""
        name = f"{kind}:{to_hex(quoted.hash)}"
        return cls(Intent(Purpose.REGISTRATION, name, quoted.signer), quoted.hash, kind)


@dataclass(frozen=True)
class MinedRegistration:
    """A transaction of a registration, and the block that included it by the last word of the
    history."""

    signer: bytes
    transaction_hash: bytes
    block_number: int
    block_hash: bytes


class Signers:
    """How the signers of a store stand. `store.history.History` writes it.

    What is newest is told by the order of rows: times in them are of a clock that may be set back.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def candidate(self) -> Candidate | None:
        """The signer that is on its way to registration."""
        row = self._store.row(
            "SELECT signers.*, quotes.reference_block, quotes.reference_block_hash FROM signers "
            "LEFT JOIN quotes ON quotes.signer = signers.address "
            "WHERE stage IN ('created', 'quoted', 'submitted') "
            "ORDER BY signers.rowid DESC, quotes.rowid DESC LIMIT 1"
        )
        if row is None:
            return None
        return Candidate(
            address=from_hex(row["address"]),
            stage=Stage(row["stage"]),
            reference_block=row["reference_block"] or 0,
            reference_hash=from_hex(row["reference_block_hash"] or "0x"),
        )

    def active(self) -> Active | None:
        """The signer that proofs are signed with; one that is paused is still the active one."""
        row = self._store.row(
            "SELECT registrations.*, stage FROM registrations "
            "JOIN signers ON signers.address = registrations.signer "
            "WHERE stage IN ('active', 'paused')"
        )
        if row is None:
            return None
        times = row["activated_timestamp"], row["valid_until"]
        return Active(from_hex(row["signer"]), *times, paused=row["stage"] == Stage.PAUSED)

    def quote(self, signer: bytes) -> Quoted | None:
        """A signer's newest quote."""
        row = self._store.row(
            "SELECT * FROM quotes WHERE signer = ? ORDER BY rowid DESC LIMIT 1", to_hex(signer)
        )
        return _quoted(row) if row is not None else None

    def newest_quote(self) -> bytes | None:
        """The newest quote of all, as the platform made it."""
        row = self._store.row("SELECT raw FROM quotes ORDER BY rowid DESC LIMIT 1")
        return row["raw"] if row is not None else None

    def request(self, signer: bytes) -> RegistrationRequest | None:
        """What was last sent, or is about to be, to register a signer."""
        row = self._store.row(
            "SELECT * FROM registration_requests WHERE signer = ? ORDER BY rowid DESC LIMIT 1",
            to_hex(signer),
        )
        if row is None:
            return None
        intent = Intent(Purpose.REGISTRATION, row["intent"], signer)
        return RegistrationRequest(intent, from_hex(row["quote"]), RegistrationKind(row["kind"]))

    def mined_since(self, number: int) -> list[MinedRegistration]:
        """Registrations that are mined in that block or later, as far as is known: of all signers,
        also of those that are closed."""
        rows = self._store.rows(
            "SELECT signer, hash, block_number, block_hash FROM transactions "
            "JOIN registration_requests USING (intent) WHERE block_number >= ?",
            number,
        )
        return [
            MinedRegistration(
                from_hex(row["signer"]),
                from_hex(row["hash"]),
                row["block_number"],
                from_hex(row["block_hash"]),
            )
            for row in rows
        ]


def _quoted(row: dict[str, Any]) -> Quoted:
    """Quotes from before version 3 have neither deadline nor possession."""
    return Quoted(
        hash=from_hex(row["hash"]),
        raw=row["raw"],
        signer=from_hex(row["signer"]),
        reference_block=row["reference_block"],
        reference_hash=from_hex(row["reference_block_hash"]),
        measurement=from_hex(row["measurement"]),
        deadline=row["deadline"] or 0,
        possession=row["possession"] or b"",
        provider=row["provider"],
        simulated=bool(row["simulated"]),
        tcb_status=row["tcb_status"],
        collateral=None if row["collateral"] is None else from_hex(row["collateral"]),
    )

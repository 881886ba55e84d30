"""What became of every signer: written before and after each step of a rotation.

Each method is one transaction that changes the tables and appends to the journal. The state of
the rotation is read back from these tables and kept nowhere else, so a restart goes on from
where the last commit left it.
"""

from dataclasses import dataclass
from typing import Any

from eth_utils.crypto import keccak

from attestor.core.blocks import Block
from attestor.core.registration import Quoted, Registration, RegistrationKind
from attestor.core.signers import Active, Candidate, Stage
from attestor.core.text import from_hex, to_hex
from attestor.core.transaction import Attempt, Intent, Purpose
from attestor.store.database import Store
from attestor.store.journal import Journal


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


class History:
    """Signers, quotes and registrations of a store; their transactions are in `Transactions`."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._journal = journal

    # --- reading ---

    def candidate(self) -> Candidate | None:
        """The signer that is on its way to registration."""
        row = self._store.row(
            "SELECT signers.*, quotes.reference_block, quotes.reference_block_hash FROM signers "
            "LEFT JOIN quotes ON quotes.signer = signers.address "
            "WHERE stage IN ('created', 'quoted', 'submitted') "
            "ORDER BY signers.created_at DESC, quotes.created_at DESC LIMIT 1"
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
        """The signer that proofs are signed with."""
        row = self._store.row(
            "SELECT registrations.* FROM registrations "
            "JOIN signers ON signers.address = registrations.signer WHERE stage = 'active'"
        )
        if row is None:
            return None
        return Active(from_hex(row["signer"]), row["activated_timestamp"], row["valid_until"])

    def quote(self, signer: bytes) -> Quoted | None:
        """A signer's newest quote."""
        row = self._store.row(
            "SELECT * FROM quotes WHERE signer = ? ORDER BY created_at DESC LIMIT 1", to_hex(signer)
        )
        return _quoted(row) if row is not None else None

    def newest_quote(self) -> bytes | None:
        """The newest quote of all, as the platform made it."""
        row = self._store.row("SELECT raw FROM quotes ORDER BY created_at DESC LIMIT 1")
        return row["raw"] if row is not None else None

    def request(self, signer: bytes) -> RegistrationRequest | None:
        """What was last sent, or is about to be, to register a signer."""
        row = self._store.row(
            "SELECT * FROM registration_requests WHERE signer = ? "
            "ORDER BY created_at DESC, rowid DESC LIMIT 1",
            to_hex(signer),
        )
        if row is None:
            return None
        intent = Intent(Purpose.REGISTRATION, row["intent"], signer)
        return RegistrationRequest(intent, from_hex(row["quote"]), RegistrationKind(row["kind"]))

    # --- writing ---

    def signer_created(self, address: bytes) -> None:
        """A new key exists in the signer process."""
        with self._store.transaction():
            self._store.insert(
                "signers",
                {
                    "address": to_hex(address),
                    "created_at": self._journal.now(),
                    "stage": Stage.CREATED,
                },
            )
            self._journal.append("signer_created", address)

    def quote_made(self, quoted: Quoted) -> None:
        """A quote passed the gate."""
        row = {
            "hash": to_hex(quoted.hash),
            "reference_block": quoted.reference_block,
            "reference_block_hash": to_hex(quoted.reference_hash),
            "measurement": to_hex(quoted.measurement),
            "provider": quoted.provider,
            "simulated": int(quoted.simulated),
            "tcb_status": quoted.tcb_status,
            "deadline": quoted.deadline,
        }
        blobs = {"raw": quoted.raw, "possession": quoted.possession}
        with self._store.transaction():
            created_at, signer = self._journal.now(), to_hex(quoted.signer)
            self._store.insert(
                "quotes", {**row, "signer": signer, "created_at": created_at, **blobs}
            )
            self._stage(quoted.signer, Stage.QUOTED)
            self._journal.append("quote_made", quoted.signer, **row)

    def requested(self, request: RegistrationRequest, sent: bytes) -> None:
        """A registration is about to be sent; `sent` is what stands in it for the quote."""
        signer = request.intent.signer
        assert signer is not None
        row = {
            "intent": request.intent.name,
            "quote": to_hex(request.quote),
            "kind": request.kind,
            "sent_hash": to_hex(keccak(sent)) if sent else None,
        }
        with self._store.transaction():
            if self._store.row(
                "SELECT 1 FROM registration_requests WHERE intent = ?", row["intent"]
            ):
                return
            now = self._journal.now()
            self._store.insert(
                "registration_requests", {**row, "signer": to_hex(signer), "created_at": now}
            )
            self._stage(signer, Stage.SUBMITTED)
            self._journal.append("registration_requested", signer, **row)

    def activated(
        self,
        attempt: Attempt,
        replaces: bytes | None,
        registration: Registration,
        head: Block,
    ) -> None:
        """The signer that `attempt` registers is registered and confirmed; the one before stops."""
        request = self._store.row(
            "SELECT signer, quote FROM registration_requests WHERE intent = ?", attempt.intent
        )
        if request is None:
            raise ValueError(f"{attempt.intent} was never requested")
        signer = from_hex(request["signer"])
        with self._store.transaction():
            if replaces is not None:
                self._retire(replaces, f"replaced by {to_hex(signer)}")
            self._stage(signer, Stage.ACTIVE)
            evidence = {
                "quote": request["quote"],
                "transaction_hash": to_hex(attempt.hash),
                "block_number": attempt.receipt.block_number if attempt.receipt else None,
                "valid_until": registration.valid_until,
            }
            now = self._journal.now()
            times = {"activated_at": now, "activated_timestamp": head.timestamp}
            self._store.insert("registrations", {"signer": to_hex(signer), **times, **evidence})
            self._journal.append("signer_activated", signer, **evidence)

    def retired(self, signer: bytes, reason: str) -> None:
        """The active signer stops without a successor."""
        with self._store.transaction():
            self._retire(signer, reason)

    def abandoned(self, signer: bytes, reason: str) -> None:
        """A signer will never be active."""
        with self._store.transaction():
            self._stage(signer, Stage.ABANDONED, reason)
            self._journal.append("signer_abandoned", signer, reason=reason)

    def step_failed(self, signer: bytes | None, step: str, code: str, message: str) -> None:
        """A step of a rotation failed and will be tried again."""
        with self._store.transaction():
            self._journal.append("step_failed", signer, step=step, code=code, message=message)

    def _retire(self, signer: bytes, reason: str) -> None:
        self._stage(signer, Stage.RETIRED, reason)
        self._store.update("registrations", to_hex(signer), retired_at=self._journal.now())
        self._journal.append("signer_retired", signer, reason=reason)

    def _stage(self, signer: bytes, stage: Stage, reason: str | None = None) -> None:
        self._store.update("signers", to_hex(signer), stage=stage, reason=reason)


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
    )

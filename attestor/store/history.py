"""What became of every signer: written before and after each step of a rotation.

Each method is one transaction that changes the tables and appends to the journal. The state of
the rotation is read back from these tables and kept nowhere else, so a restart goes on from
where the last commit left it.
"""

from typing import Any

from attestor.core.blocks import Block
from attestor.core.keccak import keccak
from attestor.core.registration import Quoted, Registration
from attestor.core.signers import Active, Stage
from attestor.core.text import from_hex, to_hex
from attestor.core.transaction import Attempt, Receipt
from attestor.store.database import Store
from attestor.store.journal import Journal
from attestor.store.signers import RegistrationRequest, Signers
from attestor.store.transactions import UNMINED, mined_registration


class History(Signers):
    """Signers, quotes and registrations of a store; their transactions are in `Transactions`."""

    def __init__(self, store: Store, journal: Journal) -> None:
        super().__init__(store)
        self._journal = journal

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
            "collateral": None if quoted.collateral is None else to_hex(quoted.collateral),
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
        """The signer that `attempt` registers is registered and confirmed; the one before stops.
        At `head` the chain vouches for it."""
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
                **_block_of(attempt.receipt),
                "valid_until": registration.valid_until,
                **_vouched(head),
            }
            now = self._journal.now()
            times = {"activated_at": now, "activated_timestamp": head.timestamp}
            self._store.insert("registrations", {"signer": to_hex(signer), **times, **evidence})
            self._journal.append("signer_activated", signer, **evidence)

    def paused(self, signer: bytes, reason: str, head: Block) -> None:
        """At `head` the chain does not vouch for the active signer: it signs nothing until it is
        resumed, and keeps its key. A second time it changes nothing."""
        with self._store.transaction():
            active = self._require_active(signer)
            if active.paused:
                return
            self._stage(signer, Stage.PAUSED, reason)
            evidence = {
                "reason": reason,
                "block_number": head.number,
                "block_hash": to_hex(head.hash),
            }
            entry = self._journal.append("signer_paused", signer, **evidence)
            times = {"paused_at": self._journal.now()}
            self._store.insert(
                "pauses", {"entry": entry, "signer": to_hex(signer), **evidence, **times}
            )

    def resumed(self, signer: bytes, head: Block, registration: Registration | None = None) -> None:
        """At `head` the chain vouches for the paused signer again: it signs. `registration` is the
        chain's record of it at `head`; one that was mined again may end at another time. A second
        time it changes nothing."""
        with self._store.transaction():
            if not self._require_active(signer).paused:
                return
            pause = self._store.row(
                "SELECT max(entry) AS entry FROM pauses WHERE signer = ?", to_hex(signer)
            )
            assert pause is not None
            self._stage(signer, Stage.ACTIVE)
            now = {"resumed_block": head.number, "resumed_block_hash": to_hex(head.hash)}
            self._store.update("pauses", pause["entry"], **now, resumed_at=self._journal.now())
            stands = {**mined_registration(self._store, to_hex(signer)), **_vouched(head)}
            if registration is not None:
                stands["valid_until"] = registration.valid_until
            self._store.update("registrations", to_hex(signer), **stands)
            self._journal.append("signer_resumed", signer, pause=pause["entry"], **stands)

    def reorged(self, transaction_hash: bytes, head: Block) -> None:
        """Seen at `head`: the block that held this attempt of a registration was replaced, or, if
        the attempt was never mined, that of another's transaction with the same effect. The attempt
        is pending again. A second time it changes nothing."""
        name = to_hex(transaction_hash)
        with self._store.transaction():
            row = self._store.row(
                "SELECT block_number, transactions.block_hash, signer FROM transactions "
                "JOIN registration_requests USING (intent) WHERE hash = ?",
                name,
            )
            if row is None:
                raise ValueError(f"no registration is known whose attempt is {name}")
            lost = {"block_number": row["block_number"], "block_hash": row["block_hash"]}
            if lost["block_hash"] is None and self._store.row(
                "SELECT 1 FROM reorged_registrations WHERE transaction_hash = ?", name
            ):
                return
            seen = {"head_number": head.number, "head_hash": to_hex(head.hash)}
            evidence = {"transaction_hash": name, **lost, **seen}
            signer = from_hex(row["signer"])
            entry = self._journal.append("registration_reorged", signer, **evidence)
            now = self._journal.now()
            self._store.insert(
                "reorged_registrations",
                {"entry": entry, "signer": row["signer"], **evidence, "created_at": now},
            )
            self._store.update("transactions", name, **UNMINED)

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

    def _require_active(self, signer: bytes) -> Active:
        active = self.active()
        if active is None or active.address != signer:
            raise ValueError(f"{to_hex(signer)} is not the active signer")
        return active

    def _stage(self, signer: bytes, stage: Stage, reason: str | None = None) -> None:
        self._store.update("signers", to_hex(signer), stage=stage, reason=reason)


def _block_of(receipt: Receipt | None) -> dict[str, Any]:
    if receipt is None:
        return {"block_number": None, "block_hash": None}
    return {"block_number": receipt.block_number, "block_hash": to_hex(receipt.block_hash)}


def _vouched(head: Block) -> dict[str, Any]:
    return {"vouched_block": head.number, "vouched_block_hash": to_hex(head.hash)}

"""Databases as each earlier version of attestor wrote them: its tables, its rows, its entries.

Three signers (one active, one given up whose transaction lost its nonce, one whose transaction is
out), jobs in every state, and what the version had beside: findings and a disagreement from 2,
kinds of registration from 3, uploads from 4, statements from 5, attempts and today's names from 6.
"""

from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak

from attestor.audit.old_names import COLUMNS, EVENTS
from attestor.core.text import to_hex
from attestor.store.database import Store
from attestor.store.journal import Journal
from attestor.store.migrations import MIGRATIONS

JOBS_APART = 10
"""The first version whose jobs have a database of their own."""
VERSIONS = range(1, len(MIGRATIONS))
ACTIVE, GIVEN_UP, OUT = (bytes([n]) * 20 for n in (1, 2, 3))
PAYER = "0x" + "09" * 20
FEES = {"gas_limit": 100, "max_fee_per_gas": 30, "max_priority_fee_per_gas": 2}
SENT_HASH = "0x" + "5e" * 32


class OldDaemon:
    """What a daemon of that version did to its database."""

    def __init__(self, path: Path, version: int) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("attestor.store.opening.MIGRATIONS", MIGRATIONS[:version])
            self.store = Store.open(path)
        self.version = version
        self.ticks = 1_800_000_000.0
        self.journal = Journal(self.store, self._clock)

    def _clock(self) -> float:
        self.ticks += 1
        return self.ticks

    def insert(self, table: str, **row: Any) -> None:
        self.store.insert(table, row)

    def live(self) -> None:
        with self.store.transaction():
            for signer in (ACTIVE, GIVEN_UP, OUT):
                self._submit(signer)
            self._mine(ACTIVE)
            self._activate(ACTIVE)
            self._replace(GIVEN_UP)
            self._jobs()
            if self.version >= 2:
                self._disagree()
            if self.version >= 4:
                self._upload()
        self.store.close()

    def _submit(self, signer: bytes) -> None:
        name, now, raw = to_hex(signer), self.journal.now(), b"quote of " + signer
        self.insert("signers", address=name, created_at=now, stage="submitted")
        self.journal.append("signer_created", signer)
        quote = {
            "hash": to_hex(keccak(raw)),
            "reference_block": 7,
            "reference_block_hash": "0x" + "07" * 32,
            "measurement": "0x" + "0a" * 32,
            "provider": "simulated",
            "simulated": 1,
            "tcb_status": "UpToDate",
        }
        if self.version >= 3:
            quote["deadline"] = 2000
        self.insert("quotes", **quote, signer=name, created_at=now, raw=raw)
        self.journal.append("quote_made", signer, **quote)
        sent: dict[str, Any] = {"hash": self.transaction(signer), "quote": quote["hash"]}
        if self.version >= 3:
            sent |= {"kind": "admission", "sent_hash": SENT_HASH}
        if self.version >= 6:
            sent = self._request(signer, str(quote["hash"]), now)
        sent |= {"payer": PAYER, "nonce": signer[0], **FEES}
        kept = {"created_at": now, "raw": b"raw" + signer}
        if self.version < 6:
            kept["signer"] = name
        self.insert("transactions", **sent, **kept)
        self.journal.append("transaction_signed", signer, **sent)

    def _request(self, signer: bytes, quote: str, now: str) -> dict[str, Any]:
        """What was asked for, in a row of its own; its first attempt."""
        intent = f"admission:{quote}"
        asked = {"intent": intent, "quote": quote, "kind": "admission", "sent_hash": SENT_HASH}
        row = {**asked, "signer": to_hex(signer), "created_at": now}
        self.insert("registration_requests", **row)
        self.journal.append("registration_requested", signer, **asked)
        return self._attempt(self.transaction(signer), "registration", intent)

    @staticmethod
    def _attempt(name: str, purpose: str, intent: str) -> dict[str, Any]:
        return {"hash": name, "purpose": purpose, "intent": intent, "attempt": 1}

    @staticmethod
    def transaction(signer: bytes) -> str:
        return to_hex(bytes([signer[0] + 64]) * 32)

    def _mine(self, signer: bytes) -> None:
        outcome = self._outcome("succeeded")
        self.store.update("transactions", self.transaction(signer), **outcome)
        entry = {"hash": self.transaction(signer), **outcome}
        self.journal.append("transaction_mined", signer, **entry)

    @staticmethod
    def _outcome(outcome: str) -> dict[str, Any]:
        block = {"block_number": 9, "block_hash": "0x" + "99" * 32}
        return {"outcome": outcome, **block, "gas_used": 90, "effective_gas_price": 12}

    def _activate(self, signer: bytes) -> None:
        evidence = {
            "quote": to_hex(keccak(b"quote of " + signer)),
            "transaction_hash": self.transaction(signer),
            "block_number": 9,
            "valid_until": 4610,
        }
        name, now = to_hex(signer), self.journal.now()
        times = {"activated_at": now, "activated_timestamp": 1010}
        self.insert("registrations", signer=name, **times, **evidence)
        self.store.update("signers", name, stage="active")
        self.journal.append("signer_activated", signer, **evidence)

    def _replace(self, signer: bytes) -> None:
        self.store.update("signers", to_hex(signer), stage="abandoned", reason="too old")
        self.journal.append("signer_abandoned", signer, reason="too old")
        self.store.update("transactions", self.transaction(signer), outcome="replaced")
        entry = {"hash": self.transaction(signer)} | self._replaced
        self.journal.append("transaction_replaced", signer, **entry)

    @property
    def _replaced(self) -> dict[str, Any]:
        return {"outcome": "replaced"} if self.version >= 6 else {}

    def _name(self, old: str) -> str:
        """Columns, values and events have today's names from version 6 on."""
        known = {**EVENTS, **COLUMNS, "unconfirmed": "inconclusive"}
        known |= {"resumed_because": "resumed_reason", "confirmation_limit": "cross_check_limit"}
        return known.get(old, old) if self.version >= 6 else old

    def _jobs(self) -> None:
        if self.version < JOBS_APART:
            self._open_jobs()
        self._prove("portable", engine="sp1-portable")
        if self.version >= 2:
            entry = self._prove(
                "sampled", engine="attestor", **{self._name("confirmation"): "after"}
            )
            found = {"finding": self._name("unconfirmed"), "finding_reason": "slow"}
            known = {"proof": entry} if self.version >= JOBS_APART else {}
            self.store.update("proofs", entry if known else "sampled", **found)
            event = self._name("proof_confirmed")
            self.journal.append(event, ACTIVE, job="sampled", **known, **found)

    def _open_jobs(self) -> None:
        self.insert("programs", sha256="aa", size=3, elf=b"elf")
        for job, state in [("queued", "queued"), ("running", "running"), ("limit", "failed")]:
            self._job(job, state)
        self.store.update("jobs", "running", starts=2)
        self.insert("stdin_entries", job="queued", position=0, data=b"input")
        failure = {"error_code": self._name("confirmation_limit"), "error_message": "too slow"}
        self.store.update("jobs", "limit", finished_at=self.journal.now(), **failure)

    def _job(self, job: str, state: str) -> None:
        if self.version >= JOBS_APART:
            return
        row = {"id": job, "program": "aa", "stdin_sha256": "bb" * 32, "state": state}
        self.insert("jobs", **row, created_at=self.journal.now())

    def _prove(self, job: str, **changes: Any) -> int:
        """The entry of the journal."""
        self._job(job, "done")
        evidence: dict[str, Any] = {
            "program_vkey": "0x" + "01" * 32,
            "vk_hash_bytes": "0x02",
            "digest": "0x03",
            "signature": "0x04",
            "cycles": 7,
            **changes,
        }
        if self.version >= 2:
            evidence.setdefault(self._name("confirmation"), "not_needed")
        if self.version >= 5:
            evidence |= {"statement_contract": "0x05", "statement_expires_at": 4000}
            evidence["statement_signature"] = "0x06"
        now = self.journal.now()
        kept: dict[str, Any] = {
            "job": job,
            "signer": to_hex(ACTIVE),
            "created_at": now,
            "public_values": b"v",
        }
        entry = self.journal.append("proof_signed", ACTIVE, job=job, **evidence)
        if self.version >= JOBS_APART:
            del kept["public_values"]
            kept["entry"] = entry
        self.insert("proofs", **kept, **evidence)
        return entry

    def _disagree(self) -> None:
        self._job("doubt", "failed")
        evidence = {
            "job": "doubt",
            "reason": "cycles",
            "program_sha256": "aa",
            "stdin_sha256": "bb" * 32,
        }
        entry = self.journal.append("engines_disagreed", None, **evidence)
        known = {"entry": entry} if self.version >= JOBS_APART else {}
        kept = {"at": self.journal.now(), "program": b"elf"}
        self.insert("disagreements", **evidence, **known, **kept)
        of = {"disagreement": entry} if known else {"job": "doubt"}
        self.insert("disagreement_stdin", **of, position=0, data=b"input")
        resumed = {"resumed_at": self.journal.now(), self._name("resumed_because"): "mended"}
        self.store.update("disagreements", entry if known else "doubt", **resumed)
        self.journal.append(
            "signing_resumed", None, job="doubt", **{self._name("because"): "mended"}
        )

    def _upload(self) -> None:
        for number, outcome in enumerate(["succeeded", "reverted", "replaced", "pending"], 1):
            name = to_hex(bytes([number]) * 32)
            table = self._send_upload(name, number)
            if outcome in ("succeeded", "reverted"):
                self.store.update(table, name, **self._outcome(outcome))
                event, told = self._name("upload_mined"), self._outcome(outcome)
                self.journal.append(event, None, hash=name, **told)
            elif outcome == "replaced":
                self.store.update(table, name, outcome="replaced")
                event = self._name("upload_replaced")
                self.journal.append(event, None, hash=name, **self._replaced)
        event = self._name("upkeep_failed")
        self.journal.append(event, None, code="payer_empty", message="no funds")

    def _send_upload(self, name: str, nonce: int) -> str:
        """The table that its outcome goes to."""
        item = {"name": "TCB info", "content_hash": "0x" + "0c" * 32, "valid_until": 2000}
        sent = {"payer": PAYER, "nonce": nonce, **FEES}
        now = self.journal.now()
        if self.version < 6:
            row = {"hash": name, **item, **sent}
            self.insert("uploads", **row, created_at=now)
            self.journal.append("upload_signed", None, **row)
            return "uploads"
        asked = {"intent": f"upload:{name}", **item}
        self.insert("uploads", **asked, created_at=now)
        self.journal.append("upload_requested", None, **asked)
        row = self._attempt(name, "upload", f"upload:{name}") | sent
        self.insert("transactions", **row, created_at=now, raw=b"raw")
        self.journal.append("transaction_signed", None, **row)
        return "transactions"

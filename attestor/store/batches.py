"""Every signed statement about a batch, in the history."""

import json
from dataclasses import dataclass
from typing import Any

from attestor.core.avs.poe import Poe
from attestor.core.execution import ExecutorBuild
from attestor.core.scroll.evidence import Evidence
from attestor.core.text import to_hex
from attestor.store.database import Store
from attestor.store.journal import Journal

SCROLL = "scroll"


@dataclass(frozen=True)
class BatchRecord:
    """A batch as it was signed; `provider` is None where nobody makes quotes of the signer."""

    chain_id: int
    index: int
    codec_version: int
    first_block: int
    last_block: int
    first_block_hash: bytes
    last_block_hash: bytes
    transactions: int
    l1_messages: int
    gas_used: int
    bound_by: str
    evidence: Evidence
    context_hash: bytes
    poe: Poe
    signature: bytes
    signer: bytes
    provider: str | None
    simulated: bool
    executor: ExecutorBuild

    def row(self) -> dict[str, Any]:
        """The columns that the journal has too."""
        return {
            "program": SCROLL,
            "chain_id": self.chain_id,
            "batch_index": self.index,
            "batch_hash": to_hex(self.poe.batch_hash),
            "codec_version": self.codec_version,
            "first_block": self.first_block,
            "last_block": self.last_block,
            "first_block_hash": to_hex(self.first_block_hash),
            "last_block_hash": to_hex(self.last_block_hash),
            "prev_state_root": to_hex(self.poe.prev_state_root),
            "new_state_root": to_hex(self.poe.new_state_root),
            "withdraw_root": to_hex(self.poe.withdrawal_root),
            "state_hash": to_hex(self.poe.state_hash),
            "transactions": self.transactions,
            "l1_messages": self.l1_messages,
            "gas_used": self.gas_used,
            "bound_by": self.bound_by,
            "evidence": self._evidence(),
            "context_hash": to_hex(self.context_hash),
            "digest": to_hex(self.poe.digest),
            "signature": to_hex(self.signature),
            "provider": self.provider,
            "simulated": int(self.simulated),
            "executor": self.executor.value,
        }

    def _evidence(self) -> str:
        """Without blobs, which their versioned hashes stand for."""
        known = self.evidence
        found = {
            "versioned_hashes": [to_hex(name) for name in known.versioned_hashes],
            "blobs": len(known.blobs),
            "index": known.index,
            "batch_hash": None if known.batch_hash is None else to_hex(known.batch_hash),
        }
        return json.dumps(found, sort_keys=True, separators=(",", ":"))


class Batches:
    """The table batches, which is journaled."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._journal = journal

    def signed(self, record: BatchRecord) -> None:
        """Keep a statement before it is handed out; a second time it changes nothing."""
        row, signer = record.row(), to_hex(record.signer)
        with self._store.transaction():
            known = self._store.row(
                "SELECT 1 FROM batches WHERE signature = ? AND context_hash = ?",
                row["signature"],
                row["context_hash"],
            )
            if known is not None:
                return
            entry = self._journal.append("batch_signed", record.signer, **row)
            kept = {"entry": entry, "signer": signer, **row, "created_at": self._journal.now()}
            self._store.insert("batches", kept)

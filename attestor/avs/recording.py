"""Signed batches in the history, and quotes of the key that signs them."""

import asyncio

from attestor.avs.proving import Record
from attestor.core.avs import report_data
from attestor.core.avs.context import Context
from attestor.core.execution import ExecutorBuild
from attestor.core.scroll.evidence import Evidence
from attestor.errors.scroll import ScrollBatchMismatch
from attestor.signer.poe.client import PoeSignerProcess, PoeStatus, SignedBatch
from attestor.store.batches import Batches, BatchRecord

MAX_INDEX = (1 << 63) - 1
"""Of a batch, as the database has it; the calldata of who made up a batch may have more."""


class SignerReporter:
    """Implements `parts.Reporter` by the signer process."""

    def __init__(self, signer: PoeSignerProcess) -> None:
        self._signer = signer

    async def report(self, given: bytes) -> bytes:
        """A quote; of what the caller gave, the last 32 bytes are in it. Raises as `QuoteProvider`
        does, and `SignerGone`."""
        return await asyncio.to_thread(self._signer.report, report_data.given_part(given))


def recorder(batches: Batches, status: PoeStatus, executor: ExecutorBuild) -> Record:
    """What keeps each signed batch. It raises a `DatabaseUnavailable` where it cannot be kept, and
    `ScrollBatchMismatch` for an index that no batch of Scroll will ever have."""

    def record(signed: SignedBatch, context: Context, evidence: Evidence) -> None:
        if signed.index > MAX_INDEX:
            raise ScrollBatchMismatch(
                f"batch {signed.index} is none of Scroll: its index is 2^63 or more"
            )
        batches.signed(
            BatchRecord(
                chain_id=status.chain_id,
                index=signed.index,
                codec_version=signed.version,
                first_block=signed.first_block,
                last_block=signed.last_block,
                first_block_hash=signed.first_block_hash,
                last_block_hash=signed.last_block_hash,
                transactions=signed.transactions,
                l1_messages=signed.l1_messages,
                gas_used=signed.gas_used,
                bound_by=signed.bound_by,
                evidence=evidence,
                context_hash=context.hash,
                poe=signed.poe,
                signature=signed.signature,
                signer=signed.signer,
                provider=status.provider,
                simulated=status.simulated or status.provider is None,
                executor=executor,
            )
        )

    return record

"""Batches through the signer process: blocks in runs, several at once, then one signature."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from loguru import logger

from attestor.avs.linking import Linked, Run, linked_runs
from attestor.core.avs.context import Context
from attestor.core.avs.poe import PoeAnswer
from attestor.core.scroll.evidence import Evidence
from attestor.core.text import to_hex
from attestor.errors.avs import BlocksUnknown
from attestor.errors.scroll import ScrollWitnessIncomplete
from attestor.executor.scroll import BlockRange
from attestor.http.clients import Asking
from attestor.http.turns import Turns
from attestor.scroll.node import ScrollNode
from attestor.scroll.verification import MOST_REPAIRS, repaired
from attestor.signer.poe.claims import Claim
from attestor.signer.poe.client import ExecutedPart, SignedBatch

ONCE = 2
"""Batches that are linked, and that are signed, at a time: each takes a thread, and may wait for a
node in it."""
MOST_RUNS = 3
"""Times that blocks are executed again because the signer process had forgotten them."""


class Signer(Protocol):
    """`signer.poe.client.PoeSignerProcess`."""

    def execute(self, blocks: BlockRange, claims: Sequence[Claim]) -> ExecutedPart: ...

    def sign(self, handles: Sequence[str], arguments: bytes, evidence: Evidence) -> SignedBatch: ...


Record = Callable[[SignedBatch, Context, Evidence], None]


class SignerBatchProver:
    """Implements `methods.BatchProver`. Lives in one loop; the work is done in `at_once` threads,
    which wait for as many children."""

    def __init__(
        self,
        signer: Signer,
        record: Record,
        node: ScrollNode | None = None,
        at_once: int = 2,
        asking: Asking | None = None,
    ) -> None:
        """`record` is called with each signed batch before anybody gets it. `node` is asked for
        what contexts lack. `asking` says for which client a batch is."""
        self._signer = signer
        self._record = record
        self._node = node
        self._at_once = at_once
        self._asking = asking or Asking()
        self._turns = Turns(at_once)
        self._linking, self._signing = Turns(ONCE), Turns(ONCE)
        self._pool = ThreadPoolExecutor(at_once, thread_name_prefix="blocks")

    async def prove(self, arguments: bytes, context: Context, evidence: Evidence) -> PoeAnswer:
        """Execute the context's blocks and have the batch signed that holds them.

        Raises a `ScrollError` where the context is at fault, what `core.scroll.binding.bind`
        raises where the batch is, and what executor children and the signer process raise.
        """
        began = time.monotonic()
        asking = self._asking()
        client = "" if asking is None else asking.share
        # In turns: a silent node must not take all threads.
        async with self._linking.turn(client):
            linked = await asyncio.to_thread(linked_runs, context, self._node, self._at_once)
        for attempt in range(1, MOST_RUNS + 1):
            handles = await self._execute(linked, client)
            try:
                async with self._signing.turn(client):
                    signed = await asyncio.to_thread(
                        self._signer.sign, handles, arguments, evidence
                    )
                break
            except BlocksUnknown:
                if attempt == MOST_RUNS:
                    raise
        await asyncio.to_thread(self._record, signed, context, evidence)
        logger.info(
            "batch {} (blocks {} to {}) proven in {:.1f} s: {}",
            signed.index,
            signed.first_block,
            signed.last_block,
            time.monotonic() - began,
            to_hex(signed.poe.batch_hash),
        )
        return PoeAnswer(
            batch_id=signed.index,
            start_block=signed.first_block,
            end_block=signed.last_block,
            poe=signed.poe,
            signature=signed.signature,
        )

    def close(self) -> None:
        """Start no further run."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    async def _execute(self, linked: Linked, client: str) -> list[str]:
        """Handles of all runs, in order. The first that fails ends those that have not begun."""
        running = [asyncio.ensure_future(self._one_run(run, client)) for run in linked.runs]
        done = 0
        try:
            for finished in asyncio.as_completed(running):
                part = await finished
                done += 1
                logger.info(
                    "{} of {} runs executed, {} gas in {:.1f} CPU seconds",
                    done,
                    len(running),
                    part.gas_used,
                    part.cpu_seconds,
                )
        except BaseException:
            # Whatever else fails is of the same context, and is told already.
            for future in running:
                future.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            raise
        return [future.result().handle for future in running]

    async def _one_run(self, run: Run, client: str) -> ExecutedPart:
        async with self._turns.turn(client):
            return await asyncio.get_running_loop().run_in_executor(self._pool, self._run, run)

    def _run(self, run: Run) -> ExecutedPart:
        blocks = run.blocks
        for _ in range(MOST_REPAIRS):
            try:
                return self._signer.execute(blocks, run.claims)
            except ScrollWitnessIncomplete as error:
                blocks = repaired(self._node, blocks, error, run.first - 1)
        return self._signer.execute(blocks, run.claims)

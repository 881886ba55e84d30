"""The methods of the prover, by their JSON-RPC names.

Numbers and texts of errors are those of sgx-prover 0.5; where that one ended by a panic, there is
an error.
"""

import asyncio
import time
from collections.abc import Mapping

from attestor.avs import failures
from attestor.avs.failures import because_of, failed, invalid_params
from attestor.avs.params import Params, ProveTask, evidence_of
from attestor.avs.parts import Parts
from attestor.avs.tasks import Tasks
from attestor.core.avs import batch, context_json, report_data
from attestor.core.avs.context import Context
from attestor.core.avs.context_store import ContextStore
from attestor.core.avs.poe import PoeAnswer
from attestor.core.avs.task_cache import TaskCache, TaskKey
from attestor.core.scroll.evidence import Evidence
from attestor.core.text import to_hex
from attestor.errors import AttestorError
from attestor.errors.avs import CallFailed, ContextInvalid, ContextRefused
from attestor.errors.scroll import (
    ScrollBatchMismatch,
    ScrollCalldataInvalid,
    ScrollCodecUnknown,
    ScrollError,
)
from attestor.http import jsonrpc
from attestor.http.beside_loop import beside_loop
from attestor.http.jsonrpc_server import Method
from attestor.http.jsonrpc_server import Params as RawParams
from attestor.http.turns import Turns

SCROLL, LINEA = 1, 2
NAMES = {SCROLL: "scroll", LINEA: "linea"}
L1_AT_ONCE = 2


class Methods:
    """Lives in one loop."""

    def __init__(self, parts: Parts, store: ContextStore | None = None) -> None:
        self._parts = parts
        self._metrics = parts.metrics
        self._store = store or ContextStore()
        self._tasks = Tasks(TaskCache())
        # Each of these would take a thread, and much memory or a node's time.
        self._packing, self._quoting = Turns(1), Turns(1)
        self._generating, self._asking_l1 = Turns(1), Turns(L1_AT_ONCE)

    def by_name(self) -> Mapping[str, Method]:
        """The methods."""
        return {
            "generateAttestationReport": self.report,
            "prover_metadata": self.metadata,
            "prover_genContext": self.generate_context,
            "prover_proveTask": self.prove_task,
            "prover_proveTaskWithoutContext": self.prove_task_without_context,
            "getPoe": self.get_poe,
            "da_putPob": self.put_context,
            "da_tryLock": self.try_lock,
        }

    async def stop(self) -> None:
        """End what is being proven."""
        await self._tasks.stop()

    async def metadata(self, raw: RawParams) -> object:
        """Which tasks need that the caller brings the context."""
        needs = self._parts.needs_context
        return {
            "with_context": needs,
            "version": self._parts.version,
            "task_with_context": {str(SCROLL): needs, str(LINEA): True},
        }

    async def report(self, raw: RawParams) -> object:
        """A quote over the signing key's address and the caller's last 32 bytes."""
        given = Params(raw, "req").data("req")
        if len(given) > report_data.SIZE:
            raise failed(failures.REPORT_DATA_INVALID, "invalid report data")
        began = time.monotonic()
        try:
            async with self._quoting.turn(self._parts.client):
                quote = await self._parts.reporter.report(given)
        except AttestorError as error:
            text = "generate report failed: "
            raise because_of(failures.REPORT_FAILED, error, text) from None
        self._metrics.set("attestation_report_ms", _ms_since(began))
        return to_hex(quote)

    async def generate_context(self, raw: RawParams) -> object:
        """The context of a range of blocks, which is kept for a while as well."""
        params = Params(raw, "start_block", "end_block", "ty")
        first, last = params.number("start_block"), params.number("end_block")
        _require_scroll(params.number("ty"), failures.CONTEXT_FAILED)
        context = await self._generate(first, last)
        async with self._packing.turn(self._parts.client):
            text = await beside_loop(_encoded, context)
        self._metrics.set("pob_size", len(text), NAMES[SCROLL])
        return jsonrpc.Encoded(text)

    async def prove_task(self, raw: RawParams) -> object:
        """The PoE of a batch whose context was uploaded or made before."""
        task = ProveTask.of(Params(raw, "arg").value("arg"))
        if task.task_type == LINEA:
            raise failed(
                failures.PROOF_FAILED, "Linea tasks are not served: this prover is for Scroll"
            )
        _require_scroll(task.task_type, failures.TASK_UNKNOWN)
        if task.batch is None:
            raise failed(failures.BATCH_INVALID, "the task has no batch")
        _parse(task.batch)
        context = self._store.get(task.context_hash, time.monotonic(), self._parts.client)
        if context is None:
            raise failed(
                failures.CONTEXT_NOT_FOUND, f"pob_hash not found: {to_hex(task.context_hash)}"
            )
        return await self._prove(task.batch, context, task.evidence)

    async def prove_task_without_context(self, raw: RawParams) -> object:
        """The PoE of a batch whose context this prover makes; with the selector in its calldata."""
        params = Params(raw, "task_data", "ty", "known")
        calldata = params.data("task_data")
        _require_scroll(params.number("ty"), failures.TASK_UNSUPPORTED)
        evidence = evidence_of(params.get("known"))
        try:
            arguments = batch.without_selector(calldata)
            first, last = batch.blocks_of(batch.parse(arguments), evidence.blobs)
        except AttestorError as error:
            raise because_of(failures.BATCH_INVALID, error) from None
        return await self._prove(arguments, await self._generate(first, last), evidence)

    async def get_poe(self, raw: RawParams) -> object:
        """The PoE of the batch that an L1 transaction commits; of several, the one that is named by
        its index in a second param of ours."""
        params = Params(raw, "arg", "batch_index")
        transaction, index = params.data("arg", 32), params.optional_number("batch_index")
        commits, sampling = self._parts.commits, self._parts.sampling
        if commits is None:
            raise failed(failures.L1_MISSING, "missing config for scroll_chain")
        try:
            async with self._asking_l1.turn(self._parts.client):
                if sampling:
                    sampled = index
                    if sampled is None:
                        sampled = await asyncio.to_thread(commits.index, transaction)
                    if sampled % sampling:
                        raise failed(failures.NOT_SAMPLED, "ratelimited, skip this, try next time")
                found = await asyncio.to_thread(commits.batch, transaction, index)
        except (ScrollBatchMismatch, ScrollCalldataInvalid, ScrollCodecUnknown) as error:
            raise because_of(failures.BATCH_INVALID, error) from None
        except CallFailed:
            raise
        except AttestorError as error:
            raise because_of(failures.PROOF_FAILED, error) from None
        context = await self._generate(found.first_block, found.last_block)
        return await self._prove(found.arguments, context, found.evidence)

    async def put_context(self, raw: RawParams) -> object:
        """Keep a context that a client uploads, if its blocks are what their hashes say."""
        value = Params(raw, "arg").value("arg")
        async with self._packing.turn(self._parts.client):
            try:
                context = await beside_loop(context_json.decode, value)
            except ContextInvalid as error:
                raise invalid_params(str(error)) from None
        self._keep(context)
        return None

    async def try_lock(self, raw: RawParams) -> object:
        """Whether the caller is to upload the context with that hash."""
        context_hash = Params(raw, "arg").data("arg", 32)
        return self._store.try_lock(context_hash, time.monotonic(), self._parts.client).value

    async def _generate(self, first: int, last: int) -> Context:
        if self._parts.contexts is None:
            raise failed(
                failures.CONTEXT_FAILED,
                "RequireExecutionEndpoint: no context can be made without an L2 node",
                "set scroll_endpoint in prover.json, or bring the context",
            )
        # Aggregators name a batch of one block by its first block and 0.
        last = last or first
        if not 0 < first <= last < first + context_json.MAX_BLOCKS:
            raise failed(
                failures.CONTEXT_FAILED,
                f"blocks {first} to {last} are no range of 1 to {context_json.MAX_BLOCKS} blocks",
            )
        began = time.monotonic()
        try:
            async with self._generating.turn(self._parts.client):
                context = await self._parts.contexts.context(first, last)
        except AttestorError as error:
            raise because_of(failures.CONTEXT_FAILED, error) from None
        self._metrics.set("ctx_ms", _ms_since(began), NAMES[SCROLL])
        self._metrics.count("gen_ctx", NAMES[SCROLL])
        kept = self._keep(context)
        return kept if kept == context else context

    def _keep(self, context: Context) -> Context:
        try:
            return self._store.put(context, time.monotonic(), self._parts.client)
        except ContextRefused as error:
            raise because_of(failures.CONTEXT_FAILED, error) from None

    async def _prove(self, arguments: bytes, context: Context, evidence: Evidence) -> object:
        key = TaskKey(batch.key_of(arguments, evidence), context.hash)

        async def prove() -> PoeAnswer:
            began = time.monotonic()
            answer = await self._parts.prover.prove(arguments, context, evidence)
            self._metrics.set("prove_ms", _ms_since(began), NAMES[SCROLL])
            return answer

        try:
            # Of two contexts with one hash, one may be of no use.
            answer = await self._tasks.answer(key, prove, id(context))
        except AttestorError as error:
            if isinstance(error, ScrollError):
                # What cannot be executed is of no use: another context may come in its place.
                self._store.drop(context)
            raise because_of(failures.PROOF_FAILED, error) from None
        self._store.proven(context)
        self._metrics.count("prove", NAMES[SCROLL])
        return answer.to_json()


def _encoded(context: Context) -> bytes:
    return jsonrpc.encode(context_json.encode(context))


def _parse(arguments: bytes) -> None:
    try:
        batch.parse(arguments)
    except AttestorError as error:
        raise because_of(failures.BATCH_INVALID, error) from None


def _require_scroll(kind: int, number: int) -> None:
    """Raise `CallFailed` for other tasks than Scroll's."""
    if kind == LINEA:
        raise failed(
            failures.TASK_UNSUPPORTED, "unsupport task Linea: this prover is for Scroll alone"
        )
    if kind != SCROLL:
        unsupported = number == failures.TASK_UNSUPPORTED
        text = "unsupport task" if unsupported else "unknown task:"
        raise failed(
            failures.TASK_UNSUPPORTED if unsupported else failures.TASK_UNKNOWN,
            f"{text} Other({kind})",
        )


def _ms_since(began: float) -> int:
    return round(1000 * (time.monotonic() - began))

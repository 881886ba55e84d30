"""The verbs of the role `poe`. It treats its caller, the prover that serves clients, as untrusted:
what is signed are batches of blocks that this process had executed, bound by its own hand."""

import threading
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Protocol

from attestor.core.avs import batch, report_data
from attestor.core.avs.poe import Poe, state_hash_of
from attestor.core.execution import Limits
from attestor.core.frame import Frame
from attestor.core.keccak import keccak
from attestor.core.scroll import binding
from attestor.core.scroll.blob import Kzg
from attestor.core.scroll.block import from_header
from attestor.core.scroll.evidence import Evidence
from attestor.core.text import from_hex, to_hex
from attestor.errors import ExecutorCrashed, QuoteProviderInvalid, RequestInvalid
from attestor.errors.scroll import ScrollBatchMismatch, ScrollWitnessIncomplete
from attestor.executor.scroll import BlockRange, Chain, ExecutedBlock, ExecutedRange, read_request
from attestor.hardening.secret_key import SecretKey
from attestor.quote.provider import QuoteProvider
from attestor.signer.answering import Verb, answered, whole
from attestor.signer.poe.claims import Claim, require_ours, require_same
from attestor.signer.poe.held_blocks import ExecutedBlocks, HeldBlocks
from attestor.signer.poe.settings import ROLE

GIVEN_BYTES = 32


class Executor(Protocol):
    """`executor.scroll.ScrollExecutor`."""

    def execute(self, chain: Chain, blocks: BlockRange, limits: Limits) -> ExecutedRange: ...


class PoeService:
    """Safe to use from several threads."""

    def __init__(
        self,
        key: SecretKey,
        provider: QuoteProvider | None,
        executor: Executor,
        chain: Chain,
        limits: Limits,
        kzg: Kzg,
        held: ExecutedBlocks | None = None,
    ) -> None:
        """Without a provider there are no quotes of the key."""
        self._key = key
        self._provider = provider
        self._executor = executor
        self._chain = chain
        self._limits = limits
        self._kzg = kzg
        self._held = held if held is not None else ExecutedBlocks()
        self._signing = threading.Lock()
        self._verbs: Mapping[str, Verb] = {
            "status": self._status,
            "report": self._report,
            "blocks": self._blocks,
            "batch": self._batch,
        }

    def handle(self, frame: Frame) -> Frame:
        """The answer to one request. Raises `AttestorError`s for the caller to transport."""
        return answered(self._verbs, frame)

    def handle_attached(self, frame: Frame) -> Frame:
        """No verb is for others than the process that started this one."""
        return answered({}, frame)

    def detached(self) -> None:
        """Nothing runs for others."""

    def _status(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        provider = self._provider
        return Frame(
            {
                "role": ROLE,
                "address": to_hex(self._key.address),
                "chain_id": self._chain.id,
                "provider": None if provider is None else provider.name,
                "simulated": provider is not None and provider.simulated,
                "handles": len(self._held),
            }
        )

    def _report(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        """A quote whose report data names this key, and ends in 32 bytes of the caller's."""
        given = from_hex(header["given"])
        if len(given) != GIVEN_BYTES:
            raise RequestInvalid(f"{len(given)} bytes were given, expected {GIVEN_BYTES}")
        if self._provider is None:
            raise QuoteProviderInvalid(
                "this machine makes no quotes", hint="run it in a TEE: docs/avs.md, quotes"
            )
        quote = self._provider.quote(report_data.compose(self._key.address, given))
        return Frame(
            {"provider": self._provider.name, "simulated": self._provider.simulated}, (quote,)
        )

    def _blocks(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        """Execute consecutive blocks, and hold what they came to; or which part the witness
        lacks."""
        claims = [Claim.from_header(item) for item in header["claims"]]
        blocks = read_request(blobs)
        if len(claims) != len(blocks.blocks):
            raise RequestInvalid(f"{len(claims)} claims of {len(blocks.blocks)} blocks")
        require_ours(claims, self._chain.id)
        # Before execution: what no batch could hold is not worth it.
        held = tuple(from_header(one.header, one.transactions) for one in blocks.blocks)
        try:
            found = self._executor.execute(self._chain, blocks, self._limits)
        except ScrollWitnessIncomplete as error:
            return Frame({"incomplete": _described(error)})
        _require_answered(blocks, found.blocks)
        require_same(claims, found.blocks)
        handle = self._held.hold(HeldBlocks(found.blocks, held, found.parent_checked))
        return Frame(
            {
                "handle": handle,
                "cpu_seconds": found.cpu_seconds,
                "gas_used": sum(block.gas_used for block in found.blocks),
            }
        )

    def _batch(self, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Frame:
        """Bind executed blocks to the batch in a commit's calldata (without its selector), and
        sign what they came to."""
        arguments, *given = blobs
        evidence = Evidence(
            blobs=tuple(given),
            versioned_hashes=tuple(from_hex(name) for name in header["versioned_hashes"]),
            index=None if header["index"] is None else whole(header["index"]),
            batch_hash=None if header["batch_hash"] is None else from_hex(header["batch_hash"]),
        )
        parts = self._held.of([str(handle) for handle in header["handles"]])
        executed = [block for part in parts for block in part.executed]
        _require_chained(executed, parts[0].is_anchored)
        blocks = [block for part in parts for block in part.blocks]
        bound = binding.bind(batch.parse(arguments), blocks, evidence, self._kzg)
        poe = Poe(
            batch_hash=bound.hash,
            state_hash=state_hash_of(len(executed)),
            prev_state_root=executed[0].pre_state_root,
            new_state_root=executed[-1].post_state_root,
            withdrawal_root=executed[-1].withdraw_root,
        )
        return Frame(
            {
                "poe": {name: to_hex(value) for name, value in vars(poe).items()},
                "signature": to_hex(self._sign(poe.digest)),
                "signer": to_hex(self._key.address),
                "index": bound.index,
                "version": bound.version,
                "first_block": bound.first_block,
                "last_block": bound.last_block,
                "first_block_hash": to_hex(executed[0].hash),
                "last_block_hash": to_hex(executed[-1].hash),
                "transactions": bound.transactions,
                "l1_messages": bound.l1_messages,
                "gas_used": sum(block.gas_used for block in executed),
                "bound_by": bound.bound_by.value,
            }
        )

    def _sign(self, digest: bytes) -> bytes:
        with self._signing:
            return self._key.sign(digest)


def _require_answered(blocks: BlockRange, executed: Sequence[ExecutedBlock]) -> None:
    """Raise `ExecutorCrashed` unless the child answered for these headers and transactions."""
    expected = [
        (keccak(one.header), keccak(b"".join(keccak(raw) for raw in one.transactions)))
        for one in blocks.blocks
    ]
    if expected != [(block.hash, block.transactions_digest) for block in executed]:
        raise ExecutorCrashed("the executor answered for other blocks than it was given")


def _require_chained(executed: Sequence[ExecutedBlock], is_anchored: bool) -> None:
    """Raise `ScrollBatchMismatch` unless each block is the one after that before it, and starts
    from the state that it left; the first one from that of its own parent."""
    if not is_anchored:
        raise ScrollBatchMismatch(
            f"the state before block {executed[0].number} is the context's word alone, as the "
            "header before that block was not given, or has a state of another kind (the first "
            "block of Euclid)",
            hint="set scroll_endpoint, or bring a context with parent_header",
        )
    for before, after in pairwise(executed):
        if (
            after.number != before.number + 1
            or after.parent_hash != before.hash
            or after.pre_state_root != before.post_state_root
        ):
            raise ScrollBatchMismatch(
                f"block {after.number} ({to_hex(after.hash)}) is not the one after block "
                f"{before.number} ({to_hex(before.hash)}): the blocks of a batch follow one another"
            )


def _described(error: ScrollWitnessIncomplete) -> dict[str, Any]:
    found: dict[str, Any] = {"message": error.message, "hint": error.hint, "block": error.block}
    for name in ("node", "code_hash", "address", "slot"):
        value: bytes | None = getattr(error, name)
        found[name] = None if value is None else to_hex(value)
    return found

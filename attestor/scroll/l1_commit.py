"""A commit as L1 has it: the transaction's calldata, the blobs that it names, and the events by
which the rollup contract says which batches came of it."""

from dataclasses import dataclass, field

from attestor.chain import refusals, wire
from attestor.core.keccak import keccak
from attestor.core.scroll.eras import CHAINS
from attestor.core.scroll.evidence import Evidence
from attestor.core.text import checksummed, to_hex
from attestor.errors import RpcError
from attestor.errors.scroll import ScrollBatchMismatch, ScrollNodeFailed
from attestor.scroll.fields import Fields, many
from attestor.scroll.node import Transport

COMMITTED = keccak(b"CommitBatch(uint256,bytes32)")
MAX_BLOBS = 64
MAX_INDEX = (1 << 64) - 1
"""Of a batch: 8 bytes of its header."""


@dataclass(frozen=True)
class L1Commit:
    """`batches` are index and hash of each batch, in order; `time` is that of the L1 block."""

    calldata: bytes = field(repr=False)
    versioned_hashes: tuple[bytes, ...]
    batches: tuple[tuple[int, bytes], ...]
    time: int

    def evidence(self, place: int, blobs: tuple[bytes, ...]) -> Evidence:
        """What is known of the batch at `place` of the commit."""
        index, batch_hash = self.batches[place]
        return Evidence(blobs, self.versioned_hashes, index, batch_hash)


def read(rpc: Transport, transaction: bytes, chain_id: int) -> L1Commit:
    """The commit in an L1 transaction.

    Raises `ScrollBatchMismatch` for one that is not mined, failed, or committed nothing to the
    rollup contract of `chain_id`; `ScrollNodeFailed` when the node refuses. Of
    a chain whose contract is not known here, no commit is known either: give its calldata.
    """
    name = to_hex(transaction)
    sent = Fields(_ask(rpc, "eth_getTransactionByHash", name), f"transaction {name}")
    receipt = wire.receipt(_ask(rpc, "eth_getTransactionReceipt", name), transaction)
    if not receipt.succeeded:
        raise ScrollBatchMismatch(f"the L1 transaction {name} failed: it commits nothing")
    known = CHAINS.get(chain_id)
    batches = tuple(
        (int.from_bytes(log.topics[1]), log.topics[2])
        for log in receipt.logs
        if len(log.topics) == 3
        and log.topics[0] == COMMITTED
        and log.address == (known.rollup if known else None)
    )
    if not batches:
        contract = checksummed(known.rollup) if known else "a rollup contract that is known here"
        raise ScrollBatchMismatch(
            f"the L1 transaction {name} commits no batch to {contract}",
            hint="give a transaction with the event CommitBatch, of the L1 that the chain is on",
        )
    if any(index > MAX_INDEX for index, _ in batches):
        raise ScrollNodeFailed(f"{rpc.label}: a batch index of transaction {name} is over 2^64")
    block = Fields(
        _ask(rpc, "eth_getBlockByHash", to_hex(receipt.block_hash), False), "the L1 block"
    )
    hashes = many(sent.get("blobVersionedHashes"), f"{sent.place}.blobVersionedHashes")
    if len(hashes) > MAX_BLOBS or any(len(found) != 32 for found in hashes):
        raise ScrollNodeFailed(f"{rpc.label}: transaction {name} names no versioned hashes")
    return L1Commit(
        calldata=sent.bytes("input", "data"),
        versioned_hashes=hashes,
        batches=batches,
        time=block.number("timestamp"),
    )


def _ask(rpc: Transport, method: str, *params: object) -> object:
    try:
        found: object = rpc.call(method, list(params))
    except RpcError as error:
        told = refusals.told_apart(error)
        raise ScrollNodeFailed(f"{rpc.label}: {told.message}", hint=told.hint) from None
    if found is None:
        raise ScrollBatchMismatch(f"{rpc.label} knows nothing of {params[0]}: {method}")
    return found

"""Commits of batches as L1 has them, for `getPoe`, with the blobs that they need."""

from collections.abc import Sequence

from attestor.avs.parts import Committed
from attestor.core.avs.batch import blocks_of
from attestor.core.scroll.blob import Kzg
from attestor.core.scroll.calldata import parse_commit
from attestor.errors.scroll import ScrollBatchMismatch
from attestor.scroll import batches, blob_sources, l1_commit
from attestor.scroll.blob_sources import BlobSource
from attestor.scroll.node import Transport


class L1Commits:
    """Asks an L1 node, and places for blobs. Blocks the thread that calls it."""

    def __init__(
        self, rpc: Transport, chain_id: int, kzg: Kzg, sources: Sequence[BlobSource] = ()
    ) -> None:
        """`chain_id` is of the L2 chain, whose rollup contract is known by it."""
        self._rpc = rpc
        self._chain_id = chain_id
        self._kzg = kzg
        self._sources = sources

    def index(self, transaction: bytes) -> int:
        """The index of the first batch that the transaction commits. Raises as `l1_commit.read`."""
        return l1_commit.read(self._rpc, transaction, self._chain_id).batches[0][0]

    def batch(self, transaction: bytes) -> Committed:
        """The batch that the transaction commits, which must be one alone.

        Raises `ScrollBatchMismatch` for a transaction that commits none, or several;
        `ScrollBlobUnavailable` where its blob is needed and nobody has it; `ScrollNodeFailed`.
        """
        found = l1_commit.read(self._rpc, transaction, self._chain_id)
        if len(found.batches) != 1:
            raise ScrollBatchMismatch(
                f"the transaction commits {len(found.batches)} batches, from "
                f"{found.batches[0][0]} on: one answer is for one batch",
                hint="use prover_proveTask with blobs, versioned_hashes and batch_index",
            )
        commit = parse_commit(found.calldata)
        known = batches.Known(versioned_hashes=found.versioned_hashes)
        blobs = tuple(
            blob_sources.find(name, self._sources, self._kzg, found.time)
            for name in batches.needed_blobs(commit, known)
        )
        first, last = blocks_of(commit, blobs)
        return Committed(found.calldata[4:], found.evidence(0, blobs), first, last)

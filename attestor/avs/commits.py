"""Commits of batches as L1 has them, for `getPoe`, with the blobs that they need."""

from collections.abc import Sequence

from attestor.avs.parts import Committed
from attestor.core.avs.batch import blocks_of
from attestor.core.scroll.blob import Kzg
from attestor.core.scroll.calldata import EnvelopeCommit, parse_commit
from attestor.errors.scroll import ScrollBatchMismatch
from attestor.scroll import batches, blob_sources, l1_commit
from attestor.scroll.blob_sources import BlobSource
from attestor.scroll.l1_commit import L1Commit
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

    def batch(self, transaction: bytes, index: int | None = None) -> Committed:
        """The batch that the transaction commits; of several, the one with that index.

        Raises `ScrollBatchMismatch` for a transaction that commits none, several where no index is
        given, or none with that index; `ScrollBlobUnavailable` where its blob is needed and nobody
        has it; `ScrollNodeFailed`.
        """
        found = l1_commit.read(self._rpc, transaction, self._chain_id)
        place = _place(found, index)
        commit = parse_commit(found.calldata)
        known = batches.Known(versioned_hashes=found.versioned_hashes)
        names = batches.needed_blobs(commit, known)
        if isinstance(commit, EnvelopeCommit):
            _require_a_blob_each(found)
            names = (names[place],)
        elif len(found.batches) > 1:
            raise ScrollBatchMismatch(
                f"the transaction commits {len(found.batches)} batches, and its calldata holds one"
            )
        blobs = tuple(
            blob_sources.find(name, self._sources, self._kzg, found.time) for name in names
        )
        first, last = blocks_of(commit, blobs)
        return Committed(found.calldata[4:], found.evidence(place, blobs), first, last)


def _place(found: L1Commit, index: int | None) -> int:
    indexes = [one for one, _ in found.batches]
    if index is None and len(indexes) == 1:
        return 0
    if index in indexes:
        return indexes.index(index)
    what = f"{len(indexes)} batches" if len(indexes) > 1 else "one batch"
    listed = ", ".join(map(str, indexes))
    raise ScrollBatchMismatch(
        f"the transaction commits {what} ({listed})"
        + ("" if index is None else f", and no batch {index}"),
        hint=f"name one of them as the second param: [transaction, {indexes[0]}]",
    )


def _require_a_blob_each(found: L1Commit) -> None:
    if len(found.versioned_hashes) != len(found.batches):
        raise ScrollBatchMismatch(
            f"the transaction names {len(found.versioned_hashes)} blobs, and commits "
            f"{len(found.batches)} batches"
        )

"""The batch in a task: calldata of the commit without its selector, as operators send it."""

from collections.abc import Sequence

from attestor.core.keccak import keccak
from attestor.core.scroll import chunk, envelope
from attestor.core.scroll.calldata import (
    COMMIT_AND_FINALIZE,
    COMMIT_BATCH,
    COMMIT_BATCHES,
    COMMIT_WITH_PROOF,
    ChunkCommit,
    Commit,
    parse_commit,
)
from attestor.core.scroll.codec import codec_of
from attestor.core.scroll.evidence import Evidence
from attestor.errors.scroll import ScrollBlobRequired, ScrollCalldataInvalid

_WORD = 32
SELECTORS = (COMMIT_BATCH, COMMIT_WITH_PROOF, COMMIT_BATCHES, COMMIT_AND_FINALIZE)
_STRUCT_OFFSET = (3 * _WORD).to_bytes(_WORD)
"""The third argument of `commitAndFinalizeBatch`; `commitBatches` has a hash there."""


def parse(arguments: bytes) -> Commit:
    """The commit. The version, which is the first argument, says which call it was; of the two
    calls with an envelope, the third argument does.

    Raises `ScrollCalldataInvalid`, and `ScrollCodecUnknown` for a version that is not known.
    """
    if len(arguments) < _WORD:
        raise ScrollCalldataInvalid(
            f"the batch has {len(arguments)} bytes, which is no calldata of a commit",
            hint="give the input of the transaction that commits the batch, without its selector",
        )
    if any(arguments[: _WORD - 1]):
        selected = arguments[:4] in SELECTORS
        raise ScrollCalldataInvalid(
            "the batch does not begin with a version"
            + (": it begins with the selector, which is to be left out" if selected else "")
        )
    codec = codec_of(arguments[_WORD - 1])
    if codec.has_envelope:
        is_finalizing = arguments[2 * _WORD : 3 * _WORD] == _STRUCT_OFFSET
        return parse_commit((COMMIT_AND_FINALIZE if is_finalizing else COMMIT_BATCHES) + arguments)
    return parse_commit((COMMIT_WITH_PROOF if codec.has_challenge else COMMIT_BATCH) + arguments)


def without_selector(calldata: bytes) -> bytes:
    """The arguments of a commit's calldata. Raises `ScrollCalldataInvalid`."""
    if calldata[:4] not in SELECTORS:
        what = "it may be the hash of a transaction" if len(calldata) == _WORD else "no commit's"
        raise ScrollCalldataInvalid(
            f"the calldata of {len(calldata)} bytes begins with no selector of a commit ({what})",
            hint="give the input of the transaction that commits the batch, selector included",
        )
    return calldata[4:]


def key_of(arguments: bytes, evidence: Evidence) -> bytes:
    """What two tasks with the same batch have in common. What is known beside the calldata may
    change which batch it is."""
    index = b"" if evidence.index is None else evidence.index.to_bytes(8)
    parts = (arguments, index, evidence.batch_hash or b"", b"".join(evidence.versioned_hashes))
    return keccak(b"".join(keccak(part) for part in (*parts, *evidence.blobs)))


def blocks_of(commit: Commit, blobs: Sequence[bytes] = ()) -> tuple[int, int]:
    """First and last block of the batch. Raises `ScrollBlobRequired` where its blob says that and
    is not the only one that was given, and as what decodes chunks and blobs."""
    if isinstance(commit, ChunkCommit):
        numbers = [
            context.number
            for place, data in enumerate(commit.chunks)
            for context in chunk.parse(data, commit.codec, place).contexts
        ]
        return numbers[0], numbers[-1]
    if len(blobs) != 1:
        raise ScrollBlobRequired(
            f"the batch has codec version {commit.codec.version}: commitBatches carries no chunks, "
            f"and which blocks it holds is in its blob alone; {len(blobs)} blobs were given",
            hint="bring the context of its blocks with prover_proveTask, or give the batch's own "
            "blob",
        )
    held = envelope.parse(blobs[0], commit.codec)
    return held.first_block, held.first_block + len(held.contexts) - 1

"""The batch in a task: calldata of the commit without its selector, as operators send it."""

from eth_utils.crypto import keccak

from attestor.core.scroll import chunk
from attestor.core.scroll.calldata import (
    COMMIT_BATCH,
    COMMIT_BATCHES,
    COMMIT_WITH_PROOF,
    ChunkCommit,
    Commit,
    parse_commit,
)
from attestor.core.scroll.codec import codec_of
from attestor.errors.scroll import ScrollBlobRequired, ScrollCalldataInvalid

_WORD = 32
SELECTORS = (COMMIT_BATCH, COMMIT_WITH_PROOF, COMMIT_BATCHES)


def parse(arguments: bytes) -> Commit:
    """The commit. The version, which is the first argument, says which call it was.

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
        return parse_commit(COMMIT_BATCHES + arguments)
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


def key_of(arguments: bytes) -> bytes:
    """What two tasks with the same batch have in common."""
    return keccak(arguments)


def blocks_of(commit: Commit) -> tuple[int, int]:
    """First and last block of the batch. Raises `ScrollBlobRequired` where the calldata does not
    say it, and `ScrollCalldataInvalid`."""
    if not isinstance(commit, ChunkCommit):
        raise ScrollBlobRequired(
            f"the batch has codec version {commit.codec.version}: commitBatches carries no chunks, "
            "and which blocks it holds is in its blob alone",
            hint="bring the context of its blocks, and use prover_proveTask",
        )
    numbers = [
        context.number
        for place, data in enumerate(commit.chunks)
        for context in chunk.parse(data, commit.codec, place).contexts
    ]
    return numbers[0], numbers[-1]

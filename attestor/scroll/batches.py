"""Which batches a commit holds, their blocks, and binding the blocks once they are verified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from attestor.core.scroll import binding, chunk, envelope
from attestor.core.scroll.binding import BoundBatch
from attestor.core.scroll.blob import Kzg, versioned_hash
from attestor.core.scroll.block import from_header
from attestor.core.scroll.calldata import ChunkCommit, Commit, EnvelopeCommit
from attestor.core.scroll.codec import Binding
from attestor.core.scroll.eras import ZKTRIE_FORKS
from attestor.core.scroll.evidence import Evidence
from attestor.core.text import to_hex
from attestor.errors import AttestorError
from attestor.errors.scroll import ScrollBatchMismatch, ScrollBlobRequired
from attestor.executor.scroll import ExecutedBlock
from attestor.scroll import headers
from attestor.scroll.witness import Witness

_HINT = "give --blob FILE, --blob-url or --beacon-url"


@dataclass(frozen=True)
class Known:
    """What is known of a commit: blobs in any order, all versioned hashes that its transaction
    names, and index and hash of its batches, in order. All of it may be missing; `failures` says
    why blobs are, by their versioned hashes."""

    blobs: tuple[bytes, ...] = ()
    versioned_hashes: tuple[bytes, ...] = ()
    first_index: int | None = None
    hashes: tuple[bytes, ...] = ()
    failures: Mapping[bytes, AttestorError] = field(default_factory=dict)


@dataclass(frozen=True)
class Planned:
    """A batch of a commit, and the blocks (both ends included) that it is said to hold."""

    commit: Commit
    evidence: Evidence
    first_block: int
    last_block: int

    def bind(self, witnesses: Sequence[Witness], kzg: Kzg) -> BoundBatch:
        """The batch, of blocks that were executed. Raises as `core.scroll.binding.bind`, and for
        blocks of different branches, whose states do not follow from one another."""
        for before, after in pairwise(witnesses):
            if headers.parent_hash(after.header) != before.block_hash:
                raise ScrollBatchMismatch(
                    f"block {after.number} has another parent than block {before.number} as it was "
                    "executed"
                )
        blocks = [from_header(one.header, one.transactions) for one in witnesses]
        return binding.bind(self.commit, blocks, self.evidence, kzg)


@dataclass(frozen=True)
class Missing:
    """A batch of a commit whose blob is not there, so that nothing can be bound to it."""

    versioned_hash: bytes
    index: int | None
    error: AttestorError


def require_states(blocks: Sequence[ExecutedBlock]) -> None:
    """Raise `ScrollBatchMismatch` unless each block was executed on the state that the one before
    it left. With Euclid the state came into another kind of trie, whose root says nothing of that.
    """
    for before, after in pairwise(blocks):
        is_same_kind = (before.fork in ZKTRIE_FORKS) == (after.fork in ZKTRIE_FORKS)
        if is_same_kind and after.pre_state_root != before.post_state_root:
            raise ScrollBatchMismatch(
                f"block {after.number} was executed on the state {to_hex(after.pre_state_root)}, "
                f"block {before.number} left {to_hex(before.post_state_root)}"
            )


def needed_blobs(commit: Commit, known: Known) -> tuple[bytes, ...]:
    """Versioned hashes of blobs without which nothing can be bound."""
    return known.versioned_hashes if commit.codec.binding is Binding.BLOB else ()


def plan(commit: Commit, known: Known, kzg: Kzg) -> tuple[Planned | Missing, ...]:
    """All batches of the commit. Raises `ScrollBlobRequired` when not even their number is known,
    and `ScrollBatchMismatch` where what is known does not fit together."""
    if isinstance(commit, ChunkCommit):
        needed = needed_blobs(commit, known)
        if needed and not known.blobs:
            return (_missing(needed[0], known, 0),)
        return (_chunked(commit, known),)
    return _enveloped(commit, known, kzg)


def _chunked(commit: ChunkCommit, known: Known) -> Planned:
    numbers = [
        context.number
        for place, data in enumerate(commit.chunks)
        for context in chunk.parse(data, commit.codec, place).contexts
    ]
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))):
        raise ScrollBatchMismatch("the blocks of the batch do not follow one another")
    batch_hash = known.hashes[0] if known.hashes else None
    evidence = Evidence(known.blobs, known.versioned_hashes, known.first_index, batch_hash)
    return Planned(commit, evidence, numbers[0], numbers[-1])


def _enveloped(commit: EnvelopeCommit, known: Known, kzg: Kzg) -> tuple[Planned | Missing, ...]:
    blobs = {versioned_hash(kzg.commitment(blob)): blob for blob in known.blobs}
    names = known.versioned_hashes or tuple(blobs)
    if not names:
        raise ScrollBlobRequired(
            f"which blocks a commit of version {commit.codec.version} holds is in its blobs alone",
            hint=_HINT,
        )
    found: list[Planned | Missing] = []
    for place, name in enumerate(names):
        if name not in blobs:
            found.append(_missing(name, known, place))
            continue
        blob = blobs.pop(name)
        held = envelope.parse(blob, commit.codec)
        index = _index(known, place)
        batch_hash = known.hashes[place] if place < len(known.hashes) else None
        evidence = Evidence((blob,), names, index, batch_hash)
        last = held.first_block + len(held.contexts) - 1
        found.append(Planned(commit, evidence, held.first_block, last))
    if blobs:
        raise ScrollBatchMismatch(
            f"the blob {to_hex(next(iter(blobs)))} is not one that the commit names"
        )
    return tuple(found)


def _missing(name: bytes, known: Known, place: int) -> Missing:
    error = known.failures.get(name) or ScrollBlobRequired(
        f"its blob {to_hex(name)} was not given, and nowhere to get it from", hint=_HINT
    )
    return Missing(name, _index(known, place), error)


def _index(known: Known, place: int) -> int | None:
    return None if known.first_index is None else known.first_index + place

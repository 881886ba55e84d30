"""Binding blocks to a batch of versions 0 to 6: one per commit, its contexts in the calldata."""

from collections.abc import Sequence

from attestor.core.keccak import keccak
from attestor.core.scroll import batch_header, blob, chunk, l1_queue, payload
from attestor.core.scroll.batch_header import BatchHeader
from attestor.core.scroll.blob import Kzg, versioned_hash
from attestor.core.scroll.block import Block
from attestor.core.scroll.calldata import BlobProof, ChunkCommit
from attestor.core.scroll.chunk import Chunk
from attestor.core.scroll.codec import Binding
from attestor.core.scroll.evidence import Evidence
from attestor.core.text import to_hex
from attestor.errors.scroll import (
    ScrollBatchMismatch,
    ScrollBlobRequired,
    ScrollCalldataInvalid,
)

Opened = tuple[bytes, bytes, bytes]
"""The blob's versioned hash, and the point and value that L1 opened it at, as far as the version
has them."""
_HINT = "give the blob, or the versioned hash that the commit's L1 transaction names"


def bind(commit: ChunkCommit, blocks: Sequence[Block], evidence: Evidence, kzg: Kzg) -> BatchHeader:
    """The header of the batch. Raises as `binding.bind`."""
    codec, parent, chunks = commit.codec, _parent(commit), _chunks(commit)
    groups = _group(chunks, blocks)
    popped = l1_queue.pop(blocks, parent.total_popped)
    contexts = [context for one in chunks for context in one.contexts]
    for context, block, count in zip(contexts, blocks, popped.counts, strict=True):
        context.require(block, count)
    if commit.bitmap != popped.bitmap:
        raise ScrollBatchMismatch(
            "the calldata's bitmap of left-out L1 messages is not that of these blocks"
        )
    opened = _bind_transactions(commit, chunks, groups, evidence, kzg)
    l1_hashes = [
        [[keccak(raw) for raw in block.l1_messages] for block in group] for group in groups
    ]
    hashes = [one.hash(codec, found) for one, found in zip(chunks, l1_hashes, strict=True)]
    return _header(commit, parent, chunks, chunk.data_hash(hashes), popped.total, opened)


def claim(commit: ChunkCommit, blob_hash: bytes = b"") -> BatchHeader:
    """The header that L1 computes from the calldata alone, of a batch without L1 messages.

    It binds no transactions: for looking up a batch, never for vouching for one. `blob_hash` is
    that of versions 1 and 2, whose calldata has none. Raises as `binding.bind`.
    """
    codec, parent, chunks = commit.codec, _parent(commit), _chunks(commit)
    if any(context.l1_messages for one in chunks for context in one.contexts):
        raise ScrollBatchMismatch(
            "the batch has L1 messages, whose hashes are in the blocks and not in the calldata"
        )
    proof = commit.blob_proof
    opened = (blob_hash, b"", b"")
    if proof is not None:
        opened = (versioned_hash(proof.commitment), proof.z, proof.y)
    if len(opened[0]) != (0 if codec.binding is Binding.CHUNK else 32):
        raise ScrollBlobRequired("the versioned hash of the batch's blob is missing", hint=_HINT)
    hashes = [one.hash(codec, [[]] * len(one.contexts)) for one in chunks]
    return _header(commit, parent, chunks, chunk.data_hash(hashes), parent.total_popped, opened)


def _parent(commit: ChunkCommit) -> BatchHeader:
    parent = batch_header.parse(commit.parent, "the parent batch's header")
    if parent.version > commit.codec.version:
        raise ScrollCalldataInvalid(
            f"the parent batch has version {parent.version}, this one {commit.codec.version}"
        )
    return parent


def _chunks(commit: ChunkCommit) -> list[Chunk]:
    return [chunk.parse(data, commit.codec, place) for place, data in enumerate(commit.chunks)]


def _header(
    commit: ChunkCommit,
    parent: BatchHeader,
    chunks: Sequence[Chunk],
    data_hash: bytes,
    total_popped: int,
    opened: Opened,
) -> BatchHeader:
    is_opened = commit.codec.has_challenge
    return BatchHeader(
        version=commit.codec.version,
        index=parent.index + 1,
        parent_hash=keccak(commit.parent),
        blob_hash=opened[0],
        popped=total_popped - parent.total_popped,
        total_popped=total_popped,
        data_hash=data_hash,
        bitmap=b"" if is_opened else commit.bitmap,
        last_timestamp=chunks[-1].contexts[-1].timestamp if is_opened else 0,
        z=opened[1],
        y=opened[2],
    )


def _group(chunks: Sequence[Chunk], blocks: Sequence[Block]) -> list[Sequence[Block]]:
    """The blocks of each chunk."""
    total = sum(len(one.contexts) for one in chunks)
    if total != len(blocks):
        raise ScrollBatchMismatch(
            f"the batch holds {total} blocks from {chunks[0].contexts[0].number} on, executed "
            f"were {len(blocks)}"
        )
    groups, start = [], 0
    for one in chunks:
        groups.append(blocks[start : start + len(one.contexts)])
        start += len(one.contexts)
    return groups


def _bind_transactions(
    commit: ChunkCommit,
    chunks: Sequence[Chunk],
    groups: Sequence[Sequence[Block]],
    evidence: Evidence,
    kzg: Kzg,
) -> Opened:
    """Raises unless the blocks' transactions are the batch's."""
    codec = commit.codec
    if codec.binding is Binding.CHUNK:
        _require_in_chunks(chunks, groups)
        if evidence.blobs or evidence.versioned_hashes:
            raise ScrollBatchMismatch("a blob was given, but batches of version 0 have none")
        return b"", b"", b""
    held = payload.of_blocks(codec, groups)
    named = _named_hash(evidence)
    given = [(versioned_hash(kzg.commitment(data)), data) for data in evidence.blobs]
    if codec.binding is Binding.REBUILT_BLOB:
        rebuilt = versioned_hash(kzg.commitment(blob.pack(held.encode())))
        if not given and named is None and evidence.batch_hash is None:
            raise ScrollBlobRequired(
                "the calldata of version 1 does not say which blob belongs to it", hint=_HINT
            )
        _require_hash(rebuilt, named, given, "the blob rebuilt from these transactions")
        return rebuilt, b"", b""
    if codec.binding is Binding.BLOB:
        if not given:
            raise ScrollBlobRequired(
                f"the transactions of a batch of version {codec.version} are in its blob alone",
                hint="give the blob",
            )
        _require_hash(given[0][0], named, given, "the blob")
        held.require_in(given[0][1])
        return given[0][0], b"", b""
    proof = commit.blob_proof
    assert proof is not None
    blob_hash = _challenged(held, proof, kzg)
    _require_hash(blob_hash, named, given, "the calldata's commitment")
    for _, data in given:
        held.require_in(data)
    return blob_hash, proof.z, proof.y


def _require_in_chunks(chunks: Sequence[Chunk], groups: Sequence[Sequence[Block]]) -> None:
    for one, group in zip(chunks, groups, strict=True):
        executed = [(block.number, raw) for block in group for raw in block.l2_transactions]
        for (number, raw), held in zip(executed, one.transactions, strict=True):
            if raw != held:
                raise ScrollBatchMismatch(
                    f"block {number}: the batch holds another transaction than "
                    f"{to_hex(keccak(raw))}"
                )


def _challenged(held: payload.Payload, proof: BlobProof, kzg: Kzg) -> bytes:
    """The versioned hash of a blob that L1 opened at the point these transactions lead to."""
    blob_hash = versioned_hash(proof.commitment)
    expected = held.challenge(blob_hash)
    if expected != proof.z:
        raise ScrollBatchMismatch(
            f"the transactions of these blocks lead to the challenge {to_hex(expected)}, the "
            f"batch has {to_hex(proof.z)}"
        )
    if not kzg.opens(proof):
        raise ScrollCalldataInvalid("the blob's proof does not show the value that it is for")
    return blob_hash


def _named_hash(evidence: Evidence) -> bytes | None:
    names = evidence.versioned_hashes
    if len(names) > 1:
        raise ScrollBatchMismatch(f"{len(names)} blobs are named, a batch before version 7 has one")
    return names[0] if names else None


def _require_hash(
    found: bytes, named: bytes | None, given: Sequence[tuple[bytes, bytes]], what: str
) -> None:
    if len(given) > 1:
        raise ScrollBatchMismatch(f"{len(given)} blobs are given, a batch before version 7 has one")
    for expected in [*([] if named is None else [named]), *(name for name, _ in given)]:
        if found != expected:
            raise ScrollBatchMismatch(
                f"{what} has the versioned hash {to_hex(found)}, the batch's blob has "
                f"{to_hex(expected)}"
            )

"""Batches of Scroll's mainnet: what L1 was told is what we compute."""

from pathlib import Path

import pytest
from cases.scroll_real import blocks_in, messages_in, read, split

from attestor.core.scroll import batch_header, chunk, chunked, envelope, enveloped
from attestor.core.scroll.binding import bind
from attestor.core.scroll.blob import versioned_hash
from attestor.core.scroll.block import Block
from attestor.core.scroll.calldata import ChunkCommit, EnvelopeCommit, parse_commit
from attestor.core.scroll.calldata import parse_finalization as finalization_of
from attestor.core.scroll.evidence import Evidence
from attestor.errors.scroll import ScrollBatchMismatch
from attestor.kzg.commitments import CKzg

PUBLISHED_326800 = "9fc92b2699dcd97f0f22d81e13d316d76751de67bfbc3c6afd023b05ca930f37"
FINALIZED = ["v0-27589", "v1-175900", "v2-300000", "v3-310004", "v4-338214"]
WITHOUT_MESSAGES = ["v0-27589", "v1-175900", "v4-338214"]


@pytest.fixture(scope="module")
def kzg() -> CKzg:
    """The setup takes three seconds to read."""
    return CKzg()


def commit(vectors: Path, name: str) -> ChunkCommit:
    kind, index = name.split("-")
    path = vectors / "scroll" / "calldata" / f"mainnet-{kind}-commit-{index}.calldata"
    found = parse_commit(read(path))
    assert isinstance(found, ChunkCommit)
    return found


def finalized(vectors: Path, name: str) -> bytes:
    kind, index = name.split("-")
    path = vectors / "scroll" / "calldata" / f"mainnet-{kind}-finalize-{index}.calldata"
    return finalization_of(read(path)).header


def test_batch_326800__from_its_calldata__has_the_published_hash(vectors: Path) -> None:
    header = chunked.claim(commit(vectors, "v4-326800"))
    assert header.hash.hex() == PUBLISHED_326800
    assert header.index == 326800


@pytest.mark.parametrize("name", WITHOUT_MESSAGES)
def test_claim__batch_without_messages__is_the_finalized_header(vectors: Path, name: str) -> None:
    told = finalized(vectors, name)
    found = chunked.claim(commit(vectors, name), batch_header.parse(told).blob_hash)
    assert found.encode() == told


@pytest.mark.parametrize("name", FINALIZED)
def test_header__of_each_finalization__is_read_and_written(vectors: Path, name: str) -> None:
    told = finalized(vectors, name)
    header = batch_header.parse(told)
    assert header.encode() == told
    found = commit(vectors, name)
    parent = batch_header.parse(found.parent)
    assert header.parent_hash == parent.hash
    assert header.index == parent.index + 1
    assert header.total_popped == parent.total_popped + header.popped
    contexts = [one for at, data in enumerate(found.chunks) for one in _contexts(data, found, at)]
    assert header.popped == sum(context.l1_messages for context in contexts)
    if found.blob_proof is not None:
        proof = found.blob_proof
        assert header.blob_hash == versioned_hash(proof.commitment)
        assert (header.z, header.y) == (proof.z, proof.y)
        assert header.last_timestamp == contexts[-1].timestamp


def _contexts(data: bytes, found: ChunkCommit, place: int) -> tuple[chunk.Context, ...]:
    return chunk.parse(data, found.codec, place).contexts


@pytest.mark.parametrize("name", ["v1-175900", "v2-300000"])
def test_finalization__with_a_blobs_opening__is_of_the_headers_blob(
    vectors: Path, name: str
) -> None:
    kind, index = name.split("-")
    path = vectors / "scroll" / "calldata" / f"mainnet-{kind}-finalize-{index}.calldata"
    found = finalization_of(read(path))
    assert found.blob_proof is not None
    commitment = found.blob_proof[64:112]
    assert batch_header.parse(found.header).blob_hash == versioned_hash(commitment)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["v3-310004", "v4-326800", "v4-338214"])
def test_opening__of_each_commit__holds(vectors: Path, name: str, kzg: CKzg) -> None:
    proof = commit(vectors, name).blob_proof
    assert proof is not None
    assert kzg.opens(proof)
    assert not kzg.opens(type(proof)(proof.y, proof.z, proof.commitment, proof.proof))


def test_bind__version_0__is_the_finalized_batch(vectors: Path, kzg: CKzg) -> None:
    found = commit(vectors, "v0-27589")
    blocks: list[Block] = []
    for place, data in enumerate(found.chunks):
        held = chunk.parse(data, found.codec, place)
        blocks += blocks_in(held.contexts, b"".join(held.transactions))
    batch = bind(found, blocks, Evidence(), kzg)
    assert batch.header == finalized(vectors, "v0-27589")
    altered = list(blocks)
    place = next(at for at, block in enumerate(blocks) if len(block.transactions) > 1)
    swapped = blocks[place].transactions[::-1]
    altered[place] = Block(**{**vars(blocks[place]), "transactions": swapped})
    with pytest.raises(ScrollBatchMismatch, match=str(blocks[place].number)):
        bind(found, altered, Evidence(), kzg)


@pytest.mark.slow
@pytest.mark.parametrize("first", [414261, 414300])
def test_bind__each_batch_of_a_commit_of_version_8__leads_to_its_last_hash(
    vectors: Path, first: int, kzg: CKzg
) -> None:
    folder = vectors / "scroll" / "blobs"
    blobs = [read(folder / f"v8-{first + place}.blob") for place in range(3)]
    found = parse_commit(read(folder / f"v8-{first}.calldata"))
    assert isinstance(found, EnvelopeCommit)
    names = tuple(versioned_hash(kzg.commitment(blob)) for blob in blobs)
    headers = enveloped.chain(found, first, names)
    assert headers[-1].hash == found.last_hash
    for place, blob in enumerate(blobs):
        held = envelope.parse(blob, found.codec)
        assert len(split(held.transactions)) == sum(
            context.transactions - context.l1_messages for context in held.contexts
        )
        if any(context.l1_messages for context in held.contexts):
            continue  # Their content is in no blob.
        assert messages_in(held) == 0
        blocks = blocks_in(held.contexts, held.transactions)
        evidence = Evidence((blob,), names, first + place)
        batch = bind(found, blocks, evidence, kzg)
        assert batch.hash == headers[place].hash
        other = [*blocks[:-1], Block(**{**vars(blocks[-1]), "timestamp": 1})]
        with pytest.raises(ScrollBatchMismatch):
            bind(found, other, evidence, kzg)


@pytest.mark.slow
def test_chain__another_index__does_not_lead_to_the_last_hash(vectors: Path, kzg: CKzg) -> None:
    folder = vectors / "scroll" / "blobs"
    found = parse_commit(read(folder / "v8-414261.calldata"))
    assert isinstance(found, EnvelopeCommit)
    blobs = [read(folder / f"v8-{414261 + place}.blob") for place in range(3)]
    names = [versioned_hash(kzg.commitment(blob)) for blob in blobs]
    for index, chosen in ((414260, names), (414261, names[:2]), (414261, names[::-1])):
        with pytest.raises(ScrollBatchMismatch, match="batch hash"):
            enveloped.chain(found, index, chosen)

"""What binds executed blocks to a batch, for every codec."""

from dataclasses import replace

import pytest
from cases import scroll_batch
from cases.scroll_batch import INDEX, PLAIN, VERSIONS, CheapKzg, case

from attestor.core.scroll.batch_header import BatchHeader
from attestor.core.scroll.binding import BoundBatch, bind
from attestor.core.scroll.block import Block
from attestor.core.scroll.calldata import ChunkCommit, parse_commit
from attestor.core.scroll.codec import CODECS, Binding, codec_of
from attestor.core.scroll.evidence import Evidence
from attestor.errors import AttestorError
from attestor.errors.scroll import (
    ScrollBatchMismatch,
    ScrollBlobInvalid,
    ScrollBlobRequired,
    ScrollCalldataInvalid,
    ScrollCodecUnknown,
    ScrollIndexRequired,
)


def bound(
    made: scroll_batch.Case,
    content: tuple[Block, ...] | None = None,
    evidence: Evidence | None = None,
) -> BoundBatch:
    found = evidence if evidence is not None else made.evidence
    return bind(parse_commit(made.calldata), content or made.blocks, found, CheapKzg())


def least(made: scroll_batch.Case) -> Evidence:
    """As little as the version can do with: nothing that would tell the batch hash."""
    known = replace(made.evidence, batch_hash=None)
    binding = CODECS[made.version].binding
    if made.version >= 7:
        return replace(known, versioned_hashes=())
    if binding is Binding.CHALLENGE:
        return Evidence()
    return replace(known, blobs=() if binding is Binding.REBUILT_BLOB else known.blobs, index=None)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("compressed", [True, False])
def test_bind__genuine_batch__has_its_hash_and_says_what_bound_it(
    version: int, compressed: bool
) -> None:
    made = case(version, compressed=compressed)
    for evidence in (made.evidence, least(made)):
        found = bound(made, evidence=evidence)
        assert found.hash == made.batch_hash
        assert (found.index, found.version) == (INDEX, version)
        assert (found.first_block, found.last_block) == (500, 503)
        assert (found.transactions, found.l1_messages) == (9, 3)
        assert found.bound_by is CODECS[version].binding


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("other", ["with_other_transactions", "with_other_message"])
def test_bind__genuine_calldata_and_other_transactions__is_refused(
    version: int, other: str
) -> None:
    """The attack: contexts and counts are equal, so that the data hash is too."""
    made = case(version)
    content = getattr(scroll_batch, other)(PLAIN)
    counts = [(len(block.l1_messages), len(block.l2_transactions)) for block in content]
    assert counts == [(len(one.l1_messages), len(one.l2_transactions)) for one in PLAIN]
    assert bound(made).hash == made.batch_hash
    with pytest.raises(ScrollBatchMismatch):
        bound(made, content)


@pytest.mark.parametrize("version", VERSIONS)
def test_bind__other_transactions_and_the_least_evidence__is_refused(version: int) -> None:
    made = case(version)
    content = scroll_batch.with_other_transactions(PLAIN)
    with pytest.raises(ScrollBatchMismatch):
        bound(made, content, least(made))


@pytest.mark.parametrize("version", [1, 2, 7, 8, 9, 10])
def test_bind__without_blob_or_its_hash__is_refused_by_name(version: int) -> None:
    made = case(version)
    with pytest.raises(ScrollBlobRequired, match=r"version \d+"):
        bound(made, evidence=Evidence(index=INDEX))


@pytest.mark.parametrize("version", [2, 7, 10])
def test_bind__hash_of_the_blob_alone__is_not_enough(version: int) -> None:
    made = case(version)
    with pytest.raises(ScrollBlobRequired):
        bound(made, evidence=replace(made.evidence, blobs=()))


def test_bind__version_1__takes_blob_hash_or_batch_hash() -> None:
    made = case(1)
    whole = made.evidence
    for evidence in (
        Evidence(blobs=whole.blobs),
        Evidence(versioned_hashes=whole.versioned_hashes),
        Evidence(batch_hash=whole.batch_hash),
    ):
        assert bound(made, evidence=evidence).hash == made.batch_hash
        with pytest.raises(ScrollBatchMismatch):
            bound(made, scroll_batch.with_other_transactions(PLAIN), evidence)


@pytest.mark.parametrize("version", range(7, 11))
def test_bind__envelope_without_an_index__is_refused_by_name(version: int) -> None:
    with pytest.raises(ScrollIndexRequired, match="index"):
        bound(case(version), evidence=replace(case(version).evidence, index=None))


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("wrong", [{"index": INDEX + 1}, {"batch_hash": bytes(32)}])
def test_bind__other_index_or_hash_than_expected__is_refused(
    version: int, wrong: dict[str, int | bytes]
) -> None:
    made = case(version)
    with pytest.raises(ScrollBatchMismatch):
        bound(made, evidence=replace(made.evidence, **wrong))  # type: ignore[arg-type]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "field", ["number", "timestamp", "base_fee", "gas_limit", "transactions", "blocks"]
)
def test_bind__other_context__is_refused(version: int, field: str) -> None:
    made = case(version)
    content = list(PLAIN)
    if field == "blocks":
        content.append(replace(content[-1], number=content[-1].number + 1))
    elif field == "transactions":
        content[0] = replace(content[0], transactions=content[0].transactions[:-1])
    elif field == "number":
        content = [replace(block, number=block.number + 1) for block in content]
    else:
        content[1] = replace(content[1], **{field: getattr(content[1], field) + 1})
    with pytest.raises(ScrollBatchMismatch):
        bound(made, tuple(content))


@pytest.mark.parametrize("version", range(7))
def test_bind__messages_that_no_block_includes__have_their_bits_and_counts(version: int) -> None:
    first = scroll_batch.FIRST_POPPED
    content = scroll_batch.blocks([((first + 2,), 1), ((), 1), ((first + 3, first + 7), 0)])
    made = case(version, content)
    assert bound(made).hash == made.batch_hash
    closed = scroll_batch.blocks([((first,), 1), ((), 1), ((first + 3, first + 7), 0)])
    with pytest.raises(ScrollBatchMismatch):
        bound(made, closed)


def test_bind__left_out_message_from_version_7_on__is_refused() -> None:
    first = scroll_batch.FIRST_POPPED
    content = scroll_batch.blocks([((first,), 1), ((first + 2,), 0)])
    with pytest.raises(ScrollBatchMismatch, match=str(first + 1)):
        bound(case(7, content))


def test_bind__message_that_was_popped_before__is_refused() -> None:
    content = scroll_batch.blocks([((scroll_batch.FIRST_POPPED,), 1)])
    made = case(3, content)
    again = scroll_batch.blocks([((scroll_batch.FIRST_POPPED - 1,), 1)])
    with pytest.raises(ScrollBatchMismatch, match="popped before"):
        bound(made, again)


def test_bind__message_far_ahead__is_refused_before_memory_is_taken() -> None:
    content = scroll_batch.blocks([((scroll_batch.FIRST_POPPED,), 1)])
    far = scroll_batch.blocks([(((1 << 64) - 1,), 1)])
    with pytest.raises(ScrollBatchMismatch, match="more than a batch"):
        bound(case(3, content), far)


@pytest.mark.parametrize("version", range(1, 11))
def test_bind__blob_of_another_batch__is_refused(version: int) -> None:
    made = case(version)
    other = case(version, scroll_batch.with_other_transactions(PLAIN))
    with pytest.raises(ScrollBatchMismatch):
        bound(made, evidence=replace(made.evidence, blobs=other.evidence.blobs))
    evidence = replace(other.evidence, batch_hash=None)
    if version >= 3:
        with pytest.raises(AttestorError):
            bound(made, other.blocks, evidence)
    else:
        # The calldata names no blob: it is the hash of a batch that L1 does not know.
        assert bound(made, other.blocks, evidence).hash == other.batch_hash != made.batch_hash


@pytest.mark.parametrize("version", range(1, 7))
def test_bind__blob_that_the_l1_transaction_does_not_name__is_refused(version: int) -> None:
    made = case(version)
    named = replace(made.evidence, versioned_hashes=(b"\x01" + bytes(31),), batch_hash=None)
    with pytest.raises(ScrollBatchMismatch, match="versioned hash"):
        bound(made, evidence=named)


@pytest.mark.parametrize("version", range(3, 7))
def test_bind__blob_that_holds_other_transactions_than_its_challenge__is_refused(
    version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commitment, point and proof are those of the calldata: only the content is another."""
    other = case(version, scroll_batch.with_other_transactions(PLAIN)).evidence.blobs[0]
    monkeypatch.setattr(scroll_batch, "to_blob", lambda data: other)
    made = scroll_batch.case(version)
    assert bound(made, evidence=replace(made.evidence, blobs=())).hash == made.batch_hash
    with pytest.raises(ScrollBatchMismatch, match="blob"):
        bound(made)


@pytest.mark.parametrize("version", range(7))
def test_bind__numbers_that_l1_has_no_room_for__are_refused(
    version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = case(version)
    commit = parse_commit(made.calldata)
    assert isinstance(commit, ChunkCommit)
    last = replace(commit, parent=commit.parent[:1] + b"\xff" * 8 + commit.parent[9:])
    with pytest.raises(ScrollCalldataInvalid, match="index would be 18446744073709551616"):
        bind(last, made.blocks, replace(least(made), index=None), CheapKzg())
    end = (1 << 64) - 1
    monkeypatch.setattr(scroll_batch, "FIRST_POPPED", end - 1)
    content = scroll_batch.blocks([((end - 1,), 1)])
    made = scroll_batch.case(version, content)
    assert bound(made).l1_messages == 1
    with pytest.raises(ScrollCalldataInvalid, match="total of L1 messages would be"):
        header = BatchHeader(version, 1, bytes(32), bytes(32), 1, end + 1, bytes(32))
        header.encode()


def test_bind__opening_that_does_not_hold__is_refused() -> None:
    made = case(4)
    altered = bytearray(made.calldata)
    altered[-10] ^= 1
    with pytest.raises(ScrollCalldataInvalid, match="proof"):
        bind(parse_commit(bytes(altered)), made.blocks, made.evidence, CheapKzg())


def test_bind__commits_of_several_blobs__find_the_one_of_the_blocks() -> None:
    made = case(8)
    following = scroll_batch.blocks([((), 1)], first=504)
    evidence = replace(made.evidence, index=INDEX + 1, batch_hash=None)
    found = bound(made, following, evidence)
    assert (found.index, found.first_block) == (INDEX + 1, 504)
    alone = replace(evidence, blobs=evidence.blobs[1:])
    assert bound(made, following, alone) == found


def test_bind__blobs_in_another_order__do_not_lead_to_the_last_hash() -> None:
    made = case(8)
    names = made.evidence.versioned_hashes
    with pytest.raises(ScrollBatchMismatch, match="batch hash"):
        bound(made, evidence=replace(made.evidence, versioned_hashes=names[::-1]))


def test_bind__blob_after_whose_end_are_bytes__is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """L1 has the hash of just this blob."""
    packed = scroll_batch.to_blob
    monkeypatch.setattr(scroll_batch, "to_blob", lambda data: packed(data)[:-1] + b"\1")
    with pytest.raises(ScrollBlobInvalid, match="bytes after"):
        bound(scroll_batch.case(8, scroll_batch.blocks([((), 1)])))


def test_bind__bytes_after_the_frame_in_a_blob__are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    frame = scroll_batch.zstd
    monkeypatch.setattr(scroll_batch, "zstd", lambda data: frame(data) + b"\0")
    with pytest.raises(ScrollBlobInvalid, match="after its zstd frame"):
        bound(scroll_batch.case(8))


@pytest.mark.parametrize("version", VERSIONS)
def test_bind__fewer_blocks_than_the_batch_holds__are_refused(version: int) -> None:
    made = case(version)
    with pytest.raises(ScrollBatchMismatch, match="executed were"):
        bound(made, made.blocks[:-1])


@pytest.mark.parametrize(("place", "said"), [(0, "of version 9"), (4, "flag is 9")])
def test_bind__blob_with_another_head__is_refused(
    place: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    packed = scroll_batch.to_blob

    def altered(data: bytes) -> bytes:
        return packed(data[:place] + b"\x09" + data[place + 1 :])

    monkeypatch.setattr(scroll_batch, "to_blob", altered)
    with pytest.raises(ScrollBlobInvalid, match=said):
        bound(scroll_batch.case(8))


@pytest.mark.parametrize("content", [(), (PLAIN[0], PLAIN[2])])
def test_bind__blocks_that_do_not_follow_one_another__are_refused(
    content: tuple[Block, ...],
) -> None:
    made = case(3)
    with pytest.raises(ScrollBatchMismatch):
        bind(parse_commit(made.calldata), content, made.evidence, CheapKzg())


def test_bind__version_0_with_a_blob__is_refused() -> None:
    blobs = case(8).evidence.blobs[:1]
    with pytest.raises(ScrollBatchMismatch, match="have none"):
        bound(case(0), evidence=Evidence(blobs=blobs))


def test_bind__blocks_that_do_not_follow__are_refused_as_such() -> None:
    made = case(7)
    blocks = (made.blocks[0], replace(made.blocks[1], number=made.blocks[1].number + 1))
    with pytest.raises(ScrollBatchMismatch, match="follow one another"):
        bind(parse_commit(made.calldata), blocks, made.evidence, CheapKzg())


@pytest.mark.parametrize(("version", "said"), [(0x47, "Validium"), (0x87, "domain 2")])
def test_codec__of_another_kind_of_chain__is_refused_by_name(version: int, said: str) -> None:
    with pytest.raises(ScrollCodecUnknown, match=said):
        codec_of(version)

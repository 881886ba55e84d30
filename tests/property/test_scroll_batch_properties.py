"""Batches are read from bytes that anybody may have made."""

from dataclasses import replace
from functools import cache

import zstandard
from cases import scroll_batch
from cases.scroll_batch import INDEX, VERSIONS, CheapKzg
from hypothesis import given
from hypothesis import strategies as st

from attestor.core.scroll import batch_header, blob, chunk, envelope
from attestor.core.scroll.binding import BoundBatch, bind
from attestor.core.scroll.block import from_header
from attestor.core.scroll.calldata import parse_commit, parse_finalization
from attestor.core.scroll.codec import CODECS
from attestor.core.scroll.evidence import Evidence
from attestor.core.scroll.transaction import queue_index, require_whole
from attestor.errors import AttestorError

VERSION = st.sampled_from(VERSIONS)


@cache
def made(version: int, compressed: bool = True) -> scroll_batch.Case:
    return scroll_batch.case(version, compressed=compressed)


def flip(data: bytes, place: int, mask: int) -> bytes:
    place %= len(data)
    return data[:place] + bytes([data[place] ^ mask]) + data[place + 1 :]


def outcome(calldata: bytes, case: scroll_batch.Case, evidence: Evidence) -> BoundBatch | None:
    """None where it is refused, which is never by anything but a typed error."""
    try:
        return bind(parse_commit(calldata), case.blocks, evidence, CheapKzg())
    except AttestorError as error:
        require_unmistakable(error)
        return None


@given(VERSION, st.integers(0), st.integers(1, 255), st.booleans())
def test_bind__calldata_with_one_byte_changed__gives_no_result(
    version: int, place: int, mask: int, compressed: bool
) -> None:
    case = made(version, compressed)
    altered = flip(case.calldata, place, mask)
    assert outcome(altered, case, case.evidence) is None
    # Without an expected hash it can only be another batch's: the parent may be any.
    blind = replace(case.evidence, batch_hash=None)
    found = outcome(altered, case, blind)
    assert found is None or found.hash != case.batch_hash
    if version >= 7:
        assert found is None


@given(st.sampled_from(range(7, 11)), st.integers(0), st.integers(1, 255))
def test_bind__commit_that_finalizes_with_one_byte_changed__gives_no_other_result(
    version: int, place: int, mask: int
) -> None:
    """Roots and proof are of the finalization, which is compared by itself."""
    case = scroll_batch.finalizing(version)
    alone = Evidence(blobs=case.evidence.blobs, index=INDEX)
    found = outcome(flip(case.calldata, place, mask), case, alone)
    assert found is None or found.hash == case.batch_hash
    of_commit = place % len(case.calldata) < 4 + 96 or 73 > place % len(case.calldata) - 292 >= 0
    assert found is None or not of_commit


@given(st.sampled_from(range(1, 11)), st.integers(0), st.integers(1, 255), st.booleans())
def test_bind__blob_with_one_byte_changed__gives_no_result(
    version: int, place: int, mask: int, compressed: bool
) -> None:
    case = made(version, compressed)
    blobs = (flip(case.evidence.blobs[0], place, mask), *case.evidence.blobs[1:])
    assert outcome(case.calldata, case, replace(case.evidence, blobs=blobs)) is None
    if version >= 7:
        alone = Evidence(blobs=blobs, index=INDEX)
        assert outcome(case.calldata, case, alone) is None


@given(VERSION, st.integers(0), st.integers(1, 255), st.integers(0))
def test_bind__transaction_with_one_byte_changed__gives_no_result(
    version: int, place: int, mask: int, which: int
) -> None:
    case = made(version)
    filled = [at for at, block in enumerate(case.blocks) if block.transactions]
    at = filled[which % len(filled)]
    block = case.blocks[at]
    number = which % len(block.transactions)
    raw = flip(block.transactions[number], place, mask)
    transactions = (*block.transactions[:number], raw, *block.transactions[number + 1 :])
    blocks = (*case.blocks[:at], replace(block, transactions=transactions), *case.blocks[at + 1 :])
    altered = replace(case, blocks=blocks)
    assert outcome(case.calldata, altered, case.evidence) is None
    found = outcome(case.calldata, altered, replace(case.evidence, batch_hash=None))
    if version >= 7 or number >= len(block.l1_messages):
        assert found is None
    else:
        # L1 adds the messages' hashes itself: with others it is another batch's hash.
        assert found is None or found.hash != case.batch_hash


@given(VERSION, st.integers(0), st.integers(0, 64))
def test_calldata__cut_off_or_with_more__is_refused(version: int, cut: int, more: int) -> None:
    case = made(version)
    shorter = case.calldata[: cut % len(case.calldata)]
    assert outcome(shorter, case, case.evidence) is None
    assert outcome(case.calldata + bytes(more + 1), case, case.evidence) is None


@given(st.binary(max_size=400), VERSION)
def test_parsers__any_bytes__give_a_value_or_a_typed_error(data: bytes, version: int) -> None:
    selectors = [made(0).calldata[:4], made(3).calldata[:4], made(7).calldata[:4]]
    for start in (b"", *selectors):
        for read in (parse_commit, parse_finalization):
            attempt(read, start + data)
    attempt(batch_header.parse, data)
    attempt(lambda given: chunk.parse(given, CODECS[version], 0), data)
    attempt(lambda given: require_whole(given, "it"), data)
    attempt(queue_index, data)
    attempt(lambda given: from_header(given, (given,)), data)


@given(st.binary(max_size=300), st.sampled_from(range(7, 11)), st.booleans())
def test_envelope__any_bytes__give_a_value_or_a_typed_error(
    data: bytes, version: int, compressed: bool
) -> None:
    held = scroll_batch.zstd(data) if compressed else data
    start = bytes([version]) + len(held).to_bytes(3) + bytes([compressed])
    attempt(
        lambda given: envelope.parse(given, CODECS[version]), scroll_batch.to_blob(start + held)
    )
    attempt(lambda given: envelope.parse(given, CODECS[version]), scroll_batch.to_blob(data))


@given(st.binary(max_size=3000))
def test_blob__packed_and_unpacked__is_what_was_put_in(data: bytes) -> None:
    assert blob.unpack(blob.pack(data)) == data.ljust(blob.CAPACITY, b"\0")
    assert blob.pack(data) == scroll_batch.to_blob(data)


@given(st.binary(max_size=2000), st.binary(max_size=20))
def test_decompress__frame_and_more__is_told_apart(data: bytes, more: bytes) -> None:
    assert blob.decompress(scroll_batch.zstd(data) + more) == (data, more)


@given(st.binary(max_size=600))
def test_decompress__any_bytes__are_bounded_and_typed(data: bytes) -> None:
    attempt(blob.decompress, data)
    attempt(blob.decompress, scroll_batch.zstd(bytes(10_000))[:12] + data)


def test_decompress__bomb__ends_at_the_bound() -> None:
    form = zstandard.ZstdCompressionParameters(
        format=zstandard.FORMAT_ZSTD1_MAGICLESS, window_log=22
    )
    bomb = zstandard.ZstdCompressor(compression_params=form).compress(bytes(blob.MAX_PAYLOAD * 4))
    assert len(bomb) < blob.CAPACITY
    assert isinstance(attempt(blob.decompress, bomb), AttestorError)


def require_unmistakable(error: AttestorError) -> None:
    """Clients of provers drop a task on this word."""
    assert "skip" not in str(error).lower()


def attempt(read: object, data: bytes) -> object:
    """What `read` makes of it, or the typed error that it raises."""
    assert callable(read)
    try:
        return read(data)
    except AttestorError as error:
        require_unmistakable(error)
        return error

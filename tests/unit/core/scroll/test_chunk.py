"""Chunks of versions 0 to 6 that say what no block can be."""

import pytest
from cases.scroll_batch import PLAIN

from attestor.core.scroll import chunk
from attestor.core.scroll.codec import codec_of
from attestor.errors.scroll import ScrollBatchMismatch, ScrollCalldataInvalid

VERSIONS = range(7)


def context(transactions: int, l1_messages: int) -> bytes:
    return bytes(56) + transactions.to_bytes(2) + l1_messages.to_bytes(2)


@pytest.mark.parametrize("version", VERSIONS)
def test_parse__more_l1_messages_than_transactions__is_refused(version: int) -> None:
    codec = codec_of(version)
    good = chunk.parse(b"\x02" + context(0, 0) + context(2, 2), codec, 3)
    assert [one.l1_messages for one in good.contexts] == [0, 2]
    for bad in (context(1, 2), context(0, 1), context(255, 256)):
        with pytest.raises(ScrollCalldataInvalid, match="chunk 3.*block 1 has more L1 messages"):
            chunk.parse(b"\x02" + context(0, 0) + bad, codec, 3)


@pytest.mark.parametrize("version", VERSIONS)
def test_parse__no_blocks_or_bytes_left__is_refused(version: int) -> None:
    codec = codec_of(version)
    with pytest.raises(ScrollCalldataInvalid, match="no blocks"):
        chunk.parse(b"\0", codec, 0)
    for cut_or_more in (b"\x01" + context(0, 0)[:-1], b"\x01" + context(0, 0) + b"\0"):
        with pytest.raises(ScrollCalldataInvalid, match="chunk 0"):
            chunk.parse(cut_or_more, codec, 0)


def test_require__each_number_that_differs__is_named() -> None:
    block = PLAIN[0]
    numbers = [block.number, block.timestamp, block.base_fee, block.gas_limit]
    names = ("number ", "timestamp", "base fee", "gas limit")
    l2_count = len(block.l2_transactions)
    chunk.Context(*numbers, l2_count + 1, 1).require(block, 1)
    for place, name in enumerate(names):
        other = [number + (at == place) for at, number in enumerate(numbers)]
        with pytest.raises(ScrollBatchMismatch, match=name):
            chunk.Context(*other, l2_count + 1, 1).require(block, 1)
    with pytest.raises(ScrollBatchMismatch, match="number of L1 messages"):
        chunk.Context(*numbers, l2_count + 1, 0).require(block, 1)
    with pytest.raises(ScrollBatchMismatch, match="number of transactions"):
        chunk.Context(*numbers, l2_count, 1).require(block, 1)

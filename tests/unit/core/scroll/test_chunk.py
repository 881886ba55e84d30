"""Chunks of versions 0 to 6 that say what no block can be."""

from dataclasses import replace

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
    total = len(block.l2_transactions) + 1
    good = chunk.Context(
        block.number, block.timestamp, block.base_fee, block.gas_limit, total, l1_messages=1
    )
    good.require(block, 1)
    for bad, said in (
        (replace(good, number=block.number + 1), "says number "),
        (replace(good, timestamp=block.timestamp + 1), "timestamp"),
        (replace(good, base_fee=block.base_fee + 1), "base fee"),
        (replace(good, gas_limit=block.gas_limit + 1), "gas limit"),
        (replace(good, l1_messages=0), "number of L1 messages"),
        (replace(good, transactions=total - 1), "number of transactions"),
    ):
        with pytest.raises(ScrollBatchMismatch, match=said):
            bad.require(block, 1)

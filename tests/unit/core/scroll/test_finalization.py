"""What finalized a batch on L1, beside what its blocks came to."""

from dataclasses import replace
from typing import Any

import pytest
from cases import scroll_batch
from cases.scroll_batch import INDEX, VERSIONS, CheapKzg, case
from eth_utils.crypto import keccak

from attestor.core.scroll import finalization
from attestor.core.scroll.binding import bind
from attestor.core.scroll.calldata import (
    COMMIT_AND_FINALIZE,
    EnvelopeCommit,
    parse_commit,
    parse_finalization,
)
from attestor.core.scroll.evidence import Evidence
from attestor.errors.scroll import (
    ScrollBatchMismatch,
    ScrollBlobRequired,
    ScrollCalldataInvalid,
    ScrollCodecUnknown,
)

ROOTS = (b"\x01" * 32, b"\x02" * 32, b"\x03" * 32)


@pytest.mark.parametrize("version", VERSIONS)
def test_require__genuine_finalization__agrees_and_each_change_does_not(version: int) -> None:
    made = case(version)
    batch = bind(parse_commit(made.calldata), made.blocks, made.evidence, CheapKzg())
    told = parse_finalization(scroll_batch.finalization(made, batch.header, ROOTS))
    assert told.header == batch.header
    finalization.require(told, batch, *ROOTS)
    with pytest.raises(ScrollBatchMismatch, match="with the state root 0x02"):
        finalization.require(told, batch, ROOTS[0], bytes(32), ROOTS[2])
    with pytest.raises(ScrollBatchMismatch, match="withdraw root"):
        finalization.require(told, batch, *ROOTS[:2], bytes(32))
    if version < 3:
        with pytest.raises(ScrollBatchMismatch, match="before the batch"):
            finalization.require(told, batch, bytes(32), *ROOTS[1:])
    other = replace(told, header=told.header[:-1] + bytes([told.header[-1] ^ 1]))
    with pytest.raises(ScrollBatchMismatch, match="finalized with the hash"):
        finalization.require(other, batch, *ROOTS)
    index = told.header[:8] + bytes([told.header[8] ^ 1]) + told.header[9:]
    with pytest.raises(ScrollBatchMismatch, match=f"not of {INDEX}"):
        finalization.require(replace(told, header=index), batch, *ROOTS)


def test_selector__of_commit_and_finalize__is_the_contracts() -> None:
    """The struct is written out in a signature."""
    text = "commitAndFinalizeBatch(uint8,bytes32,(bytes,uint256,bytes32,bytes32,bytes))"
    assert keccak(text=text)[:4] == COMMIT_AND_FINALIZE


@pytest.mark.parametrize("version", range(7, 11))
def test_commit_and_finalize__is_a_commit_and_its_finalization(version: int) -> None:
    made = scroll_batch.finalizing(version)
    commit = parse_commit(made.calldata)
    assert isinstance(commit, EnvelopeCommit)
    assert commit.last_hash == made.batch_hash
    alone = Evidence(blobs=made.evidence.blobs, index=INDEX)
    batch = bind(commit, made.blocks, alone, CheapKzg())
    assert (batch.index, batch.hash) == (INDEX, made.batch_hash)
    told = parse_finalization(made.calldata)
    assert (told.post_state_root, told.withdraw_root) == (b"\xab" * 32, b"\xcd" * 32)
    finalization.require(told, batch, bytes(32), b"\xab" * 32, b"\xcd" * 32)
    with pytest.raises(ScrollBatchMismatch, match="state root"):
        finalization.require(told, batch, bytes(32), b"\xac" * 32, b"\xcd" * 32)
    with pytest.raises(ScrollBlobRequired):
        bind(commit, made.blocks, Evidence(), CheapKzg())
    with pytest.raises(ScrollBatchMismatch, match="batch hash"):
        bind(commit, made.blocks, replace(alone, index=INDEX + 1), CheapKzg())
    other = scroll_batch.with_other_transactions(made.blocks)
    with pytest.raises(ScrollBatchMismatch):
        bind(commit, other, alone, CheapKzg())


@pytest.mark.parametrize(
    ("place", "byte", "said"),
    [
        (35, 11, "version 11|11"),
        (35, 6, "not the call of codec version 6"),
        (35, 8, "not of the batch that it commits"),
        (4 + 63, 0x98, "not of the batch that it commits"),
        (4 + 95, 0x80, "struct is said to be"),
        (4 + 96 + 31, 0xC0, "argument 0 is said to be"),
    ],
)
def test_commit_and_finalize__changed__is_refused(place: int, byte: int, said: str) -> None:
    made = scroll_batch.finalizing(7)
    altered = made.calldata[:place] + bytes([byte]) + made.calldata[place + 1 :]
    with pytest.raises((ScrollCalldataInvalid, ScrollCodecUnknown), match=said):
        parse_commit(altered)


@pytest.mark.parametrize("parse", [parse_commit, parse_finalization])
def test_commit_and_finalize__cut_or_longer__is_refused(parse: Any) -> None:
    made = scroll_batch.finalizing(7)
    for length in range(4, len(made.calldata), 7):
        with pytest.raises(ScrollCalldataInvalid):
            parse(made.calldata[:length])
    with pytest.raises(ScrollCalldataInvalid):
        parse(made.calldata + bytes(32))

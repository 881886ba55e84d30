"""Which batch of an L1 transaction `getPoe` is about, and what it needs of the transaction."""

from collections.abc import Mapping
from typing import Any

import pytest
from cases import scroll_batch
from cases.scroll_batch import CheapKzg, versioned

from attestor.avs.commits import L1Commits
from attestor.core.avs import batch
from attestor.core.scroll.calldata import EnvelopeCommit
from attestor.core.scroll.eras import CHAINS, MAINNET
from attestor.core.text import to_hex
from attestor.errors.scroll import (
    ScrollBatchMismatch,
    ScrollBlobUnavailable,
    ScrollCalldataInvalid,
    ScrollNodeFailed,
)
from attestor.scroll import l1_commit

TRANSACTION = b"\x21" * 32
SEVERAL = scroll_batch.case(7)
ALONE = scroll_batch.finalizing(8)


class L1:
    """A node with one transaction, which commits batches of these indices."""

    label = "http://l1.example"

    def __init__(self, made: scroll_batch.Case, *indices: int) -> None:
        place = {
            "blockNumber": "0x5",
            "blockHash": "0x" + "44" * 32,
            "transactionHash": to_hex(TRANSACTION),
        }
        logs = [
            {
                **place,
                "address": to_hex(CHAINS[MAINNET].rollup),
                "topics": [to_hex(l1_commit.COMMITTED), to_hex(index.to_bytes(32)), to_hex(_HASH)],
                "data": "0x",
                "logIndex": hex(position),
            }
            for position, index in enumerate(indices)
        ]
        names = [to_hex(versioned(blob)) for blob in made.evidence.blobs]
        self.answers: Mapping[str, Any] = {
            "eth_getTransactionByHash": {
                "input": to_hex(made.calldata),
                "blobVersionedHashes": names,
            },
            "eth_getTransactionReceipt": {**place, "status": "0x1", "gasUsed": "0x1", "logs": logs},
            "eth_getBlockByHash": {"timestamp": "0x64"},
        }

    def call(self, method: str, params: list[Any], *bounds: Any) -> Any:
        return self.answers[method]

    def close(self) -> None:
        pass


_HASH = b"\x55" * 32


class Blobs:
    """Has the blobs of a case, and notes which are asked for."""

    label = "a mirror"

    def __init__(self, made: scroll_batch.Case) -> None:
        self.held = {versioned(blob): blob for blob in made.evidence.blobs}
        self.asked: list[bytes] = []

    def fetch(self, name: bytes, l1_time: int | None) -> tuple[bytes, ...]:
        self.asked.append(name)
        return (self.held[name],)


def commits(made: scroll_batch.Case, *indices: int) -> tuple[L1Commits, Blobs]:
    blobs = Blobs(made)
    return L1Commits(L1(made, *indices), MAINNET, CheapKzg(), [blobs]), blobs


@pytest.mark.parametrize("place", [0, 1])
def test_batch__of_several__is_the_named_one_with_its_own_blob(place: int) -> None:
    asked, blobs = commits(SEVERAL, 4711, 4712)
    found = asked.batch(TRANSACTION, 4711 + place)
    assert found.evidence.index == 4711 + place
    assert found.evidence.blobs == (SEVERAL.evidence.blobs[place],)
    assert found.evidence.versioned_hashes == SEVERAL.evidence.versioned_hashes
    assert blobs.asked == [SEVERAL.evidence.versioned_hashes[place]]
    last = SEVERAL.blocks[-1].number
    assert found.first_block == (last + 1 if place else SEVERAL.blocks[0].number)


def test_batch__of_several_without_an_index__names_them() -> None:
    with pytest.raises(ScrollBatchMismatch, match="2 batches .4711, 4712.") as caught:
        commits(SEVERAL, 4711, 4712)[0].batch(TRANSACTION)
    assert "[transaction, 4711]" in (caught.value.hint or "")


@pytest.mark.parametrize("indices", [(4711,), (4711, 4712)])
def test_batch__index_that_is_not_there__is_refused(indices: tuple[int, ...]) -> None:
    with pytest.raises(ScrollBatchMismatch, match="no batch 4713"):
        commits(SEVERAL, *indices)[0].batch(TRANSACTION, 4713)


def test_batch__other_number_of_blobs_than_of_batches__is_refused() -> None:
    with pytest.raises(ScrollBatchMismatch, match="2 blobs, and commits 3"):
        commits(SEVERAL, 4711, 4712, 4713)[0].batch(TRANSACTION, 4713)


def test_batch__several_of_calldata_that_holds_one__is_refused() -> None:
    with pytest.raises(ScrollBatchMismatch, match="holds one"):
        commits(scroll_batch.case(4), 4711, 4712)[0].batch(TRANSACTION, 4712)


def test_batch__no_place_for_blobs__is_refused() -> None:
    lacking = L1Commits(L1(ALONE, 4711), MAINNET, CheapKzg())
    with pytest.raises(ScrollBlobUnavailable):
        lacking.batch(TRANSACTION)


@pytest.mark.parametrize("index", [None, 4711])
def test_batch__that_is_finalized_with_its_commit__is_read(index: int | None) -> None:
    found = commits(ALONE, 4711)[0].batch(TRANSACTION, index)
    assert batch.without_selector(ALONE.calldata) == found.arguments
    parsed = batch.parse(found.arguments)
    assert isinstance(parsed, EnvelopeCommit)
    assert parsed.last_hash == ALONE.batch_hash


@pytest.mark.parametrize("size", [96, 100, 127, 300])
def test_parse__finalizing_commit_cut_off__is_refused(size: int) -> None:
    with pytest.raises(ScrollCalldataInvalid):
        batch.parse(ALONE.calldata[4 : 4 + size])


@pytest.mark.parametrize("index", [1 << 64, (1 << 256) - 1])
def test_batch__index_that_no_batch_can_have__is_the_nodes_fault(index: int) -> None:
    asked, _ = commits(ALONE, index)
    for ask in (asked.index, asked.batch):
        with pytest.raises(ScrollNodeFailed, match="batch index"):
            ask(TRANSACTION)

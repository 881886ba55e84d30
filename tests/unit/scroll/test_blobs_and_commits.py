"""Where blobs and commits come from, and what is made of places that have others."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cases import scroll_batch
from cases.scroll_batch import CheapKzg, versioned
from eth_utils.crypto import keccak

from attestor.core.scroll.eras import CHAINS, MAINNET
from attestor.core.text import to_hex
from attestor.errors import HttpFailed, RpcError
from attestor.errors.scroll import (
    ScrollBatchMismatch,
    ScrollBlobInvalid,
    ScrollBlobUnavailable,
    ScrollNodeFailed,
)
from attestor.net import Deadline, Response
from attestor.scroll import l1_commit
from attestor.scroll.blob_sources import BeaconApi, BlobFile, BlobMirror, BlobSource, as_blob, find

BLOB = scroll_batch.to_blob(b"some content")
OTHER = scroll_batch.to_blob(b"another content")
NAME = versioned(BLOB)
TRANSACTION = b"\x21" * 32


class Http:
    """Answers by the end of the URL; whatever is not there is 404."""

    def __init__(self, answers: Mapping[str, bytes | Exception]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def request(self, method: str, url: str, deadline: Deadline, **options: Any) -> Response:
        self.asked.append(url)
        for end, body in self.answers.items():
            if url.endswith(end):
                if isinstance(body, Exception):
                    raise body
                return Response(200, {}, body)
        return Response(404, {}, b"")


def mirror(answers: Mapping[str, bytes | Exception]) -> BlobMirror:
    double: Any = Http(answers)
    return BlobMirror("https://mirror.example/blobs/", double)


@pytest.mark.parametrize("body", [BLOB, to_hex(BLOB).encode(), json.dumps(to_hex(BLOB)).encode()])
def test_mirror__blob_by_its_hash__is_found(body: bytes) -> None:
    assert find(NAME, [mirror({to_hex(NAME): body})], CheapKzg()) == BLOB


def test_find__places_with_others__are_passed_over_and_named(tmp_path: Path) -> None:
    path = tmp_path / "a.blob"
    path.write_bytes(OTHER)
    sources: list[BlobSource] = [
        BlobFile(path),
        mirror({to_hex(NAME): b"short"}),
        mirror({}),
        mirror({to_hex(NAME): HttpFailed("no answer within 60 s")}),
    ]
    with pytest.raises(ScrollBlobUnavailable) as caught:
        find(NAME, sources, CheapKzg())
    for said in ("a.blob: it has 1 other", "5 bytes", "status 404", "no answer within"):
        assert said in caught.value.message
    assert find(NAME, [*sources, mirror({to_hex(NAME): BLOB})], CheapKzg()) == BLOB


def beacon(**answers: Any) -> tuple[BeaconApi, Http]:
    served = {
        "/genesis": {"data": {"genesis_time": "1000"}},
        "/spec": {"data": {"SECONDS_PER_SLOT": "12"}},
        **{f"/eth/v1/beacon/{name}": value for name, value in answers.items()},
    }
    http = Http({end: json.dumps(value).encode() for end, value in served.items()})
    double: Any = http
    return BeaconApi("http://beacon.example", double), http


def test_beacon__blobs_of_the_slot__have_the_one() -> None:
    name = f"blobs/5?versioned_hashes={to_hex(NAME)}"
    source, _ = beacon(**{name: {"data": [to_hex(OTHER), to_hex(BLOB)]}})
    assert find(NAME, [source], CheapKzg(), 1000 + 5 * 12) == BLOB


def test_beacon__older_node__has_sidecars() -> None:
    source, http = beacon(**{"blob_sidecars/5": {"data": [{"blob": to_hex(BLOB)}]}})
    assert find(NAME, [source], CheapKzg(), 1000 + 5 * 12) == BLOB
    assert len(http.asked) == 4


@pytest.mark.parametrize("time", [None, 999, 1060])
def test_beacon__without_the_blob__says_why(time: int | None) -> None:
    source, _ = beacon()
    with pytest.raises(ScrollBlobUnavailable):
        find(NAME, [source], CheapKzg(), time)


@pytest.mark.parametrize("content", [b"", b"0x", BLOB[:-1], to_hex(BLOB).encode() + b"00"])
def test_as_blob__anything_else__is_refused(content: bytes) -> None:
    with pytest.raises(ScrollBlobInvalid, match="131072"):
        as_blob(content, "it")


class L1:
    """A node of L1 that has one transaction."""

    label = "http://l1.example"

    def __init__(self, address: bytes, **changes: Any) -> None:
        place = {"blockNumber": "0x5", "blockHash": "0x" + "44" * 32, "transactionHash": _HASH}
        topics = [to_hex(l1_commit.COMMITTED), "0x" + (7).to_bytes(32).hex(), "0x" + "55" * 32]
        log = {**place, "address": to_hex(address), "topics": topics, "data": "0x"}
        self.answers: dict[str, Any] = {
            "eth_getTransactionByHash": {
                "input": "0x1234",
                "blobVersionedHashes": [to_hex(NAME)],
            },
            "eth_getTransactionReceipt": {
                **place,
                "status": "0x1",
                "gasUsed": "0x1",
                "logs": [{**log, "logIndex": "0x0"}],
                **changes,
            },
            "eth_getBlockByHash": {"timestamp": "0x64"},
        }

    def call(self, method: str, params: list[Any], *bounds: Any) -> Any:
        found = self.answers[method]
        if isinstance(found, Exception):
            raise found
        return found

    def close(self) -> None:
        pass


_HASH = to_hex(TRANSACTION)
ROLLUP = CHAINS[MAINNET].rollup


def test_l1_commit__of_the_rollup_contract__is_read_with_its_batches() -> None:
    found = l1_commit.read(L1(ROLLUP), TRANSACTION, MAINNET)
    assert found.calldata == b"\x12\x34"
    assert found.versioned_hashes == (NAME,)
    assert found.batches == ((7, b"\x55" * 32),)
    assert found.time == 100
    evidence = found.evidence(0, (BLOB,))
    assert (evidence.index, evidence.batch_hash) == (7, b"\x55" * 32)


def test_l1_commit__event_of_another_contract__counts_for_nothing() -> None:
    with pytest.raises(ScrollBatchMismatch, match="commits no batch"):
        l1_commit.read(L1(b"\x01" * 20), TRANSACTION, MAINNET)
    with pytest.raises(ScrollBatchMismatch, match="commits no batch"):
        l1_commit.read(L1(ROLLUP), TRANSACTION, 999)


def test_l1_commit__transaction_that_failed_or_is_not_there__is_refused() -> None:
    with pytest.raises(ScrollBatchMismatch, match="failed"):
        l1_commit.read(L1(ROLLUP, status="0x0"), TRANSACTION, MAINNET)
    node = L1(ROLLUP)
    node.answers["eth_getTransactionByHash"] = None
    with pytest.raises(ScrollBatchMismatch, match="knows nothing"):
        l1_commit.read(node, TRANSACTION, MAINNET)
    node.answers["eth_getTransactionByHash"] = RpcError("no", number=-32000)
    with pytest.raises(ScrollNodeFailed):
        l1_commit.read(node, TRANSACTION, MAINNET)


def test_l1_commit__event__is_the_contracts() -> None:
    assert keccak(text="CommitBatch(uint256,bytes32)") == l1_commit.COMMITTED

"""Tries out of what a witness has: whole where nodes are known, digests where not."""

import pytest
import rlp
from benchmarks.block import trie as made
from cases.rsp_node import encoded_nodes
from eth_utils.crypto import keccak

from attestor.errors import StateProofInvalid
from attestor.rsp.trie import Digest, Forest, Unknown, root, value_at

ENTRIES = {keccak(bytes([n])): bytes([n]) * 40 for n in range(1, 60)} | {
    b"\x12" * 31 + bytes([n]): b"short" for n in range(4)
}
TRIE = made.build(ENTRIES)
NODES = {keccak(node): node for node in encoded_nodes(TRIE)}


def test_trie__all_nodes_known__is_the_one_that_was_built() -> None:
    assert Forest(NODES).trie(root(TRIE)) == TRIE


def test_trie__empty_root__is_empty() -> None:
    assert Forest({}).trie(root(None)) is None


def test_value_at__each_key__has_its_value_and_others_have_none() -> None:
    found = Forest(NODES).trie(root(TRIE))
    assert {key: value_at(found, key) for key in ENTRIES} == ENTRIES
    assert value_at(found, keccak(b"absent")) is None


def test_trie__node_unknown__is_a_digest_and_the_root_stays() -> None:
    key = keccak(b"\x07")
    lost = next(one for one in NODES if rlp.decode(NODES[one])[1] == ENTRIES[key])
    found = Forest({one: node for one, node in NODES.items() if one != lost}).trie(root(TRIE))
    assert root(found) == root(TRIE)
    with pytest.raises(Unknown):
        value_at(found, key)
    assert value_at(found, keccak(b"\x08")) == ENTRIES[keccak(b"\x08")]


def test_trie__root_unknown__is_a_digest() -> None:
    assert Forest({}).trie(b"\x01" * 32) == Digest(b"\x01" * 32)


def test_trie__node_referred_to_by_all_its_parents_children__ends() -> None:
    """Sixteen times the same child, level by level: few nodes, and a tree without an end."""
    nodes: dict[bytes, bytes] = {}
    reference = keccak(b"nothing")
    for _ in range(20):
        node = bytes(rlp.encode([reference] * 16 + [b""]))
        reference = keccak(node)
        nodes[reference] = node
    with pytest.raises(StateProofInvalid, match="too large"):
        Forest(nodes, most=10_000).trie(reference)


@pytest.mark.parametrize(
    "node",
    [
        [b"\x20"],
        [b"\x40\x11", b"value"],
        [b"\x00", b"\x01" * 32],
        [b"", b"value"],
        [b"\x01" * 32] * 16 + [b"value"],
        [b"\x11", b"\x01" * 31],
        b"bytes",
    ],
    ids=["one item", "flag", "empty extension", "no path", "value in branch", "reference", "bytes"],
)
def test_trie__node_of_no_state__is_refused(node: object) -> None:
    encoded = bytes(rlp.encode(node))
    with pytest.raises(StateProofInvalid):
        Forest({keccak(encoded): encoded}).trie(keccak(encoded))

"""Proofs against the benchmark's tries, which are written apart from what reads them."""

from contextlib import suppress

import pytest
import rlp
from benchmarks.block import trie
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from attestor.core.trie_proof import MAX_NODE_BYTES, MAX_NODES, require_bounded, value_at
from attestor.errors import StateProofInvalid

# Few digits, so that keys share their beginnings, and that an absent key ends anywhere.
KEY = st.lists(st.sampled_from([0x00, 0x01, 0x10, 0xF1]), min_size=3, max_size=3).map(bytes)
ENTRIES = st.dictionaries(KEY, st.binary(min_size=1, max_size=40), max_size=30)


def nodes_of(node: trie.Trie) -> list[bytes]:
    """The RLP of all nodes of a trie."""
    match node:
        case trie.Leaf():
            return [node.encoded]
        case trie.Extension():
            return [node.encoded, *nodes_of(node.child)]
        case trie.Branch():
            below = [nodes_of(child) for child in node.children if child is not None]
            return [node.encoded, *(each for nodes in below for each in nodes)]
    return []


@given(ENTRIES, KEY)
def test_value_at__any_trie_and_key__is_what_the_trie_holds(
    entries: dict[bytes, bytes], key: bytes
) -> None:
    built = trie.build(entries)
    assert value_at(trie.root(built), key, nodes_of(built)) == entries.get(key)


@given(ENTRIES.filter(bool), KEY, st.data())
def test_value_at__altered_nodes__show_the_truth_or_nothing(
    entries: dict[bytes, bytes], key: bytes, data: st.DataObject
) -> None:
    built = trie.build(entries)
    nodes = nodes_of(built)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(nodes) - 1))
        node = bytearray(nodes[place])
        match data.draw(st.sampled_from(["byte", "cut", "other"])):
            case "byte":
                node[data.draw(st.integers(0, len(node) - 1))] ^= data.draw(st.integers(1, 255))
            case "cut":
                del node[data.draw(st.integers(0, len(node) - 1)) :]
            case _:
                node = bytearray(data.draw(st.binary(max_size=60)))
        nodes[place] = bytes(node) or b"\x80"
    with suppress(StateProofInvalid):
        assert value_at(trie.root(built), key, nodes) == entries.get(key)


@given(ENTRIES.filter(bool), KEY)
def test_value_at__without_the_root__is_refused(entries: dict[bytes, bytes], key: bytes) -> None:
    built = trie.build(entries)
    with pytest.raises(StateProofInvalid, match="lacks the node"):
        value_at(trie.root(built), key, nodes_of(built)[1:])


@given(st.recursive(st.binary(max_size=34), lambda item: st.lists(item, max_size=17)), KEY)
def test_value_at__a_root_that_somebody_made__is_typed(made: object, key: bytes) -> None:
    """Whoever makes up a header has a root of his own: it must not do more than lie."""
    encoded = rlp.encode(made)
    with suppress(StateProofInvalid):
        value_at(keccak(encoded), key, [encoded])


@given(st.binary(max_size=80), KEY)
def test_value_at__a_root_of_anything__is_typed(encoded: bytes, key: bytes) -> None:
    with suppress(StateProofInvalid):
        value_at(keccak(encoded), key, [encoded])


def test_value_at__deeply_nested_lists__are_typed() -> None:
    nested = b"\xc0"
    while len(nested) < MAX_NODE_BYTES - 3:
        length = len(nested)
        large = length.to_bytes(2, "big").lstrip(b"\0")
        size = bytes([0xC0 + length]) if length < 56 else bytes([0xF7 + len(large)]) + large
        nested = size + nested
    with pytest.raises(StateProofInvalid):
        value_at(keccak(nested), b"\x00", [nested])


@pytest.mark.parametrize("path", [b"", b"\x40", b"\x00", b"\x01", b"\x25"])
def test_value_at__path_that_none_can_be__is_refused(path: bytes) -> None:
    """No flag, an unknown one, an extension that takes nothing, padding that is not zero."""
    encoded = rlp.encode([path, b"x" * 32])
    with pytest.raises(StateProofInvalid, match="which none can be"):
        value_at(keccak(encoded), b"\x00", [encoded])


def test_value_at__empty_trie__has_nothing() -> None:
    for nodes in ([], [b"\x80"]):
        assert value_at(keccak(b"\x80"), b"\x00", nodes) is None


def test_require_bounded__more_or_longer_nodes__are_refused() -> None:
    require_bounded([MAX_NODE_BYTES] * MAX_NODES, 1)
    with pytest.raises(StateProofInvalid, match="66 nodes for 1 keys"):
        require_bounded([1] * (MAX_NODES + 1), 1)
    with pytest.raises(StateProofInvalid, match="a node of 1025 bytes"):
        require_bounded([MAX_NODE_BYTES + 1], 1)

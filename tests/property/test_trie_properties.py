"""The benchmark's tries, against a reader and a hasher that share nothing with the builder."""

import rlp
from benchmarks.block import trie
from benchmarks.block.trie import Branch, Digest, Extension, Leaf, Node
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from attestor.core.trie_proof import EMPTY_ROOT

# Few digits, so that keys share their beginnings.
KEYS = st.lists(st.sampled_from([0x00, 0x01, 0x10, 0xF1]), min_size=3, max_size=3).map(bytes)
ENTRIES = st.dictionaries(KEYS, st.binary(min_size=1, max_size=40), max_size=40)


def hashed(node: Node) -> object:
    """How a parent names a node, computed from the fields of the nodes alone."""
    match node:
        case Digest():
            return node.hash
        case Leaf():
            raw: object = [node.path, node.value]
        case Extension():
            raw = [node.path, hashed(node.child)]
        case Branch():
            raw = [b"" if child is None else hashed(child) for child in node.children] + [b""]
    encoded = rlp.encode(raw)
    return keccak(encoded) if len(encoded) >= 32 else raw


def root_of(node: trie.Trie) -> bytes:
    if node is None:
        return EMPTY_ROOT
    name = hashed(node)
    return name if isinstance(name, bytes) else keccak(rlp.encode(name))


def found(node: trie.Trie, digits: str) -> bytes | None:
    """The value at a key in hexadecimal digits. A digest on the way is an error."""
    match node:
        case None:
            return None
        case Branch():
            return found(node.children[int(digits[0], 16)], digits[1:])
        case Leaf() | Extension():
            path = node.path.hex()
            path = path[1:] if path[0] in "13" else path[2:]
            if isinstance(node, Leaf):
                return node.value if path == digits else None
            return found(node.child, digits.removeprefix(path)) if digits.startswith(path) else None
        case Digest():
            raise AssertionError("the way to the key is left out")


@given(ENTRIES, st.lists(KEYS, max_size=10))
def test_pruned__any_entries_and_keys__keeps_the_root_and_every_way(
    entries: dict[bytes, bytes], absent: list[bytes]
) -> None:
    whole = trie.build(entries)
    keys = [*list(entries)[::2], *absent]
    cut = trie.pruned(whole, keys)
    if keys or not entries:
        assert root_of(cut) == trie.root(whole)
    for key in keys:
        assert found(cut, key.hex()) == entries.get(key)


@given(ENTRIES)
def test_build__any_entries__are_all_found_under_the_root(entries: dict[bytes, bytes]) -> None:
    whole = trie.build(entries)
    assert root_of(whole) == trie.root(whole)
    assert all(found(whole, key.hex()) == value for key, value in entries.items())

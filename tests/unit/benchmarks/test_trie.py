"""Merkle Patricia tries: small ones against their RLP by hand."""

import rlp
from benchmarks.block import trie
from benchmarks.block.trie import Branch, Digest, Extension, Leaf
from eth_utils.crypto import keccak

LONG = b"v" * 40


def test_root__empty_trie__the_known_hash() -> None:
    known = "56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"
    assert trie.root(trie.build({})).hex() == known


def test_build__one_entry__a_leaf_with_an_even_path() -> None:
    built = trie.build({b"\x12\x34": LONG})
    assert isinstance(built, Leaf)
    assert built.path == b"\x20\x12\x34"
    assert trie.root(built) == keccak(rlp.encode([b"\x20\x12\x34", LONG]))


def test_build__first_nibbles_differ__a_branch_of_leaves_with_odd_paths() -> None:
    low, high = [b"\x32\x34", LONG], [b"\x3f\xff", LONG]
    children = [b""] * 16
    children[1], children[0xE] = keccak(rlp.encode(low)), keccak(rlp.encode(high))
    built = trie.build({b"\x12\x34": LONG, b"\xef\xff": LONG})
    assert isinstance(built, Branch)
    assert trie.root(built) == keccak(rlp.encode([*children, b""]))


def test_build__shared_nibbles__an_extension_above_the_branch() -> None:
    children: list[object] = [b""] * 16
    children[4], children[5] = (keccak(rlp.encode([b"\x20", LONG + end])) for end in (b"4", b"5"))
    branch = rlp.encode([*children, b""])
    built = trie.build({b"\x12\x34": LONG + b"4", b"\x12\x35": LONG + b"5"})
    assert isinstance(built, Extension)
    assert built.path == b"\x11\x23"
    assert trie.root(built) == keccak(rlp.encode([b"\x11\x23", keccak(branch)]))


def test_build__child_shorter_than_a_hash__stands_inside_of_its_parent() -> None:
    children: list[object] = [b""] * 16
    children[1], children[2] = [b"\x30", b"a"], [b"\x30", b"b"]
    built = trie.build({b"\x10": b"a", b"\x20": b"b"})
    assert trie.root(built) == keccak(rlp.encode([*children, b""]))


def test_build__order_of_entries__does_not_matter() -> None:
    entries = {keccak(bytes([n])): LONG for n in range(50)}
    turned = dict(reversed(entries.items()))
    assert trie.root(trie.build(entries)) == trie.root(trie.build(turned))


def test_pruned__one_key__its_way_and_digests() -> None:
    whole = trie.build({b"\x12": LONG, b"\x1e": LONG, b"\xef": LONG})
    cut = trie.pruned(whole, [b"\x12"])
    assert isinstance(cut, Branch)
    below = cut.children[1]
    assert isinstance(below, Branch)
    assert isinstance(below.children[2], Leaf)
    assert isinstance(below.children[0xE], Digest)
    assert cut.children[0xE] == Digest(keccak(rlp.encode([b"\x3f", LONG])))
    assert trie.root(cut) == trie.root(whole)


def test_pruned__no_key__only_the_root() -> None:
    whole = trie.build({b"\x12": LONG, b"\xef": LONG})
    assert trie.pruned(whole, []) == Digest(trie.root(whole))


def test_pruned__key_below_an_extension__its_leaf_stays() -> None:
    whole = trie.build({b"\x12\x34": LONG, b"\x12\x35": LONG})
    cut = trie.pruned(whole, [b"\x12\x35"])
    assert isinstance(cut, Extension)
    assert isinstance(cut.child, Branch)
    assert isinstance(cut.child.children[4], Digest)
    assert isinstance(cut.child.children[5], Leaf)


def test_pruned__absent_key_beside_an_extension__the_extension_stays() -> None:
    whole = trie.build({b"\x12\x34": LONG, b"\x12\x35": LONG})
    cut = trie.pruned(whole, [b"\x17\x77"])
    assert isinstance(cut, Extension)
    assert isinstance(cut.child, Digest)


def test_pruned__absent_key_at_a_leaf__the_leaf_stays() -> None:
    whole = trie.build({b"\x12": LONG, b"\xef": LONG})
    cut = trie.pruned(whole, [b"\x13"])
    assert isinstance(cut, Branch)
    assert isinstance(cut.children[1], Leaf)


def test_pruned__short_nodes__are_kept_as_they_have_no_hash() -> None:
    whole = trie.build({b"\x10": b"a", b"\x20": b"b"})
    cut = trie.pruned(whole, [b"\x10"])
    assert isinstance(cut, Branch)
    assert isinstance(cut.children[2], Leaf)


def test_pruned__empty_trie__empty() -> None:
    assert trie.pruned(None, [b"\x12"]) is None

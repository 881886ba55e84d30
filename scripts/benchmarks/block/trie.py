"""Merkle Patricia tries: built from all their entries, pruned to what a block reads.

The format is that of the Yellow Paper, appendix D. Each node has its RLP, so that a root costs
nothing once a trie is built.
"""

from collections.abc import Iterable, Mapping

import rlp
from eth_utils.crypto import keccak

from attestor.rsp.trie import HASH_BYTES, Branch, Digest, Extension, Leaf, Node, Trie, root

__all__ = ["Branch", "Digest", "Extension", "Leaf", "Node", "Trie", "build", "pruned", "root"]


def build(entries: Mapping[bytes, bytes]) -> Trie:
    """The trie of these values by key; all keys have one length. None is the empty trie."""
    if not entries:
        return None
    return _build(sorted((_nibbles(key), value) for key, value in entries.items()), 0)


def pruned(trie: Trie, keys: Iterable[bytes]) -> Trie:
    """The trie with the ways to these keys, and digests for all that is beside them.

    A key may be absent; its way then ends where the trie shows that. A trie so pruned can be
    changed at these keys, but a guest may be unable to remove one, as that merges neighbours.
    """
    if trie is None:
        return None
    return _pruned(trie, [_nibbles(key) for key in keys])


def _build(entries: list[tuple[bytes, bytes]], depth: int) -> Node:
    """From sorted entries that share their first `depth` nibbles."""
    first, last = entries[0][0], entries[-1][0]
    if len(entries) == 1:
        path = _compact(first[depth:], is_leaf=True)
        return Leaf(path, entries[0][1], rlp.encode([path, entries[0][1]]))
    shared = depth
    while first[shared] == last[shared]:
        shared += 1
    branch = _branch(entries, shared)
    if shared == depth:
        return branch
    nibbles = first[depth:shared]
    path = _compact(nibbles, is_leaf=False)
    return Extension(path, branch, nibbles, rlp.encode([path, _reference(branch)]))


def _branch(entries: list[tuple[bytes, bytes]], depth: int) -> Branch:
    groups: list[list[tuple[bytes, bytes]]] = [[] for _ in range(16)]
    for entry in entries:
        groups[entry[0][depth]].append(entry)
    children = tuple(_build(group, depth + 1) if group else None for group in groups)
    references = [b"" if child is None else _reference(child) for child in children]
    return Branch(children, rlp.encode([*references, b""]))


def _pruned(node: Node, keys: list[bytes]) -> Node:
    if not keys:
        # What is shorter than a hash stands inside of its parent.
        reference = _reference(node)
        return Digest(reference) if isinstance(reference, bytes) else node
    if isinstance(node, Branch):
        children = tuple(
            None if child is None else _pruned(child, [key[1:] for key in keys if key[0] == nibble])
            for nibble, child in enumerate(node.children)
        )
        return Branch(children, node.encoded)
    if isinstance(node, Extension):
        length = len(node.nibbles)
        below = [key[length:] for key in keys if key[:length] == node.nibbles]
        return Extension(node.path, _pruned(node.child, below), node.nibbles, node.encoded)
    return node


def _reference(node: Node) -> object:
    """How a parent names a node: its hash, or itself where its RLP is shorter than a hash."""
    if isinstance(node, Digest):
        return node.hash
    if len(node.encoded) < HASH_BYTES:
        return rlp.decode(node.encoded)
    return keccak(node.encoded)


def _nibbles(key: bytes) -> bytes:
    """One nibble per byte."""
    return bytes(nibble for byte in key for nibble in (byte >> 4, byte & 15))


def _compact(nibbles: bytes, *, is_leaf: bool) -> bytes:
    """Hex-prefix encoding: a flag, a zero where the number of nibbles is even, the nibbles."""
    flag = 2 if is_leaf else 0
    prefix = bytes([flag + 1]) if len(nibbles) % 2 else bytes([flag, 0])
    joined = prefix + nibbles
    return bytes(high << 4 | low for high, low in zip(joined[::2], joined[1::2], strict=True))

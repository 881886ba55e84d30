"""A Merkle-Patricia trie of which some nodes are known.

A node is the list that RLP makes of it. A child is such a list, or the hash of one that is looked
up when it is needed; b"" is none.
"""

from collections.abc import Iterator
from typing import TypeAlias

import rlp
from eth_utils.crypto import keccak

Node: TypeAlias = "bytes | list[Node]"
EMPTY_ROOT = keccak(rlp.encode(b""))
WIDTH = 16


class NodeMissing(Exception):
    """A path leads to a node that is not known."""


class Trie:
    """Values by key; keys are hashed. b"" is no value."""

    def __init__(self, root: bytes, nodes: dict[bytes, bytes]) -> None:
        """`nodes` are by their hash."""
        self._nodes = nodes
        self._root: Node = b"" if root == EMPTY_ROOT else root

    def get(self, key: bytes) -> bytes:
        node, path = self._open(self._root), nibbles(keccak(key))
        while node:
            if len(node) > 2:
                node, path = self._open(node[path[0]]), path[1:]
                continue
            own, is_leaf = unpacked(node[0])
            if is_leaf:
                return flat(node[1]) if own == path else b""
            if path[: len(own)] != own:
                return b""
            node, path = self._open(node[1]), path[len(own) :]
        return b""

    def set(self, key: bytes, value: bytes) -> None:
        path = nibbles(keccak(key))
        self._root = self._put(self._root, path, value) if value else self._cut(self._root, path)

    def root(self) -> bytes:
        if isinstance(self._root, bytes):
            return self._root or EMPTY_ROOT
        return keccak(rlp.encode(encodable(self._root)))

    def nodes(self) -> Iterator[bytes]:
        """All that are in memory, encoded."""
        if isinstance(self._root, list):
            yield rlp.encode(encodable(self._root))
            yield from below(self._root)

    def _open(self, node: Node) -> "list[Node]":
        """Empty for none."""
        if isinstance(node, list):
            return list(node)
        if not node:
            return []
        if node not in self._nodes:
            raise NodeMissing(node.hex())
        opened: list[Node] = rlp.decode(self._nodes[node])
        return opened

    def _put(self, node: Node, path: bytes, value: bytes) -> "list[Node]":
        opened = self._open(node)
        if not opened:
            return [packed(path, True), value]
        if len(opened) > 2:
            opened[path[0]] = self._put(opened[path[0]], path[1:], value)
            return opened
        own, is_leaf = unpacked(opened[0])
        shared = next((at for at in range(len(own)) if own[at] != path[at]), len(own))
        if shared == len(own):
            below = value if is_leaf else self._put(opened[1], path[shared:], value)
            return [opened[0], below]
        branch: list[Node] = [b""] * (WIDTH + 1)
        rest = own[shared + 1 :]
        is_direct = not is_leaf and not rest
        branch[own[shared]] = opened[1] if is_direct else [packed(rest, is_leaf), opened[1]]
        branch[path[shared]] = [packed(path[shared + 1 :], True), value]
        return [packed(path[:shared], False), branch] if shared else branch

    def _cut(self, node: Node, path: bytes) -> Node:
        opened = self._open(node)
        if not opened:
            return b""
        if len(opened) > 2:
            opened[path[0]] = self._cut(opened[path[0]], path[1:])
            left = [place for place in range(WIDTH) if opened[place]]
            return opened if len(left) > 1 else self._joined(bytes(left), opened[left[0]])
        own, is_leaf = unpacked(opened[0])
        if path[: len(own)] != own:
            return node
        return b"" if is_leaf else self._joined(own, self._cut(opened[1], path[len(own) :]))

    def _joined(self, path: bytes, child: Node) -> Node:
        opened = self._open(child)
        if len(opened) > 2:
            return [packed(path, False), child]
        own, is_leaf = unpacked(opened[0])
        return [packed(path + own, is_leaf), opened[1]]


def nibbles(key: bytes) -> bytes:
    return bytes(half for byte in key for half in (byte >> 4, byte & 15))


def packed(path: bytes, is_leaf: bool) -> bytes:
    """A path with its flags, as it is in a node."""
    odd = len(path) % 2
    flags = bytes([2 * is_leaf + odd, *([] if odd else [0])])
    whole = flags + path
    return bytes(16 * high + low for high, low in zip(whole[::2], whole[1::2], strict=True))


def unpacked(encoded: Node) -> tuple[bytes, bool]:
    whole = nibbles(flat(encoded))
    return whole[1 if whole[0] % 2 else 2 :], whole[0] >= 2


def flat(node: Node) -> bytes:
    assert isinstance(node, bytes)
    return node


def is_leaf(node: "list[Node]") -> bool:
    return len(node) == 2 and unpacked(node[0])[1]


def encodable(node: "list[Node]") -> "list[Node]":
    """A node with hashes in place of its longer children."""
    if is_leaf(node):
        return node
    return [node[0], reference(node[1])] if len(node) == 2 else [reference(one) for one in node]


def reference(node: Node) -> Node:
    if isinstance(node, bytes):
        return node
    body = encodable(node)
    encoded = rlp.encode(body)
    return body if len(encoded) < 32 else keccak(encoded)


def below(node: "list[Node]") -> Iterator[bytes]:
    for child in [] if is_leaf(node) else node:
        if isinstance(child, list):
            encoded = rlp.encode(encodable(child))
            if len(encoded) >= 32:
                yield encoded
            yield from below(child)

"""Merkle Patricia tries of which some nodes are known: a tree of frozen nodes, with digests for
what is left out (yellow paper, appendix D)."""

from collections.abc import Mapping
from dataclasses import dataclass

import rlp

from attestor.core.keccak import keccak
from attestor.core.trie_proof import EMPTY_ROOT, MAX_NODES, decoded
from attestor.errors import StateProofInvalid

HASH_BYTES = 32
MAX_TREE_NODES = 4_000_000
"""Of all tries of one block together. A node that is referred to twice counts twice, so a few of
them could make a tree without an end."""
_BRANCH, _SHORT = 17, 2


@dataclass(frozen=True)
class Leaf:
    """`path` is the compact form of the key's remaining nibbles."""

    path: bytes
    value: bytes
    encoded: bytes


@dataclass(frozen=True)
class Extension:
    """`path` is the compact form of the nibbles that all keys below share."""

    path: bytes
    child: "Node"
    nibbles: bytes
    encoded: bytes


@dataclass(frozen=True)
class Branch:
    """16 children, by the next nibble; state tries hold no value in a branch."""

    children: tuple["Node | None", ...]
    encoded: bytes


@dataclass(frozen=True)
class Digest:
    """A node that is left out: the 32 bytes of its hash."""

    hash: bytes


Node = Leaf | Extension | Branch | Digest
Trie = Node | None


class Unknown(Exception):
    """The way to a key leads to a node that is left out."""


class Forest:
    """Tries out of one set of nodes, which are found by their hashes."""

    def __init__(self, nodes: Mapping[bytes, bytes], most: int = MAX_TREE_NODES) -> None:
        self._nodes = nodes
        self._left = most

    def trie(self, root: bytes) -> Trie:
        """The trie of that root hash with every node that is known.

        Raises `StateProofInvalid` for one that is malformed, and for too many.
        """
        return None if root == EMPTY_ROOT else self._referred(root, 0)

    def _referred(self, reference: object, depth: int) -> Node:
        """What a parent refers to by a hash, or holds where it is short."""
        self._left -= 1
        if self._left < 0 or depth > MAX_NODES:
            raise StateProofInvalid("the witness has tries that are too large or too deep")
        if not isinstance(reference, bytes):
            return self._node(reference, bytes(rlp.encode(reference)), depth)
        if len(reference) != HASH_BYTES:
            raise StateProofInvalid(f"the witness refers to a node by {len(reference)} bytes")
        encoded = self._nodes.get(reference)
        if encoded is None:
            return Digest(reference)
        return self._node(decoded(encoded), encoded, depth)

    def _node(self, items: object, encoded: bytes, depth: int) -> Node:
        if isinstance(items, list) and len(items) == _BRANCH and items[16] == b"":
            return Branch(
                tuple(None if one == b"" else self._referred(one, depth + 1) for one in items[:16]),
                encoded,
            )
        if isinstance(items, list) and len(items) == _SHORT and isinstance(items[0], bytes):
            nibbles, is_leaf = _expanded(items[0])
            if is_leaf and isinstance(items[1], bytes):
                return Leaf(items[0], items[1], encoded)
            if not is_leaf and nibbles:
                child = self._referred(items[1], depth + 1)
                return Extension(items[0], child, nibbles, encoded)
        raise StateProofInvalid("the witness has a node that none of a state can be")


def value_at(trie: Trie, key: bytes) -> bytes | None:
    """What the trie has under a key, None where it has nothing. Raises `Unknown`."""
    path = bytes(nibble for byte in key for nibble in (byte >> 4, byte & 15))
    node = trie
    while node is not None:
        match node:
            case Digest():
                raise Unknown
            case Leaf():
                return node.value if _expanded(node.path)[0] == path else None
            case Extension():
                taken = node.nibbles
                if not path.startswith(taken):
                    return None
                node, path = node.child, path[len(taken) :]
            case Branch():
                if not path:
                    return None
                node, path = node.children[path[0]], path[1:]
    return None


def root(trie: Trie) -> bytes:
    """The 32 bytes of a trie's root hash."""
    if trie is None:
        return EMPTY_ROOT
    return trie.hash if isinstance(trie, Digest) else keccak(trie.encoded)


def _expanded(compact: bytes) -> tuple[bytes, bool]:
    """The nibbles of a hex-prefixed path, and whether it is a leaf's."""
    nibbles = bytes(nibble for byte in compact for nibble in (byte >> 4, byte & 15))
    flag = nibbles[0] if nibbles else 4
    if flag > 3 or (flag % 2 == 0 and nibbles[1] != 0):
        raise StateProofInvalid(f"the witness has the path {compact.hex()}, which none can be")
    return nibbles[1 if flag % 2 else 2 :], flag >= 2

"""A zktrie of which some nodes are known, and the tries of a state in zktries (scroll-tech/zktrie).

A node is None, a leaf, a branch, or a reference: the hash of one that is looked up when it is
needed. Paths are the bits of a key, the lowest first; a leaf is as high as it can be.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from oracle import poseidon
from oracle.mpt import NodeMissing
from oracle.tries import Account

LEAF, FIRST_BRANCH, LAST_BRANCH = 4, 6, 9
WORD_BYTES = 32
ACCOUNT_WORDS, ACCOUNT_HALVED, SLOT_WORDS, SLOT_HALVED = 5, 0b1000, 1, 0b1
"""How many words a leaf has, and which of them are hashed by halves."""


@dataclass(frozen=True)
class Reference:
    hash: int
    is_leaf: bool | None


@dataclass(frozen=True)
class Leaf:
    key: int
    words: tuple[bytes, ...]

    @cached_property
    def hash(self) -> int:
        return poseidon.hashed(self.key, _words_hash(self.words), LEAF)


@dataclass(frozen=True)
class Branch:
    left: "Node"
    right: "Node"

    @cached_property
    def hash(self) -> int:
        return poseidon.hashed(hash_of(self.left), hash_of(self.right), kind_of(self))


Node: TypeAlias = "Reference | Leaf | Branch | None"


class Nodes:
    """By their hashes, which are computed once."""

    def __init__(self, encoded: Iterable[bytes]) -> None:
        parsed = [node for one in encoded if (node := parsed_node(one)) is not None]
        self._known = {hash_of(node): node for node in parsed}

    def open(self, node: Node) -> Node:
        if not isinstance(node, Reference):
            return node
        if node.hash not in self._known:
            raise NodeMissing(f"{node.hash:064x}")
        return self._known[node.hash]


class Trie:
    """Leaves by key."""

    def __init__(self, root: int, nodes: Nodes) -> None:
        self._nodes = nodes
        self._root: Node = reference(root, None)

    def get(self, key: int) -> tuple[bytes, ...] | None:
        node, bits = self._nodes.open(self._root), key
        while isinstance(node, Branch):
            node, bits = self._nodes.open(node.right if bits & 1 else node.left), bits >> 1
        return node.words if isinstance(node, Leaf) and node.key == key else None

    def set(self, key: int, words: tuple[bytes, ...] | None) -> None:
        if words is None:
            self._root = self._cut(self._root, key, key)
        else:
            self._root = self._put(self._root, Leaf(key, words), 0)

    def root(self) -> int:
        return hash_of(self._root)

    def nodes(self) -> Iterator[bytes]:
        """All that are in memory, encoded."""
        waiting = [self._root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, Branch):
                waiting += [node.left, node.right]
            if isinstance(node, Branch | Leaf):
                yield encoded_node(node)

    def _put(self, node: Node, leaf: Leaf, depth: int) -> Node:
        opened = self._nodes.open(node)
        if isinstance(opened, Leaf) and opened.key != leaf.key:
            opened = self._beside(Branch(None, None), opened, depth)
        if not isinstance(opened, Branch):
            return leaf
        if leaf.key >> depth & 1:
            return Branch(opened.left, self._put(opened.right, leaf, depth + 1))
        return Branch(self._put(opened.left, leaf, depth + 1), opened.right)

    @staticmethod
    def _beside(branch: Branch, leaf: Leaf, depth: int) -> Branch:
        return Branch(branch.left, leaf) if leaf.key >> depth & 1 else Branch(leaf, branch.right)

    def _cut(self, node: Node, key: int, bits: int) -> Node:
        opened = self._nodes.open(node)
        if isinstance(opened, Leaf):
            return None if opened.key == key else node
        if not isinstance(opened, Branch):
            return node
        left, right = opened.left, opened.right
        if bits & 1:
            right = self._cut(right, key, bits >> 1)
        else:
            left = self._cut(left, key, bits >> 1)
        if right is None and ends(left):
            return left
        if left is None and ends(right):
            return right
        return Branch(left, right)


class Zktries:
    """Those before Euclid."""

    def __init__(self, root: bytes, nodes: Iterable[bytes]) -> None:
        self._nodes = Nodes(nodes)
        self._accounts = Trie(int.from_bytes(root), self._nodes)
        self._storages: dict[bytes, Trie] = {}

    def account(self, address: bytes) -> Account | None:
        words = self._accounts.get(address_key(address))
        if words is None:
            return None
        nonce = int.from_bytes(words[0]) % (1 << 64)
        return Account(nonce, int.from_bytes(words[1]), words[3])

    def slot(self, address: bytes, key: bytes) -> int:
        words = self._storage(address).get(poseidon.hashed_word(key))
        return 0 if words is None else int.from_bytes(words[0])

    def has_storage(self, address: bytes) -> bool:
        words = self._accounts.get(address_key(address))
        return words is not None and any(words[2])

    def write_slots(self, address: bytes, slots: Mapping[bytes, int]) -> None:
        storage = self._storage(address)
        for key, value in slots.items():
            if value != self.slot(address, key):
                words = (value.to_bytes(WORD_BYTES),) if value else None
                storage.set(poseidon.hashed_word(key), words)

    def write_account(self, address: bytes, account: Account | None) -> None:
        key = address_key(address)
        was = self._accounts.get(key)
        if account is None:
            if was is not None:
                self._accounts.set(key, None)
            return
        if was is not None and was[3] == account.code_hash:
            size, digest = int.from_bytes(was[0]) >> 64, was[4]
        else:
            assert account.code is not None
            size = len(account.code)
            digest = poseidon.hashed_code(account.code).to_bytes(WORD_BYTES)
        root = self._storage(address).root()
        numbers = size << 64 | account.nonce
        values = [one.to_bytes(WORD_BYTES) for one in (numbers, account.balance, root)]
        self._accounts.set(key, (*values, account.code_hash, digest))

    def root(self) -> bytes:
        return self._accounts.root().to_bytes(WORD_BYTES)

    def all_nodes(self) -> set[bytes]:
        """Those in memory."""
        tries = (self._accounts, *self._storages.values())
        return {node for trie in tries for node in trie.nodes()}

    def _storage(self, address: bytes) -> Trie:
        if address not in self._storages:
            words = self._accounts.get(address_key(address))
            root = 0 if words is None else int.from_bytes(words[2])
            self._storages[address] = Trie(root, self._nodes)
        return self._storages[address]


def address_key(address: bytes) -> int:
    return poseidon.hashed_word(address.ljust(WORD_BYTES, b"\0"))


def reference(found: int, is_leaf: bool | None) -> Node:
    return Reference(found, is_leaf) if found else None


def ends(node: Node) -> bool:
    """Whether nothing branches off below it."""
    return bool(node.is_leaf) if isinstance(node, Reference) else not isinstance(node, Branch)


def hash_of(node: Node) -> int:
    return 0 if node is None else node.hash


def kind_of(branch: Branch) -> int:
    return FIRST_BRANCH + 2 * (not ends(branch.left)) + (not ends(branch.right))


def _words_hash(words: tuple[bytes, ...]) -> int:
    halved = ACCOUNT_HALVED if len(words) == ACCOUNT_WORDS else SLOT_HALVED
    row = [
        poseidon.hashed_word(word) if halved >> at & 1 else int.from_bytes(word)
        for at, word in enumerate(words)
    ]
    domain = 256 * max(len(words), 2)
    while len(row) > 1:
        pairs = [row[at : at + 2] for at in range(0, len(row), 2)]
        row = [
            poseidon.hashed(pair[0], pair[1], domain) if len(pair) > 1 else pair[0]
            for pair in pairs
        ]
    return row[0]


def parsed_node(encoded: bytes) -> Node:
    """None for what is no node of a state."""
    kind, body = encoded[0], encoded[1:]
    if FIRST_BRANCH <= kind <= LAST_BRANCH and len(body) == 2 * WORD_BYTES:
        left, right = int.from_bytes(body[:WORD_BYTES]), int.from_bytes(body[WORD_BYTES:])
        bits = kind - FIRST_BRANCH
        return Branch(reference(left, not bits & 2), reference(right, not bits & 1))
    if kind != LEAF:
        return None
    count = body[WORD_BYTES]
    words = body[WORD_BYTES + 4 :]
    cut = tuple(words[at : at + WORD_BYTES] for at in range(0, count * WORD_BYTES, WORD_BYTES))
    return Leaf(int.from_bytes(body[:WORD_BYTES]), cut)


def encoded_node(node: Branch | Leaf) -> bytes:
    if isinstance(node, Branch):
        children = (hash_of(node.left), hash_of(node.right))
        return bytes([kind_of(node)]) + b"".join(one.to_bytes(WORD_BYTES) for one in children)
    halved = ACCOUNT_HALVED if len(node.words) == ACCOUNT_WORDS else SLOT_HALVED
    form = halved << 8 | len(node.words)
    start = bytes([LEAF]) + node.key.to_bytes(WORD_BYTES) + form.to_bytes(4, "little")
    # What follows is what the key is the hash of, whose length comes first: here it is left out.
    return start + b"".join(node.words) + b"\0"

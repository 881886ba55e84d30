"""The one stdin entry of the published rsp: bincode of its `ClientExecutorInput`.

The ELF names what it was built from: succinctlabs/rsp 3647076 (crates/executor/client/src/io.rs,
crates/mpt/src/{lib,mpt}.rs) with revm-primitives 9.0 (bytecode).
"""

from collections.abc import Mapping
from dataclasses import dataclass

from eth_utils.crypto import keccak

from benchmarks.block import guest_block
from benchmarks.block.bincode import blob, option, sequence, u256, variant
from benchmarks.block.trie import Branch, Digest, Extension, Leaf, Trie

NULL, BRANCH, LEAF, EXTENSION, DIGEST = map(variant, range(5))
LEGACY_RAW = variant(0)


@dataclass(frozen=True)
class GuestInput:
    """A block, its parent, and what of the parent's state the block reads.

    Headers are RLP, transactions as nodes take them. `storage_tries` and `slots` are by address;
    both have every account that the block touches.
    """

    header: bytes
    transactions: tuple[bytes, ...]
    parent: bytes
    state_trie: Trie
    storage_tries: Mapping[bytes, Trie]
    slots: Mapping[bytes, tuple[int, ...]]
    codes: tuple[bytes, ...]


def encode(given: GuestInput) -> bytes:
    return b"".join(
        [
            guest_block.block(given.header, given.transactions),
            sequence([guest_block.header_of(given.parent)]),
            _node(given.state_trie),
            sequence(
                blob(keccak(address)) + _node(storage)
                for address, storage in given.storage_tries.items()
            ),
            sequence(
                blob(address) + sequence(map(u256, slots)) for address, slots in given.slots.items()
            ),
            sequence(LEGACY_RAW + blob(code) for code in given.codes),
        ]
    )


def _node(node: Trie) -> bytes:
    """rsp's `MptNode`, whose cached reference is not written."""
    match node:
        case None:
            return NULL
        case Branch():
            return BRANCH + b"".join(
                option(None if child is None else _node(child)) for child in node.children
            )
        case Leaf():
            return LEAF + blob(node.path) + blob(node.value)
        case Extension():
            return EXTENSION + blob(node.path) + _node(node.child)
        case Digest():
            return DIGEST + blob(node.hash)

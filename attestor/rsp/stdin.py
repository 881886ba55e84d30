"""The one stdin entry of the published rsp: bincode of its `ClientExecutorInput`.

The ELF names what it was built from: succinctlabs/rsp 3647076 (crates/executor/client/src/io.rs,
crates/mpt/src/{lib,mpt}.rs) with revm-primitives 9.0 (bytecode).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import rlp

from attestor.core.header import hash_of
from attestor.core.keccak import keccak
from attestor.core.text import to_hex
from attestor.errors.rsp import RspWitnessInvalid
from attestor.rsp import block
from attestor.rsp.bincode import blob, option, sequence, u256, variant
from attestor.rsp.trie import Branch, Digest, Extension, Leaf, Trie

NULL, BRANCH, LEAF, EXTENSION, DIGEST = map(variant, range(5))
LEGACY_RAW = variant(0)


@dataclass(frozen=True)
class GuestInput:
    """A block, the headers before it, and what of its parent's state it reads.

    Headers are RLP, transactions as blocks have them. `ancestors` begin with the parent and go
    back, without a gap, as far as the block asks for hashes. `storage_tries` and `slots` are by
    address; both have every account that the block touches.
    """

    header: bytes
    transactions: tuple[bytes, ...] = field(repr=False)
    ancestors: tuple[bytes, ...] = field(repr=False)
    state_trie: Trie = field(repr=False)
    storage_tries: Mapping[bytes, Trie] = field(repr=False)
    slots: Mapping[bytes, tuple[int, ...]] = field(repr=False)
    codes: tuple[bytes, ...] = field(repr=False)
    withdrawals: tuple[tuple[bytes, ...], ...] = ()

    @property
    def number(self) -> int:
        """The block's number."""
        return int.from_bytes(rlp.decode(self.header)[8])

    @property
    def block_hash(self) -> bytes:
        """The hash of the block's header."""
        return hash_of(self.header)


def encode(given: GuestInput) -> bytes:
    """The entry. Raises `RspBlockUnsupported`, and `RspWitnessInvalid` for a header or transaction
    with something else in a field than its form has."""
    try:
        return _encoded(given)
    except (ValueError, TypeError, IndexError, OverflowError, rlp.DecodingError) as error:
        raise RspWitnessInvalid(
            f"block {to_hex(given.block_hash)} has a field that no block can have: {error}"
        ) from None


def _encoded(given: GuestInput) -> bytes:
    return b"".join(
        [
            block.block(given.header, given.transactions, given.withdrawals),
            sequence(map(block.header_of, given.ancestors)),
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

"""The context of an execution (PoB): blocks, each with the trie nodes and codes that it needs, and
the hashes by which provers name it.

    data hash = keccak(chain_id u64 ‖ prev_state_root ‖ count(block_hashes) ‖ (number u64 ‖ hash)*
                ‖ count(mpt_nodes) ‖ nodes* ‖ count(codes) ‖ codes*
                ‖ start_l1_queue_index u64 ‖ withdrawal_root)
    PoB hash  = keccak(block_hash ‖ data hash)
    list hash = keccak(PoB hash*)

Counts are u64; all numbers are big-endian. Source: automata-network/sgx-prover, branch avs,
crates/prover-types/src/pob.rs (0.5.0). The hash names neither header fields nor transactions, only
the block's hash; whoever stores a context must check them against it (`require_bound`).
"""

from dataclasses import dataclass, field

import rlp

from attestor.core import ordered_trie
from attestor.core.avs import nodes
from attestor.core.keccak import keccak
from attestor.core.text import to_hex
from attestor.errors.avs import ContextInvalid

_NUMBER, _TRANSACTIONS_ROOT, _PARENT_HASH = 8, 4, 0


@dataclass(frozen=True)
class BlockContext:
    """One block. `header` is its RLP; `mpt_nodes` are trie nodes of either kind of trie, sorted;
    `coinbase` is what the sender says, which no hash covers and nothing may rest on.

    `parent_header`, the RLP of the header before it, is ours: without it nothing in a context
    binds the state that the block began with. The header commits to it by its hash.
    """

    header: bytes = field(repr=False)
    block_hash: bytes
    transactions: tuple[bytes, ...] = field(repr=False)
    chain_id: int
    coinbase: bytes | None
    prev_state_root: bytes
    block_hashes: tuple[tuple[int, bytes], ...] = field(repr=False)
    mpt_nodes: tuple[bytes, ...] = field(repr=False)
    codes: tuple[bytes, ...] = field(repr=False)
    start_l1_queue_index: int
    withdrawal_root: bytes
    parent_header: bytes | None = field(default=None, repr=False)

    @property
    def number(self) -> int:
        """The block's number, of its header."""
        return int.from_bytes(rlp.decode(self.header)[_NUMBER])

    @property
    def data_hash(self) -> bytes:
        """The hash of what belongs to the block."""
        parts = [_u64(self.chain_id), self.prev_state_root, _u64(len(self.block_hashes))]
        parts += [_u64(number) + block_hash for number, block_hash in sorted(self.block_hashes)]
        parts += [_u64(len(self.mpt_nodes)), *self.mpt_nodes]
        parts += [_u64(len(self.codes)), *self.codes]
        parts += [_u64(self.start_l1_queue_index), self.withdrawal_root]
        return keccak(b"".join(parts))

    @property
    def hash(self) -> bytes:
        """The PoB hash."""
        return keccak(self.block_hash + self.data_hash)

    def require_bound(self) -> None:
        """Raise `ContextInvalid` unless the block's hash is that of its header, the header commits
        to its transactions and to the parent's header, and all its nodes are whole."""
        computed = keccak(self.header)
        if computed != self.block_hash:
            raise ContextInvalid(
                f"the header of block {self.number} has the hash {to_hex(computed)}, not "
                f"{to_hex(self.block_hash)}"
            )
        root, named = ordered_trie.root_of(self.transactions), rlp.decode(self.header)
        if root != named[_TRANSACTIONS_ROOT]:
            raise ContextInvalid(
                f"the transactions of block {self.number} have the root {to_hex(root)}, and its "
                f"header has {to_hex(named[_TRANSACTIONS_ROOT])}"
            )
        if self.parent_header is not None and keccak(self.parent_header) != named[_PARENT_HASH]:
            raise ContextInvalid(f"the parent's header of block {self.number} is another block's")
        for place, node in enumerate(self.mpt_nodes):
            if not nodes.is_whole(node):
                raise ContextInvalid(f"node {place} of block {self.number} is no trie node")


@dataclass(frozen=True)
class Context:
    """The blocks of a batch, in order, and their hash."""

    blocks: tuple[BlockContext, ...]
    hash: bytes

    @classmethod
    def of(cls, blocks: tuple[BlockContext, ...]) -> "Context":
        """The context of these blocks."""
        return cls(blocks, keccak(b"".join(block.hash for block in blocks)))

    @property
    def size(self) -> int:
        """Bytes that its parts take, each string once."""
        strings = {one for block in self.blocks for one in (*block.mpt_nodes, *block.codes)}
        parts = {one for block in self.blocks for one in (block.header, *block.transactions)}
        parts |= {block.parent_header for block in self.blocks if block.parent_header is not None}
        hashes = 40 * sum(len(block.block_hashes) for block in self.blocks)
        return sum(map(len, strings)) + sum(map(len, parts)) + hashes


def _u64(number: int) -> bytes:
    return number.to_bytes(8)

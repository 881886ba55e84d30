"""Contexts of made-up blocks, whose headers commit to their transactions."""

from dataclasses import replace
from typing import Any

import rlp
from eth_utils.crypto import keccak

from attestor.core import ordered_trie
from attestor.core.avs.context import BlockContext, Context

ZKTRIE_BRANCH = b"\x09" + bytes(range(64))
ZKTRIE_LEAF = b"\x04" + b"k" * 32 + (8 << 8 | 5).to_bytes(4, "little") + b"v" * 160 + b"\x02pq"
MPT_LEAF = rlp.encode([b"path", b"value" * 9])
CODE = bytes.fromhex("6001600055")


def header_of(number: int, transactions: tuple[bytes, ...], base_fee: int | None) -> bytes:
    items: list[bytes] = [
        keccak(b"parent of %d" % number),
        *(b"u" * 32, bytes(20), b"s" * 32, ordered_trie.root_of(transactions), b"r" * 32),
        *(bytes(256), b"\x02", number.to_bytes(8).lstrip(b"\0")),
        *(b"\x98\x96\x80", b"\x52\x08", b"\x66\x00\x00\x00", b"extra" * 19),
        *(bytes(32), bytes(8)),
    ]
    if base_fee is not None:
        items.append(base_fee.to_bytes(8).lstrip(b"\0"))
    return bytes(rlp.encode(items))


def block_of(number: int = 7, base_fee: int | None = None, **changed: Any) -> BlockContext:
    transactions = tuple(b"\xf8\x50" + bytes([place]) * 80 for place in range(number % 5))
    header = header_of(number, transactions, base_fee)
    made = BlockContext(
        header=header,
        block_hash=keccak(header),
        transactions=transactions,
        chain_id=534352,
        coinbase=b"c" * 20,
        prev_state_root=b"p" * 32,
        block_hashes=((number - 1, b"h" * 32),) if number else (),
        mpt_nodes=tuple(sorted((ZKTRIE_BRANCH, ZKTRIE_LEAF, MPT_LEAF))),
        codes=(CODE,),
        start_l1_queue_index=3,
        withdrawal_root=b"w" * 32,
    )
    return replace(made, **changed)


def context_of(first: int = 7, count: int = 2) -> Context:
    return Context.of(tuple(block_of(first + place) for place in range(count)))


TWO_CODES = Context.of((block_of(7, codes=(CODE, CODE[:2])), block_of(8)))


def cut_elsewhere(at: int) -> Context:
    """`TWO_CODES` but for where its first code ends (at 5): its hash is the same."""
    first, *others = TWO_CODES.blocks
    codes = b"".join(first.codes)
    return Context.of((replace(first, codes=(codes[:at], codes[at:])), *others))

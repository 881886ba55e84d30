"""The root of a list in a Merkle Patricia trie, by which a header commits to its transactions
(yellow paper, section 4.3.2 and appendix D). Keys are the RLP of positions."""

from collections.abc import Sequence

import rlp

from attestor.core.keccak import keccak

_INLINE_BYTES = 32
_Pairs = Sequence[tuple[bytes, bytes]]
"""Nibbles, one a byte, and what is there; in the order of the nibbles."""


def root_of(items: Sequence[bytes]) -> bytes:
    """32 bytes. The items are hashed as they are."""
    pairs = sorted((_nibbles(rlp.encode(place)), item) for place, item in enumerate(items))
    return keccak(rlp.encode(_node(pairs, 0) if pairs else b""))


def _node(pairs: _Pairs, depth: int) -> list[object]:
    """The node of pairs that are alike up to `depth`."""
    first, last = pairs[0][0], pairs[-1][0]
    if len(pairs) == 1:
        return [_compact(first[depth:], is_leaf=True), pairs[0][1]]
    # They are in order: what the first and the last share, all share.
    end = depth
    while first[end : end + 1] == last[end : end + 1] != b"":
        end += 1
    if end > depth:
        below = _reference(_node(pairs, end))
        return [_compact(first[depth:end], is_leaf=False), below]
    return _branch(pairs, depth)


def _branch(pairs: _Pairs, depth: int) -> list[object]:
    children: list[object] = [b""] * 16
    start = 0
    while start < len(pairs):
        nibble, end = pairs[start][0][depth], start + 1
        while end < len(pairs) and pairs[end][0][depth] == nibble:
            end += 1
        children[nibble] = _reference(_node(pairs[start:end], depth + 1))
        start = end
    # No position's RLP is the beginning of another's, so nothing ends at a branch.
    return [*children, b""]


def _reference(node: list[object]) -> object:
    encoded = bytes(rlp.encode(node))
    return node if len(encoded) < _INLINE_BYTES else keccak(encoded)


def _nibbles(key: bytes) -> bytes:
    return bytes(nibble for byte in key for nibble in (byte >> 4, byte & 15))


def _compact(nibbles: bytes, is_leaf: bool) -> bytes:
    flag = 2 * is_leaf + len(nibbles) % 2
    padded = bytes([flag]) + nibbles if len(nibbles) % 2 else bytes([flag, 0]) + nibbles
    return bytes(16 * a + b for a, b in zip(padded[::2], padded[1::2], strict=True))

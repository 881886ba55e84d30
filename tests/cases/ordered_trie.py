"""The root of a list in a Merkle Patricia trie, as headers commit to transactions (yellow paper,
appendix D)."""

from collections.abc import Sequence

import rlp
from eth_utils.crypto import keccak


def ordered_root(items: Sequence[bytes]) -> bytes:
    if not items:
        return keccak(rlp.encode(b""))
    pairs = [(_nibbles(bytes(rlp.encode(place))), item) for place, item in enumerate(items)]
    return keccak(rlp.encode(_node(sorted(pairs))))


def _nibbles(key: bytes) -> list[int]:
    return [nibble for byte in key for nibble in (byte >> 4, byte & 15)]


def _compact(nibbles: list[int], is_leaf: bool) -> bytes:
    flag = 2 * is_leaf + len(nibbles) % 2
    padded = [flag, *nibbles] if len(nibbles) % 2 else [flag, 0, *nibbles]
    return bytes(16 * a + b for a, b in zip(padded[::2], padded[1::2], strict=True))


def _node(pairs: list[tuple[list[int], bytes]]) -> list[object]:
    if len(pairs) == 1:
        return [_compact(pairs[0][0], True), pairs[0][1]]
    shared = 0
    while all(len(key) > shared and key[shared] == pairs[0][0][shared] for key, _ in pairs):
        shared += 1
    if shared:
        inner = _node([(key[shared:], item) for key, item in pairs])
        return [_compact(pairs[0][0][:shared], False), _reference(inner)]
    branch: list[object] = []
    for nibble in range(16):
        below = [(key[1:], item) for key, item in pairs if key and key[0] == nibble]
        branch.append(_reference(_node(below)) if below else b"")
    return [*branch, next((item for key, item in pairs if not key), b"")]


def _reference(node: list[object]) -> object:
    encoded = bytes(rlp.encode(node))
    return node if len(encoded) < 32 else keccak(encoded)

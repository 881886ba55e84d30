"""Whether a byte string is exactly one trie node by its own lengths.

A context's hash is over its nodes one after the other, without their lengths. Only because each
node says where it ends can no two contexts with different nodes have one hash.

    MPT     the RLP of a list, or 0x80 for the empty trie
    zktrie  branch: 6 to 9 ‖ 32 bytes ‖ 32 bytes
            leaf:   4 ‖ key32 ‖ u32le(flags << 8 | n) ‖ 32 bytes n times ‖ size u8 ‖ preimage
            empty:  5
            and the words that end each proof
"""

PROOF_END = b"THIS IS SOME MAGIC BYTES FOR SMT m1rRXgP2xpDI"
_BRANCHES, _LEAF, _EMPTY = range(6, 10), 4, 5
_HASH_BYTES, _LEAF_HEAD = 32, 37
_EMPTY_MPT = 0x80
_LIST, _LONG_LIST = 0xC0, 0xF8


def is_whole(node: bytes) -> bool:
    """Whether `node` is one node, to its last byte."""
    if not node:
        return False
    kind = node[0]
    if kind in _BRANCHES:
        return len(node) == 1 + 2 * _HASH_BYTES
    if kind == _LEAF:
        return len(node) == _leaf_length(node)
    if kind in (_EMPTY, _EMPTY_MPT):
        return len(node) == 1
    if kind >= _LIST:
        return len(node) == _list_length(node)
    return node == PROOF_END


def _leaf_length(node: bytes) -> int:
    """What the leaf's counts say; 0 when they are not all there."""
    values = int.from_bytes(node[33:_LEAF_HEAD], "little") & 0xFF
    size_at = _LEAF_HEAD + values * _HASH_BYTES
    return size_at + 1 + node[size_at] if len(node) > size_at else 0


def _list_length(node: bytes) -> int:
    if node[0] < _LONG_LIST:
        return 1 + node[0] - _LIST
    size = node[0] - _LONG_LIST + 1
    return 1 + size + int.from_bytes(node[1 : 1 + size])

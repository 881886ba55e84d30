"""What a Merkle Patricia trie holds under a key, by the nodes on the way down from its root (yellow
paper, appendix D; `eth_getProof` is EIP-1186).

Nothing of a proof is believed: a node counts under its own hash alone, so that a proof shows what
the trie holds or nothing.
"""

from collections.abc import Sequence

import rlp

from attestor.core.keccak import keccak
from attestor.errors import StateProofInvalid

MAX_NODES = 65
"""Of a way down: a key of 32 bytes has 64 digits, and each node takes one at least."""
MAX_NODE_BYTES = 1024
"""A branch of 16 hashes has 532 bytes, an account's leaf about 150."""
EMPTY_ROOT = keccak(rlp.encode(b""))
_BRANCH, _SHORT = 17, 2
_HASH_BYTES = 32


def value_at(root: bytes, key: bytes, nodes: Sequence[bytes]) -> bytes | None:
    """What the trie of that root has under `key`, as it is in the leaf; None where it has nothing.

    The nodes may be in any order, and more than are needed. Raises `StateProofInvalid` where one
    is missing or malformed.
    """
    if root == EMPTY_ROOT:
        return None
    known = {keccak(node): node for node in nodes}
    path = bytes(digit for byte in key for digit in (byte >> 4, byte & 15))
    reference: object = root
    while reference != b"":
        node = _resolved(reference, known)
        if len(node) == _BRANCH:
            if not path:
                return _bytes(node[16]) or None
            reference, path = node[path[0]], path[1:]
            continue
        taken, is_leaf = _digits(node[0])
        if is_leaf:
            return _bytes(node[1]) if taken == path else None
        if not path.startswith(taken):
            return None
        reference, path = node[1], path[len(taken) :]
    return None


def require_bounded(lengths: Sequence[int], ways: int) -> None:
    """Raise `StateProofInvalid` for more or longer nodes, by their bytes, than so many ways down
    can have: before they are decoded."""
    if len(lengths) > ways * MAX_NODES:
        raise StateProofInvalid(f"the proof has {len(lengths)} nodes for {ways} keys")
    longest = max(lengths, default=0)
    if longest > MAX_NODE_BYTES:
        raise StateProofInvalid(f"the proof has a node of {longest} bytes")


def _resolved(reference: object, known: dict[bytes, bytes]) -> list[object]:
    """The node that a reference names by its hash, or holds where it is short."""
    node = reference
    if isinstance(reference, bytes):
        encoded = known.get(reference) if len(reference) == _HASH_BYTES else None
        if encoded is None:
            raise StateProofInvalid(f"the proof lacks the node {reference[:32].hex()}")
        node = decoded(encoded)
    if not isinstance(node, list) or len(node) not in (_BRANCH, _SHORT):
        raise StateProofInvalid("the proof has a node that is neither branch, extension nor leaf")
    return node


def decoded(encoded: bytes) -> object:
    """RLP that somebody else made. Raises `StateProofInvalid` where it is none."""
    try:
        found: object = rlp.decode(encoded)
    except (rlp.DecodingError, RecursionError):
        raise StateProofInvalid(f"the proof has {encoded[:32].hex()}…, which is no RLP") from None
    return found


def _digits(compact: object) -> tuple[bytes, bool]:
    """The digits of a leaf's or an extension's path, and whether it is a leaf's."""
    encoded = _bytes(compact)
    digits = bytes(digit for byte in encoded for digit in (byte >> 4, byte & 15))
    flag = digits[0] if digits else 4
    is_leaf, is_odd = flag >= 2, flag % 2 == 1
    taken = digits[1 if is_odd else 2 :]
    if flag > 3 or (not is_odd and digits[1] != 0) or (not is_leaf and not taken):
        raise StateProofInvalid(f"the proof has the path {encoded.hex()}, which none can be")
    return taken, is_leaf


def _bytes(found: object) -> bytes:
    if not isinstance(found, bytes):
        raise StateProofInvalid("the proof has a list where a value belongs")
    return found

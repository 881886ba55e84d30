"""Accounts and words under roots that somebody made up: typed, whatever is in the leaves."""

import pytest
import rlp
from eth_utils.crypto import keccak

from attestor.core.state_proof import Account, account_at, word_at
from attestor.errors import StateProofInvalid

ADDRESS = b"\x07" * 20
ROOT, CODE = b"\x01" * 32, b"\x02" * 32
SLOT = 5


def only_leaf(key: bytes, value: bytes) -> tuple[bytes, list[bytes]]:
    """The root and nodes of a trie that holds one value."""
    node: bytes = rlp.encode([b"\x20" + keccak(key), value])
    return keccak(node), [node]


def slot_with(value: bytes) -> tuple[bytes, list[bytes]]:
    return only_leaf(SLOT.to_bytes(32, "big"), value)


def test_account_at__proven__has_its_hashes() -> None:
    root, nodes = only_leaf(ADDRESS, rlp.encode([b"\x01", b"", ROOT, CODE]))
    assert account_at(root, ADDRESS, nodes) == Account(ROOT, CODE)


def test_account_at__another_address__is_refused() -> None:
    root, nodes = only_leaf(ADDRESS, rlp.encode([b"\x01", b"", ROOT, CODE]))
    with pytest.raises(StateProofInvalid, match="no account"):
        account_at(root, b"\x08" * 20, nodes)


@pytest.mark.parametrize(
    "leaf",
    [
        b"\x01",
        b"\xff\xff",
        rlp.encode([b"", b"", ROOT]),
        rlp.encode([b"", b"", ROOT, CODE, b""]),
        rlp.encode([b"", b"", ROOT, CODE[1:]]),
        rlp.encode([b"", b"", [ROOT], CODE]),
        rlp.encode([b"", b"", ROOT, [CODE]]),
    ],
)
def test_account_at__leaf_that_is_no_account__is_refused(leaf: bytes) -> None:
    root, nodes = only_leaf(ADDRESS, leaf)
    with pytest.raises(StateProofInvalid):
        account_at(root, ADDRESS, nodes)


def test_word_at__proven__is_the_word_or_zero() -> None:
    root, nodes = slot_with(rlp.encode(b"\x12\x34"))
    assert word_at(root, SLOT, nodes) == 0x1234
    assert word_at(root, SLOT + 1, nodes) == 0
    assert word_at(keccak(b"\x80"), SLOT, []) == 0


@pytest.mark.parametrize("leaf", [rlp.encode(b"\x01" * 33), rlp.encode([]), b"\xb8", b""])
def test_word_at__leaf_that_is_no_word__is_refused(leaf: bytes) -> None:
    root, nodes = slot_with(leaf)
    with pytest.raises(StateProofInvalid):
        word_at(root, SLOT, nodes)

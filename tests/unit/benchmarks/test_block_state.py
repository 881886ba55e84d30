"""Accounts and storage: in their tries, and in a genesis file."""

import rlp
from benchmarks.block import state, trie
from benchmarks.block.state import Account
from eth_utils.crypto import keccak

from attestor.core.trie_proof import EMPTY_ROOT

ADDRESS = b"\xaa" * 20


def test_storage_trie__one_slot__hashed_key_and_rlp_of_the_value() -> None:
    built = state.storage_trie(Account(storage={1: 0x1234}))
    path = b"\x20" + keccak(bytes(31) + b"\x01")
    assert trie.root(built) == keccak(rlp.encode([path, b"\x82\x12\x34"]))


def test_state_trie__contract__has_its_storage_root_and_code_hash() -> None:
    account = Account(balance=9, nonce=3, code=b"code", storage={1: 1})
    storage = state.storage_trie(account)
    value = rlp.encode([3, 9, trie.root(storage), keccak(b"code")])
    whole = state.state_trie({ADDRESS: account}, {ADDRESS: storage})
    assert trie.root(whole) == keccak(rlp.encode([b"\x20" + keccak(ADDRESS), value]))


def test_state_trie__account_without_storage__has_the_empty_root() -> None:
    value = rlp.encode([0, 9, EMPTY_ROOT, keccak(b"")])
    whole = state.state_trie({ADDRESS: Account(9)}, {})
    assert trie.root(whole) == keccak(rlp.encode([b"\x20" + keccak(ADDRESS), value]))


def test_as_genesis__account__words_of_64_digits() -> None:
    account = Account(balance=255, nonce=2, code=b"\x60", storage={1: 0x10})
    assert state.as_genesis({ADDRESS: account}) == {
        "0x" + "aa" * 20: {
            "balance": "0xff",
            "nonce": "0x2",
            "code": "0x60",
            "storage": {"0x" + "0" * 63 + "1": "0x" + "0" * 62 + "10"},
        }
    }

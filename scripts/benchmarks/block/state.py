"""What a block's chain starts from: accounts with their code and storage, and their tries."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import rlp
from eth_utils.crypto import keccak

from benchmarks.block import trie
from benchmarks.block.trie import Trie

WORD_BYTES = 32


@dataclass(frozen=True)
class Account:
    """`balance` in wei; `storage` by slot, without zeros."""

    balance: int = 0
    nonce: int = 0
    code: bytes = b""
    storage: Mapping[int, int] = field(default_factory=dict)


State = Mapping[bytes, Account]
"""Accounts by the 20 bytes of their addresses."""


def slot_key(slot: int) -> bytes:
    """Where a slot stands in an account's storage trie."""
    return keccak(slot.to_bytes(WORD_BYTES, "big"))


def storage_trie(account: Account) -> Trie:
    return trie.build(
        {slot_key(slot): rlp.encode(value) for slot, value in account.storage.items()}
    )


def state_trie(state: State, storage: Mapping[bytes, Trie]) -> Trie:
    """The trie of all accounts; `storage` has the tries of those that have some.

    A value is the RLP of nonce, balance, storage root and code hash (Yellow Paper, 4.1).
    """
    return trie.build(
        {
            keccak(address): rlp.encode(
                [
                    account.nonce,
                    account.balance,
                    trie.root(storage.get(address)),
                    keccak(account.code),
                ]
            )
            for address, account in state.items()
        }
    )


def as_genesis(state: State) -> dict[str, object]:
    """The `alloc` of a genesis file in geth's form."""
    return {
        "0x" + address.hex(): {
            "balance": hex(account.balance),
            "nonce": hex(account.nonce),
            "code": "0x" + account.code.hex(),
            "storage": {
                f"0x{slot:064x}": f"0x{value:064x}" for slot, value in account.storage.items()
            },
        }
        for address, account in state.items()
    }

"""Accounts and their slots in tries of which a witness has some nodes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import rlp
from eth_utils.crypto import keccak

from oracle.mpt import EMPTY_ROOT, Trie


@dataclass(frozen=True)
class Account:
    """`code` is None where it is not known, and looked at in zktries alone."""

    nonce: int
    balance: int
    code_hash: bytes
    code: bytes | None = None


class Tries(Protocol):
    """What execution needs of the tries of one era. 0 is no value of a slot."""

    def account(self, address: bytes) -> Account | None: ...

    def slot(self, address: bytes, key: bytes) -> int: ...

    def has_storage(self, address: bytes) -> bool: ...

    def write_slots(self, address: bytes, slots: Mapping[bytes, int]) -> None: ...

    def write_account(self, address: bytes, account: Account | None) -> None: ...

    def root(self) -> bytes: ...


class MerklePatriciaTries:
    """Those since Euclid."""

    def __init__(self, root: bytes, nodes: Iterable[bytes]) -> None:
        self._nodes = {keccak(node): node for node in nodes}
        self._accounts = Trie(root, self._nodes)
        self._storages: dict[bytes, Trie] = {}

    def account(self, address: bytes) -> Account | None:
        fields = self._fields(address)
        if fields is None:
            return None
        nonce, balance, _, code_hash = fields
        return Account(int.from_bytes(nonce), int.from_bytes(balance), code_hash)

    def slot(self, address: bytes, key: bytes) -> int:
        value = self._storage(address).get(key)
        return int.from_bytes(rlp.decode(value)) if value else 0

    def has_storage(self, address: bytes) -> bool:
        fields = self._fields(address)
        return fields is not None and fields[2] != EMPTY_ROOT

    def write_slots(self, address: bytes, slots: Mapping[bytes, int]) -> None:
        storage = self._storage(address)
        changed = {key: value for key, value in slots.items() if value != self.slot(address, key)}
        # Removals come last: they need what is beside them, which may be new.
        for key, value in sorted(changed.items(), key=lambda item: item[1] == 0):
            storage.set(key, rlp.encode(value) if value else b"")

    def write_account(self, address: bytes, account: Account | None) -> None:
        if account is not None:
            root = self._storage(address).root()
            fields = [account.nonce, account.balance, root, account.code_hash]
            self._accounts.set(address, rlp.encode(fields))
        elif self._accounts.get(address):
            self._accounts.set(address, b"")

    def root(self) -> bytes:
        return self._accounts.root()

    def all_nodes(self) -> set[bytes]:
        """Those in memory."""
        tries = (self._accounts, *self._storages.values())
        return {node for trie in tries for node in trie.nodes()}

    def _fields(self, address: bytes) -> list[bytes] | None:
        encoded = self._accounts.get(address)
        fields: list[bytes] | None = rlp.decode(encoded) if encoded else None
        return fields

    def _storage(self, address: bytes) -> Trie:
        if address not in self._storages:
            fields = self._fields(address)
            root = EMPTY_ROOT if fields is None else fields[2]
            self._storages[address] = Trie(root, self._nodes)
        return self._storages[address]

"""EELS's state on top of a trie that is read as needed.

EELS keeps plain dictionaries and copies them for each call, so these are dictionaries that ask the
trie for what they lack, and keep what was deleted as a deletion.
"""

from collections.abc import Callable, Iterator
from typing import Any

from eth_utils.crypto import keccak
from ethereum_types.numeric import U256, Uint

from oracle.tries import Account, Tries


class UnknownCode(bytes):
    """In place of a code that is not in the witness: what begins with it cannot run."""

    def __new__(cls, code_hash: bytes) -> "UnknownCode":
        return super().__new__(cls, b"\xfe" + code_hash)

    @property
    def hash(self) -> bytes:
        return bytes(self[1:])


class Overlay(dict[Any, Any]):
    """What was written over what `read` gives."""

    def __init__(self, read: Callable[[Any], Any], none: Any, written: Any = ()) -> None:
        super().__init__(written)
        self._read, self._none = read, none

    def __copy__(self) -> "Overlay":
        return Overlay(self._read, self._none, self)

    def __contains__(self, key: object) -> bool:
        return True

    def __getitem__(self, key: Any) -> Any:
        return super().__getitem__(key) if super().__contains__(key) else self._read(key)

    def get(self, key: Any, default: Any = None) -> Any:
        return self[key]

    def __delitem__(self, key: Any) -> None:
        self[key] = self._none


class Storages(dict[Any, Any]):
    """The storage of each account, with what was written to it."""

    def __init__(self, state: "BlockState", opened: Any = ()) -> None:
        super().__init__(opened)
        self._state = state

    def __contains__(self, address: object) -> bool:
        written = super().get(address)
        if written is not None and any(dict.values(written._data)):
            return True
        return self._state.tries.has_storage(bytes(address))  # type: ignore[call-overload]

    def get(self, address: Any, default: Any = None) -> Any:
        if not super().__contains__(address):
            self[address] = self._state.storage(address)
        return super().__getitem__(address)

    def __delitem__(self, address: Any) -> None:
        self[address] = self._state.no_storage()


class Snapshots(list[Any]):
    """EELS makes plain dictionaries of the storages that it keeps: they are made readable again."""

    def __init__(self, state: "BlockState") -> None:
        super().__init__()
        self._state = state

    def append(self, item: Any) -> None:
        accounts, storages = item
        super().append((accounts, Storages(self._state, storages)))


class BlockState:
    """A state as the modules of one of EELS's forks want it (`eels`)."""

    def __init__(self, modules: Any, tries: Tries, codes: dict[bytes, bytes]) -> None:
        self.tries, self._codes, self._modules = tries, codes, modules
        self.eels = modules.state.State()
        self.eels._main_trie._data = Overlay(self._account, None)
        self.eels._storage_tries = Storages(self)
        self.eels._snapshots = Snapshots(self)

    def storage(self, address: bytes) -> Any:
        made = self.no_storage()
        made._data = Overlay(lambda key: U256(self.tries.slot(address, bytes(key))), U256(0))
        return made

    def no_storage(self) -> Any:
        made = self._modules.trie.Trie(secured=True, default=U256(0))
        made._data = Overlay(lambda key: U256(0), U256(0))
        return made

    def _account(self, address: bytes) -> Any:
        found = self.tries.account(bytes(address))
        if found is None:
            return None
        code = self._codes.get(found.code_hash, UnknownCode(found.code_hash))
        kind = self._modules.fork_types.Account
        return kind(nonce=Uint(found.nonce), balance=U256(found.balance), code=code)

    def root(self) -> bytes:
        """The root after all that was written, which the tries have then."""
        for address, storage in list(dict.items(self.eels._storage_tries)):
            slots = {bytes(key): int(value) for key, value in dict.items(storage._data)}
            self.tries.write_slots(bytes(address), slots)
        for address, account in self._written():
            if account is not None and account.code is not None:
                # A later block may run what was created in this one.
                self._codes[account.code_hash] = account.code
            self.tries.write_account(address, account)
        return self.tries.root()

    def _written(self) -> Iterator[tuple[bytes, Account | None]]:
        """Those removed come last: they may need what is beside them."""
        accounts = dict(dict.items(self.eels._main_trie._data))
        for address in dict.keys(self.eels._storage_tries):
            accounts.setdefault(address, self._account(address))
        for address, account in sorted(accounts.items(), key=lambda item: item[1] is None):
            if account is None:
                yield bytes(address), None
                continue
            unknown = isinstance(account.code, UnknownCode)
            code_hash = account.code.hash if unknown else keccak(bytes(account.code))
            code = None if unknown else bytes(account.code)
            yield bytes(address), Account(int(account.nonce), int(account.balance), code_hash, code)

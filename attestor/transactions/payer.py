"""The account that pays, which signs in this process and whose key exists in it once.

    0x02 ‖ rlp([chain id, nonce, priority fee, max fee, gas, to, value, data, [], y, r, s])

A transaction of EIP-1559, without an access list; what is signed has no y, r and s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import rlp

from attestor.core.keccak import keccak
from attestor.core.text import checksummed, from_hex
from attestor.hardening.secret_key import SecretKey

TYPE = b"\x02"


class Signed(Protocol):
    """A transaction's hash, and its bytes as they are sent."""

    @property
    def hash(self) -> bytes: ...

    @property
    def raw_transaction(self) -> bytes: ...


class Account(Protocol):
    """Who signs transactions: `Payer`, `remote.RemotePayer`, or an account of eth-account on
    development chains."""

    @property
    def address(self) -> str:
        """Checksummed."""

    def sign_transaction(self, transaction: dict[str, Any]) -> Signed:
        """Of the fields that eth-account takes."""


@dataclass(frozen=True)
class RawTransaction:
    """A signed transaction as it is sent."""

    raw_transaction: bytes

    @property
    def hash(self) -> bytes:
        """Its name on the chain."""
        return keccak(self.raw_transaction)


class Payer:
    """An account by its key."""

    def __init__(self, key: SecretKey) -> None:
        self._key = key
        self.address = checksummed(key.address)

    def destroy(self) -> None:
        """Overwrite the key: nothing can be signed any more."""
        self._key.destroy()

    def sign_transaction(self, transaction: Mapping[str, Any]) -> RawTransaction:
        """Sign a call or, without `to`, a contract's creation. All other fields must be there."""
        fields = fields_of(transaction)
        signature = self._key.sign(digest(fields))
        return signed(fields, signature)


def fields_of(transaction: Mapping[str, Any]) -> list[Any]:
    """What is signed of a transaction, in order."""
    return [
        transaction["chainId"],
        transaction["nonce"],
        transaction["maxPriorityFeePerGas"],
        transaction["maxFeePerGas"],
        transaction["gas"],
        from_hex(transaction["to"]) if "to" in transaction else b"",
        transaction["value"],
        transaction["data"],
        [],
    ]


def digest(fields: Sequence[Any]) -> bytes:
    """What the signature is over, 32 bytes."""
    return keccak(TYPE + rlp.encode(list(fields)))


def signed(fields: Sequence[Any], signature: bytes) -> RawTransaction:
    """The transaction with its signature, r ‖ s ‖ v of 65 bytes, v 27 or 28."""
    r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:64]))
    return RawTransaction(TYPE + rlp.encode([*fields, signature[64] - 27, r, s]))

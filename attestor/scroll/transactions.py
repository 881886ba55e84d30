"""Transactions as JSON of any dialect, to the EIP-2718 bytes that blocks and batches commit to.

Four dialects: nodes' (eth_getBlockBy…), traces of Scroll's geth, and two of Scroll's witnesses, one
with the type as a key around the transaction. Where the JSON has a hash, the bytes must hash to it.
"""

from typing import Any

import rlp

from attestor.core.keccak import keccak
from attestor.core.scroll.transaction import L1_MESSAGE_TYPE
from attestor.core.text import to_hex
from attestor.errors.scroll import ScrollWitnessUnreadable
from attestor.scroll.fields import Fields, data

_TYPES = {
    "Legacy": 0,
    "Eip2930": 1,
    "Eip1559": 2,
    "Eip7702": 4,
    "L1Message": L1_MESSAGE_TYPE,
    "TxL1Message": L1_MESSAGE_TYPE,
}
_WORD = 256
_FIRST_PROTECTED_V = 35
_UNPROTECTED_V = 27


def encode(value: object, place: str) -> bytes:
    """The bytes of one transaction. Raises `ScrollWitnessUnreadable`."""
    if isinstance(value, str):
        return data(value, place)
    outer = Fields(value, place)
    kind = next((name for name in _TYPES if outer.has(name)), None)
    if kind is not None:
        outer = outer.object(kind)
        number, inner = _TYPES[kind], outer.object("transaction")
    else:
        number, inner = _type(outer), outer
    encoded = _encode(number, inner, outer)
    for said in (outer, inner):
        if said.has("hash", "txHash") and said.bytes("hash", "txHash", length=32) != keccak(
            encoded
        ):
            raise ScrollWitnessUnreadable(
                f"{place} hashes to {to_hex(keccak(encoded))}, it says "
                f"{to_hex(said.bytes('hash', 'txHash'))}"
            )
    return encoded


def _type(fields: Fields) -> int:
    if not fields.has("type", "transaction_type"):
        return 0
    return fields.number("type", "transaction_type", bits=8)


def _encode(number: int, inner: Fields, outer: Fields) -> bytes:
    if number == L1_MESSAGE_TYPE:
        return _typed(number, _l1_message(inner))
    start: list[Any] = [inner.number("nonce")]
    end = [_receiver(inner), inner.number("value", bits=_WORD), inner.bytes("input", "data")]
    gas = inner.number("gas", "gas_limit", "gasLimit")
    if number == 0:
        return bytes(rlp.encode([*start, _price(inner), gas, *end, *_legacy(inner, outer)]))
    chain = _chain_id(inner)
    if chain is None:
        raise ScrollWitnessUnreadable(f"{inner.place} has no chain id")
    accessed, signed = _access_list(inner), _signature(outer, inner)
    if number == 1:
        return _typed(number, [chain, *start, _price(inner), gas, *end, accessed, *signed])
    if number not in (2, 4):
        raise ScrollWitnessUnreadable(
            f"{inner.place} is of type {number}, which no fork of Scroll takes"
        )
    fees = [
        inner.number("maxPriorityFeePerGas", "max_priority_fee_per_gas", "gasTipCap", bits=_WORD),
        inner.number("maxFeePerGas", "max_fee_per_gas", "gasFeeCap", bits=_WORD),
    ]
    authorized = [_authorizations(inner)] if number == 4 else []
    return _typed(number, [chain, *start, *fees, gas, *end, accessed, *authorized, *signed])


def _typed(number: int, items: list[Any]) -> bytes:
    return bytes([number]) + bytes(rlp.encode(items))


def _l1_message(fields: Fields) -> list[Any]:
    """A trace has the queue's index as nonce."""
    index = fields.number("queueIndex", "queue_index", "nonce")
    sender = fields.bytes("sender", "from", length=20)
    value = fields.number("value", bits=_WORD)
    gas = fields.number("gas", "gas_limit", "gasLimit")
    return [index, gas, _receiver(fields), value, fields.bytes("input", "data"), sender]


def _receiver(fields: Fields) -> bytes:
    """Empty for a creation."""
    return fields.bytes("to", length=20) if fields.has("to") else b""


def _price(fields: Fields) -> int:
    return fields.number("gasPrice", "gas_price", bits=_WORD)


def _chain_id(fields: Fields) -> int | None:
    if not fields.has("chainId", "chain_id"):
        return None
    return fields.number("chainId", "chain_id")


def _legacy(inner: Fields, outer: Fields) -> list[int]:
    """v, r, s. Where v is only the parity, EIP-155 makes it with the chain id, if there is one."""
    signature = outer.object("signature") if outer.has("signature") else inner
    r, s = signature.number("r", bits=_WORD), signature.number("s", bits=_WORD)
    v = signature.number("v", bits=_WORD) if signature.has("v") else 0
    if v < _UNPROTECTED_V:
        chain = _chain_id(inner)
        start = _UNPROTECTED_V if not chain else _FIRST_PROTECTED_V + 2 * chain
        v = start + _parity(signature)
    return [v, r, s]


def _signature(outer: Fields, inner: Fields) -> list[int]:
    """Parity, r, s."""
    signature = outer.object("signature") if outer.has("signature") else inner
    r, s = signature.number("r", bits=_WORD), signature.number("s", bits=_WORD)
    return [_parity(signature), r, s]


def _parity(fields: Fields) -> int:
    given = fields.need("yParity", "y_parity", "v", "odd_y_parity")
    if isinstance(given, bool):
        return int(given)
    return fields.number("yParity", "y_parity", "v", "odd_y_parity", bits=1)


def _access_list(fields: Fields) -> list[Any]:
    return [
        [
            entry.bytes("address", length=20),
            [
                data(key, f"{entry.place}.storageKeys", 32)
                for key in entry.list("storageKeys", "storage_keys")
            ],
        ]
        for entry in fields.objects("accessList", "access_list")
    ]


def _authorizations(fields: Fields) -> list[Any]:
    found = []
    for entry in fields.objects("authorizationList", "authorization_list"):
        inner = entry.object("inner") if entry.has("inner") else entry
        chain = inner.number("chainId", "chain_id", bits=_WORD)
        address, nonce = inner.bytes("address", length=20), inner.number("nonce")
        r, s = entry.number("r", bits=_WORD), entry.number("s", bits=_WORD)
        found.append([chain, address, nonce, _authorized_parity(entry), r, s])
    return found


def _authorized_parity(entry: Fields) -> int:
    """EIP-7702 lets an authorization have any byte there; one that is no parity is void."""
    given = entry.need("yParity", "y_parity", "v", "odd_y_parity")
    if isinstance(given, bool):
        return int(given)
    return entry.number("yParity", "y_parity", "v", "odd_y_parity", bits=8)

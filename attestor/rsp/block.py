"""A block in the guest's form: bincode of reth's `Block`, from RLP.

The ELF names what it was built from: reth 260c7ed, of September 2024, whose own types these still
are (crates/primitives-traits/src/header/mod.rs, crates/primitives/src/block.rs and transaction/).
Fields stand in the order of those structs, which is not the order of the RLP.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import rlp

from attestor.core.keccak import keccak
from attestor.errors.rsp import RspBlockUnsupported
from attestor.rsp.bincode import (
    NOTHING,
    blob,
    boolean,
    option,
    sequence,
    u64,
    u128,
    u256,
    variant,
)

LEGACY, ACCESS_LIST, DYNAMIC_FEE, BLOBS = (variant(index) for index in range(4))
FIRST_LEGACY_TYPE = 0xC0
# EIP-155: v is this, twice the chain's id, and the parity; before it, 27 and the parity.
REPLAY_PROTECTED, UNPROTECTED = 35, 27
WITHDRAWALS_ROOT_FIELD = 16
LATER_FIELDS = 5
"""From the withdrawals' root on, with the base fee before it: what Shanghai and Cancun added."""


def block(
    header: bytes, transactions: Iterable[bytes], withdrawals: Sequence[Sequence[bytes]] = ()
) -> bytes:
    """A block from the merge to Cancun: no ommers, and none of Prague's requests.

    `withdrawals` are the fields of each one's RLP. They count where the header has their root.
    """
    has_withdrawals = len(rlp.decode(header)) > WITHDRAWALS_ROOT_FIELD
    body, ommers = sequence(map(signed, transactions)), sequence([])
    withdrawn = option(sequence(map(_withdrawal, withdrawals)) if has_withdrawals else None)
    return header_of(header) + body + ommers + withdrawn + NOTHING


def header_of(encoded: bytes) -> bytes:
    """From the RLP of a header of 15 to 20 fields: up to Cancun's."""
    fields = rlp.decode(encoded)
    (parent, ommers, beneficiary, state, transactions, receipts, bloom, difficulty) = fields[:8]
    (number, gas_limit, gas_used, timestamp, extra, mix_hash, nonce) = fields[8:15]
    later = [*fields[15:], *[None] * LATER_FIELDS][:LATER_FIELDS]
    base_fee, withdrawals, blob_gas, excess_blob_gas, beacon_root = later
    roots = [parent, ommers, beneficiary, state, transactions, receipts]
    return b"".join(
        [
            *map(blob, roots),
            _optional(withdrawals),
            blob(bloom),
            u256(_number(difficulty)),
            *(u64(_number(field)) for field in (number, gas_limit, gas_used, timestamp)),
            blob(mix_hash),
            u64(_number(nonce)),
            *(_optional_number(field) for field in (base_fee, blob_gas, excess_blob_gas)),
            _optional(beacon_root),
            NOTHING,
            blob(extra),
        ]
    )


def signed(raw: bytes) -> bytes:
    """From a signed transaction as blocks have it: hash, signature, and one of reth's variants.

    Raises `RspBlockUnsupported` for types after Cancun.
    """
    if raw[0] >= FIRST_LEGACY_TYPE:
        return blob(keccak(raw)) + _legacy(rlp.decode(raw))
    forms = {1: _with_access_list, 2: _dynamic_fee, 3: _with_blobs}
    if raw[0] not in forms:
        raise RspBlockUnsupported(
            f"transaction {keccak(raw).hex()} is of type {raw[0]}, which came after Cancun"
        )
    return blob(keccak(raw)) + forms[raw[0]](rlp.decode(raw[1:]))


def _legacy(fields: list[bytes]) -> bytes:
    nonce, price, gas, to, value, data, v, r, s = fields
    chain_id, parity = divmod(_number(v) - REPLAY_PROTECTED, 2)
    if _number(v) < REPLAY_PROTECTED:
        parity = _number(v) - UNPROTECTED
    return b"".join(
        [
            _signature(r, s, parity),
            LEGACY,
            option(None if chain_id < 0 else u64(chain_id)),
            u64(_number(nonce)),
            u128(_number(price)),
            u64(_number(gas)),
            *_call(to, value),
            blob(data),
        ]
    )


def _with_access_list(fields: list[Any]) -> bytes:
    chain_id, nonce, price, gas, to, value, data, accessed, parity, r, s = fields
    return b"".join(
        [
            _signature(r, s, _number(parity)),
            ACCESS_LIST,
            u64(_number(chain_id)),
            u64(_number(nonce)),
            u128(_number(price)),
            u64(_number(gas)),
            *_call(to, value),
            _accessed(accessed),
            blob(data),
        ]
    )


def _dynamic_fee(fields: list[Any]) -> bytes:
    chain_id, nonce, tip, fee, gas, to, value, data, accessed, parity, r, s = fields
    return b"".join(
        [
            _signature(r, s, _number(parity)),
            DYNAMIC_FEE,
            u64(_number(chain_id)),
            u64(_number(nonce)),
            u64(_number(gas)),
            u128(_number(fee)),
            u128(_number(tip)),
            *_call(to, value),
            _accessed(accessed),
            blob(data),
        ]
    )


def _with_blobs(fields: list[Any]) -> bytes:
    (chain_id, nonce, tip, fee, gas, to, value, data, accessed) = fields[:9]
    (blob_fee, hashes, parity, r, s) = fields[9:]
    return b"".join(
        [
            _signature(r, s, _number(parity)),
            BLOBS,
            u64(_number(chain_id)),
            u64(_number(nonce)),
            u64(_number(gas)),
            u128(_number(fee)),
            u128(_number(tip)),
            # A bit that reth's database keeps, for an address that is not zero.
            option(b"" if any(to) else None),
            blob(to),
            u256(_number(value)),
            _accessed(accessed),
            sequence(map(blob, hashes)),
            u128(_number(blob_fee)),
            blob(data),
        ]
    )


def _withdrawal(fields: Sequence[bytes]) -> bytes:
    """Its numbers are alloy's quantities: integers of ruint, big-endian behind their length."""
    index, validator, address, amount = fields
    numbers = [blob(_number(field).to_bytes(8, "big")) for field in (index, validator, amount)]
    return numbers[0] + numbers[1] + blob(address) + numbers[2]


def _signature(r: bytes, s: bytes, parity: int) -> bytes:
    return u256(_number(r)) + u256(_number(s)) + boolean(parity == 1)


def _accessed(entries: list[Any]) -> bytes:
    return sequence(blob(address) + sequence(map(blob, slots)) for address, slots in entries)


def _call(to: bytes, value: bytes) -> tuple[bytes, bytes]:
    """The callee, nothing for a creation, and the value."""
    return option(blob(to) if to else None), u256(_number(value))


def _optional(field: bytes | None) -> bytes:
    return option(None if field is None else blob(field))


def _optional_number(field: bytes | None) -> bytes:
    return option(None if field is None else u64(_number(field)))


def _number(big_endian: bytes) -> int:
    return int.from_bytes(big_endian, "big")

"""A block in the guest's form: bincode of reth's `Block`, from RLP.

The ELF names what it was built from: reth 260c7ed, of September 2024, whose own types these still
are (crates/primitives-traits/src/header/mod.rs, crates/primitives/src/block.rs and transaction/).
Fields stand in the order of those structs, which is not the order of the RLP.
"""

from collections.abc import Iterable

import rlp
from eth_utils.crypto import keccak

from benchmarks.block.bincode import (
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
from benchmarks.block.unusable import BlockUnusable

LEGACY, DYNAMIC_FEE = variant(0), variant(2)
DYNAMIC_FEE_TYPE = 2
FIRST_LEGACY_TYPE = 0xC0
# EIP-155: v is this, twice the chain's id, and the parity.
REPLAY_PROTECTED = 35


def block(header: bytes, transactions: Iterable[bytes]) -> bytes:
    """A Cancun block: no ommers, an empty list of withdrawals, and none of Prague's requests."""
    body, ommers = sequence(map(signed, transactions)), sequence([])
    withdrawals = option(sequence([]))
    return header_of(header) + body + ommers + withdrawals + NOTHING


def header_of(encoded: bytes) -> bytes:
    """From the RLP of a Cancun header, of 20 fields."""
    fields = rlp.decode(encoded)
    (parent, ommers, beneficiary, state, transactions, receipts, bloom, difficulty) = fields[:8]
    (number, gas_limit, gas_used, timestamp, extra, mix_hash, nonce) = fields[8:15]
    (base_fee, withdrawals, blob_gas, excess_blob_gas, beacon_root) = fields[15:]
    roots = [parent, ommers, beneficiary, state, transactions, receipts]
    return b"".join(
        [
            *map(blob, roots),
            option(blob(withdrawals)),
            blob(bloom),
            u256(_number(difficulty)),
            *(u64(_number(field)) for field in (number, gas_limit, gas_used, timestamp)),
            blob(mix_hash),
            u64(_number(nonce)),
            *(option(u64(_number(field))) for field in (base_fee, blob_gas, excess_blob_gas)),
            option(blob(beacon_root)),
            NOTHING,
            blob(extra),
        ]
    )


def signed(raw: bytes) -> bytes:
    """From a signed transaction as nodes take it: hash, signature, and one of reth's variants.

    Raises `BlockUnusable` for types that the benchmark does not send.
    """
    if raw[0] >= FIRST_LEGACY_TYPE:
        return blob(keccak(raw)) + _legacy(rlp.decode(raw))
    if raw[0] == DYNAMIC_FEE_TYPE:
        return blob(keccak(raw)) + _dynamic_fee(rlp.decode(raw[1:]))
    raise BlockUnusable(f"a transaction of type {raw[0]}: only types 0 and 2 can be encoded")


def _legacy(fields: list[bytes]) -> bytes:
    nonce, price, gas, to, value, data, v, r, s = fields
    chain_id, parity = divmod(_number(v) - REPLAY_PROTECTED, 2)
    return b"".join(
        [
            _signature(r, s, parity),
            LEGACY,
            option(u64(chain_id)),
            u64(_number(nonce)),
            u128(_number(price)),
            u64(_number(gas)),
            *_call(to, value),
            blob(data),
        ]
    )


def _dynamic_fee(fields: list[bytes]) -> bytes:
    chain_id, nonce, tip, fee, gas, to, value, data, _, parity, r, s = fields
    no_access_list = sequence([])
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
            no_access_list,
            blob(data),
        ]
    )


def _signature(r: bytes, s: bytes, parity: int) -> bytes:
    return u256(_number(r)) + u256(_number(s)) + boolean(parity == 1)


def _call(to: bytes, value: bytes) -> tuple[bytes, bytes]:
    """The callee, nothing for a creation, and the value."""
    return option(blob(to) if to else None), u256(_number(value))


def _number(big_endian: bytes) -> int:
    return int.from_bytes(big_endian, "big")

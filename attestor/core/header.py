"""Ethereum block headers: from a node's JSON to RLP and hash (yellow paper 4.4; EIP-1559, 4895,
4844, 4788, 7685, 7928).

A header that hashes to the claimed block hash is genuine, whatever node it came from. It is also
what the header-chain guest reads.
"""

from typing import Any

import rlp
from eth_utils.crypto import keccak

from attestor.errors import HeaderInvalid

FIELDS: tuple[tuple[str, int | None], ...] = (
    ("parentHash", 32),
    ("sha3Uncles", 32),
    ("miner", 20),
    ("stateRoot", 32),
    ("transactionsRoot", 32),
    ("receiptsRoot", 32),
    ("logsBloom", 256),
    ("difficulty", None),
    ("number", None),
    ("gasLimit", None),
    ("gasUsed", None),
    ("timestamp", None),
    ("extraData", 0),
    ("mixHash", 32),
    ("nonce", 8),
)
"""The fields of every header, in order: (JSON name, length; None is a number, 0 any length)."""

LATER_FIELDS: tuple[tuple[str, int | None], ...] = (
    ("baseFeePerGas", None),
    ("withdrawalsRoot", 32),
    ("blobGasUsed", None),
    ("excessBlobGas", None),
    ("parentBeaconBlockRoot", 32),
    ("requestsHash", 32),
    ("blockAccessListHash", 32),
)
"""Fields appended by forks: a header has a prefix of them."""

MAX_NUMBER_BITS = 256
MAX_EXTRA_DATA = 1024


def encode(fields: dict[str, Any]) -> bytes:
    """RLP of the header in `fields`, a block as `eth_getBlockBy…` returns it.

    Raises `HeaderInvalid` when a field is missing or malformed.
    """
    items = [_item(fields, name, length) for name, length in FIELDS]
    present = [fields.get(name) is not None for name, _ in LATER_FIELDS]
    count = present.index(False) if False in present else len(present)
    if any(present[count:]):
        missing = LATER_FIELDS[count][0]
        raise HeaderInvalid(f"block header has later fields but no {missing}")
    items += [_item(fields, name, length) for name, length in LATER_FIELDS[:count]]
    encoded: bytes = rlp.encode(items)
    return encoded


def hash_of(encoded: bytes) -> bytes:
    """The block hash of an RLP header."""
    return keccak(encoded)


def _item(fields: dict[str, Any], name: str, length: int | None) -> bytes:
    value = fields.get(name)
    if not isinstance(value, str) or not value.startswith("0x"):
        raise HeaderInvalid(f"block header's {name} is {value!r:.80}, not 0x text")
    digits = value[2:]
    try:
        raw = bytes.fromhex(digits if length is not None or len(digits) % 2 == 0 else "0" + digits)
    except ValueError:
        raise HeaderInvalid(f"block header's {name} is not hexadecimal: {value!r:.80}") from None
    if length is None:
        if len(raw) * 8 > MAX_NUMBER_BITS:
            raise HeaderInvalid(f"block header's {name} is larger than 256 bits")
        return raw.lstrip(b"\0")
    if length == 0:
        if len(raw) > MAX_EXTRA_DATA:
            raise HeaderInvalid(f"block header's {name} has {len(raw)} bytes")
    elif len(raw) != length:
        raise HeaderInvalid(f"block header's {name} has {len(raw)} bytes, expected {length}")
    return raw

"""Transactions as EIP-2718 bytes: whether they are whole, and the form of L1 messages.

    L1 message = 0x7e ‖ rlp(queueIndex, gas, to, value, data, sender)      (unsigned)

A blob holds L2 transactions one after the other without lengths, so each must be self-delimiting:
RLP, or a type byte and RLP.
"""

from collections.abc import Sequence

import rlp

from attestor.core.keccak import keccak
from attestor.errors.scroll import ScrollWitnessUnreadable

L1_MESSAGE_TYPE = 0x7E
_FIRST_LIST = 0xC0
_FIRST_LONG_LIST = 0xF8
_MAX_TYPE = 0x7F
_QUEUE_MASK = b"\xff" * 28 + b"\0" * 4
_L1_FIELDS = 6
_MAX_INDEX_BYTES = 8


def is_l1_message(raw: bytes) -> bool:
    """Whether it came from the queue on L1."""
    return raw[:1] == bytes([L1_MESSAGE_TYPE])


def require_whole(raw: bytes, what: str) -> None:
    """Raise `ScrollWitnessUnreadable` unless `raw` is exactly one transaction by its lengths."""
    if not raw:
        raise ScrollWitnessUnreadable(f"{what} is empty")
    start = 1 if raw[0] <= _MAX_TYPE else 0
    if raw[0] == 0 or len(raw) <= start or raw[start] < _FIRST_LIST:
        raise ScrollWitnessUnreadable(f"{what} is no transaction: it starts with {raw[:2].hex()}")
    length = _list_length(raw, start)
    if length != len(raw) - start:
        raise ScrollWitnessUnreadable(
            f"{what} has {len(raw) - start} bytes of RLP, and says that it has {length}"
        )


def queue_index(raw: bytes) -> int:
    """The place of an L1 message in the queue. Raises `ScrollWitnessUnreadable`."""
    try:
        found = rlp.decode(raw[1:])
    except (rlp.DecodingError, RecursionError):
        found = None
    if not isinstance(found, list) or len(found) != _L1_FIELDS:
        raise ScrollWitnessUnreadable("an L1 message is no RLP list of 6 fields")
    index = found[0]
    if not isinstance(index, bytes) or len(index) > _MAX_INDEX_BYTES or index[:1] == b"\0":
        raise ScrollWitnessUnreadable(
            "an L1 message has a queue index that is no number of 64 bits"
        )
    return int.from_bytes(index)


def roll(queue_hash: bytes, messages: Sequence[bytes]) -> bytes:
    """The hash of the queue after these L1 messages: each is chained to the one before it, and the
    last four bytes are cleared (da-codec, message queue V2)."""
    for raw in messages:
        chained = keccak(queue_hash + keccak(raw))
        queue_hash = bytes(a & b for a, b in zip(chained, _QUEUE_MASK, strict=True))
    return queue_hash


def _list_length(raw: bytes, start: int) -> int:
    """The length of the RLP list at `start`, with its prefix."""
    prefix = raw[start]
    if prefix < _FIRST_LONG_LIST:
        return 1 + prefix - _FIRST_LIST
    size = prefix - _FIRST_LONG_LIST + 1
    return 1 + size + int.from_bytes(raw[start + 1 : start + 1 + size])

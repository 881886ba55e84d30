"""A block as a batch sees it: what its context says, and its transactions as bytes."""

from dataclasses import dataclass, field

import rlp

from attestor.core.scroll.transaction import is_l1_message, queue_index, require_whole
from attestor.errors.scroll import ScrollWitnessUnreadable

_NUMBER, _GAS_LIMIT, _TIMESTAMP, _BASE_FEE = 8, 9, 11, 15
_MIN_FIELDS, _MAX_FIELDS = 15, 32
_MAX_COUNT = (1 << 16) - 1


@dataclass(frozen=True)
class Block:
    """An executed block. `transactions` are its EIP-2718 bytes in order, L1 messages first;
    `base_fee` is 0 before Curie, when headers had none."""

    number: int
    timestamp: int
    base_fee: int
    gas_limit: int
    transactions: tuple[bytes, ...] = field(repr=False)

    @property
    def l1_messages(self) -> tuple[bytes, ...]:
        """Those that came from L1."""
        return tuple(raw for raw in self.transactions if is_l1_message(raw))

    @property
    def l2_transactions(self) -> tuple[bytes, ...]:
        """Those that were sent to L2, signed."""
        return tuple(raw for raw in self.transactions if not is_l1_message(raw))

    @property
    def queue_indices(self) -> tuple[int, ...]:
        """Places of its L1 messages in the queue."""
        return tuple(queue_index(raw) for raw in self.l1_messages)


def from_header(header: bytes, transactions: tuple[bytes, ...]) -> Block:
    """The block with that RLP header and those transactions. Whether they belong together, the
    executor decides by the transactions root.

    Raises `ScrollWitnessUnreadable` for a header that is none, a transaction that is not exactly
    one, or an L1 message after a transaction of L2, which the chain's rules forbid and a batch
    could not express.
    """
    found = _fields(header)
    number, gas_limit, timestamp = (
        _count(found[place], name)
        for place, name in ((_NUMBER, "number"), (_GAS_LIMIT, "gas limit"), (_TIMESTAMP, "time"))
    )
    base_fee = _count(found[_BASE_FEE], "base fee", 32) if len(found) > _BASE_FEE else 0
    if len(transactions) > _MAX_COUNT:
        raise ScrollWitnessUnreadable(f"block {number} has {len(transactions)} transactions")
    for position, raw in enumerate(transactions):
        require_whole(raw, f"transaction {position} of block {number}")
    kinds = [is_l1_message(raw) for raw in transactions]
    if kinds != sorted(kinds, reverse=True):
        raise ScrollWitnessUnreadable(f"block {number} has an L1 message after an L2 transaction")
    return Block(number, timestamp, base_fee, gas_limit, transactions)


def _fields(header: bytes) -> list[bytes]:
    try:
        found = rlp.decode(header)
    except (rlp.DecodingError, RecursionError):
        found = None
    if not isinstance(found, list) or not _MIN_FIELDS <= len(found) <= _MAX_FIELDS:
        raise ScrollWitnessUnreadable("a block header is no RLP list of 15 fields or more")
    if not all(isinstance(item, bytes) for item in found):
        raise ScrollWitnessUnreadable("a block header has a list among its fields")
    return found


def _count(item: bytes, name: str, size: int = 8) -> int:
    if len(item) > size or item[:1] == b"\0":
        raise ScrollWitnessUnreadable(f"a block header's {name} is not a number of {size} bytes")
    return int.from_bytes(item)

"""Reading what is known of Scroll's real batches."""

from collections.abc import Sequence
from pathlib import Path

from attestor.core.scroll.block import Block
from attestor.core.scroll.chunk import Context
from attestor.core.scroll.envelope import Envelope


def read(path: Path) -> bytes:
    """A file of bytes, or of 0x text."""
    data = path.read_bytes()
    return bytes.fromhex(data[2:].decode().strip()) if data[:2] == b"0x" else data


def split(data: bytes) -> list[bytes]:
    """Transactions that follow one another without lengths."""
    found, start = [], 0
    while start < len(data):
        place = start + (data[start] < 0x80)
        prefix, size = data[place], 0
        if prefix >= 0xF8:
            size = prefix - 0xF7
            length = int.from_bytes(data[place + 1 : place + 1 + size])
        else:
            length = prefix - 0xC0
        end = place + 1 + size + length
        found.append(data[start:end])
        start = end
    return found


def blocks_in(contexts: Sequence[Context], transactions: bytes) -> list[Block]:
    """The blocks of a batch without L1 messages."""
    left = split(transactions)
    blocks = []
    for context in contexts:
        own, left = left[: context.transactions], left[context.transactions :]
        blocks.append(
            Block(
                context.number, context.timestamp, context.base_fee, context.gas_limit, tuple(own)
            )
        )
    assert not left
    return blocks


def messages_in(held: Envelope) -> int:
    """How many L1 messages a batch has."""
    return sum(context.l1_messages for context in held.contexts)

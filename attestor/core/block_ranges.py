"""Which blocks to ask for events: in ranges that nodes answer, behind a head that may change."""

from collections.abc import Iterator
from dataclasses import dataclass

LOG_RANGE = 2000
"""Blocks per `eth_getLogs`; public nodes refuse much more."""
RANGES_AT_ONCE = 20
"""How many ranges are asked for at once, while there are blocks of long ago to read."""
OVERLAP = 64
"""Blocks that are read again each time: what a reorganization replaced among them is noticed."""


@dataclass(frozen=True)
class BlockRange:
    """Block numbers, both ends included."""

    first: int
    last: int


def ranges(first: int, last: int, width: int = LOG_RANGE) -> Iterator[BlockRange]:
    """All blocks from `first` to `last`, each once, in ranges of at most `width`."""
    for start in range(first, last + 1, width):
        yield BlockRange(start, min(start + width - 1, last))


def due(
    first: int, read_to: int | None, settled: int, width: int = LOG_RANGE
) -> tuple[BlockRange, ...]:
    """What to ask for next, oldest first; nothing while no block is new.

    `first` is the first block to read at all, `read_to` the last one that was read, `settled` the
    newest one that is deep enough. The last of the ranges always ends behind `read_to`.
    """
    if settled < first or (read_to is not None and settled <= read_to):
        return ()
    start = first
    if read_to is not None:
        # Narrow ranges must not be used up by what is read again.
        start = max(first, read_to + 1 - min(OVERLAP, width * RANGES_AT_ONCE // 2))
    end = min(settled, start + width * RANGES_AT_ONCE - 1)
    return tuple(ranges(start, end, width))


def look_back(first: int, read_to: int, width: int = LOG_RANGE) -> tuple[BlockRange, ...]:
    """Blocks up to `read_to` that were read long ago, to find what every endpoint left out then."""
    start = max(first, read_to + 1 - min(LOG_RANGE, width * RANGES_AT_ONCE))
    return tuple(ranges(start, read_to, width))

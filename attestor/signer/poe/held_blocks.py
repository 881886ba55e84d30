"""Blocks that this process executed, by handles that it gave out."""

import secrets
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from attestor.core.scroll.block import Block
from attestor.errors.avs import BlocksUnknown
from attestor.executor.scroll import ExecutedBlock

MAX_HANDLES = 4096
MAX_BYTES = 512 << 20
"""Of all that is held."""
_BLOCK_BYTES = 2048
"""What a block takes beside its transactions: there may be none."""
_TOKEN_BYTES = 16


@dataclass(frozen=True)
class HeldBlocks:
    """Consecutive blocks of one execution: what they came to, and what a batch is bound to.
    `is_anchored`: the header before the first one was there, so that the state that they began
    with is the chain's."""

    executed: tuple[ExecutedBlock, ...]
    blocks: tuple[Block, ...] = field(repr=False)
    is_anchored: bool

    @property
    def size(self) -> int:
        """Bytes that they take, about."""
        raw = sum(len(raw) for block in self.blocks for raw in block.transactions)
        return raw + _BLOCK_BYTES * len(self.blocks)


class ExecutedBlocks:
    """Thread-safe. When there are too many the oldest go; whoever wants them executes them
    again."""

    def __init__(self, max_handles: int = MAX_HANDLES, max_bytes: int = MAX_BYTES) -> None:
        self._max_handles = max_handles
        self._max_bytes = max_bytes
        self._held: dict[str, HeldBlocks] = {}
        self._size = 0
        self._lock = threading.Lock()

    def hold(self, held: HeldBlocks) -> str:
        """A handle, which nobody can guess."""
        handle = secrets.token_hex(_TOKEN_BYTES)
        with self._lock:
            self._held[handle] = held
            self._size += held.size
            # The newest stays, however large it is: it would be of no use to refuse it now.
            while len(self._held) > 1 and (
                len(self._held) > self._max_handles or self._size > self._max_bytes
            ):
                self._size -= self._held.pop(next(iter(self._held))).size
        return handle

    def of(self, handles: Sequence[str]) -> list[HeldBlocks]:
        """What was executed under these handles. Raises `BlocksUnknown`."""
        with self._lock:
            found = [self._held.get(handle) for handle in handles]
        if not found or None in found:
            raise BlocksUnknown(
                "this signer process holds no blocks under one of the handles",
                hint="have the blocks executed again",
            )
        return [held for held in found if held is not None]

    def __len__(self) -> int:
        return len(self._held)

"""What verified headers show of the active signer: that nothing can have ended its registration
since the registry vouched for it."""

from dataclasses import dataclass

from attestor.chain.registry import Registry
from attestor.core.blocks import Block, BlockWindow

ASKED_EVERY = 4
"""Blocks after which the registry is asked again, whatever headers show."""
BELIEVED_FOR = 64
"""Blocks for which headers are enough where the registry cannot be asked, or endpoints disagree."""


@dataclass(frozen=True)
class _Vouched:
    """The registry vouched for the signer at that block, until `valid_until` (chain time)."""

    signer: bytes
    block: Block
    valid_until: int


class Evidence:
    """Noted by one thread, read by any."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._vouched: _Vouched | None = None

    def note(self, signer: bytes, block: Block, valid_until: int) -> None:
        """The registry vouches for the signer at that block, as most endpoints say."""
        self._vouched = _Vouched(signer, block, valid_until)

    def shows(self, signer: bytes, window: BlockWindow, blocks: int) -> bool:
        """Whether it does so at the window's head: because it did less than so many blocks ago,
        and has logged nothing since. A reorg of that block and the signer's end end it."""
        known, head = self._vouched, window.head
        if known is None or head is None or known.signer != signer:
            return False
        newer = window.since(known.block.number, known.block.hash)
        if newer is None or len(newer) >= blocks or known.valid_until <= head.timestamp:
            return False
        return not any(map(self._registry.may_have_changed, newer))

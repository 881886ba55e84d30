"""Where the recent headers are kept while the daemon is not running."""

from typing import Protocol

from attestor.core.blocks import BlockWindow


class HeaderLog(Protocol):
    """Keeps one window."""

    def load(self) -> BlockWindow:
        """The window of the last `save`; an empty one before the first."""

    def save(self, window: BlockWindow) -> None:
        """Keep a window in place of the one before, whole or not at all."""


class MemoryHeaderLog:
    """For commands, and whoever needs nothing to last."""

    def __init__(self, window: BlockWindow | None = None) -> None:
        self._window = window or BlockWindow()

    def load(self) -> BlockWindow:
        """The window of the last `save`."""
        return self._window

    def save(self, window: BlockWindow) -> None:
        """Keep it as long as the process lives."""
        self._window = window

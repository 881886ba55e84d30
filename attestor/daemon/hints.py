"""Hints of new heads, which make the rotation look at once."""

from collections.abc import Callable

from attestor.chain.head_hints import HeadHints
from attestor.chain.heads import Heads
from attestor.config import Config
from attestor.rotation.duty import RotationDuty


def take_hints(config: Config, heads: Heads, wake: Callable[[str], None]) -> HeadHints:
    """Listen, if there is anybody to listen to. `wake` wakes the duty of a name."""

    def look() -> None:
        heads.hint()
        wake(RotationDuty.name)

    hints = HeadHints(config.chain_websocket_urls, config.chain_poll_seconds)
    hints.start(look)
    return hints

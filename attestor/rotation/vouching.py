"""Before a proof is handed out: is its signer registered at a head that came after it signed?"""

import threading
from collections.abc import Callable
from contextlib import suppress

from attestor.chain.node import Node
from attestor.chain.registry import Registry
from attestor.core.blocks import Block
from attestor.core.text import checksummed
from attestor.errors import RpcError, SignerNotVouchedFor, Transient, WrongChain

LOOK_SECONDS = 10.0
TRIES = 20
REFUSALS = 3
"""Looks that must all say no: a node that lags does not know a signer that was just registered."""
PAUSE_SECONDS = 1.0
ENDPOINTS_MATTER = (Transient, RpcError, WrongChain)
"""What a look may fail with. It says nothing of the signer, and it is no refusal of the proof."""


class Vouching:
    """Asks the chain about signers. Safe to use from several threads."""

    def __init__(
        self,
        node: Node,
        registry: Registry,
        pause: Callable[[float], object] | None = None,
        shows: Callable[[bytes, Block], bool] = lambda signer, head: False,
    ) -> None:
        """`shows` says whether headers show that a signer is registered at a head."""
        self._node = node
        self._registry = registry
        self._closed = threading.Event()
        self._pause = pause or self._closed.wait
        self._shows = shows
        self._known: tuple[bytes, bytes] | None = None

    def require(self, signer: bytes) -> None:
        """Return once the chain vouches for the signer. Raises `SignerNotVouchedFor` where it says
        no, or what keeps it from being asked lasts."""
        refusals = 0
        for _ in range(TRIES - 1):
            # What passes by itself is waited for here, and not by making the proof anew.
            with suppress(*ENDPOINTS_MATTER):
                if self._is_registered(signer):
                    return
                refusals += 1
            if refusals == REFUSALS:
                raise SignerNotVouchedFor(
                    f"signer {checksummed(signer)} is not registered, after it signed",
                    hint="its proof is made anew by a signer that is",
                )
            self._pause(PAUSE_SECONDS)
            if self._closed.is_set():
                raise SignerNotVouchedFor(
                    f"signer {checksummed(signer)} is not asked about any more: the daemon stops",
                    hint="its proof is made anew after the next start",
                )
        told = f"nobody says for sure that signer {checksummed(signer)} is registered"
        try:
            if self._is_registered(signer):
                return
        except (RpcError, WrongChain) as error:
            told = f"{told}: {error.message}"
        raise SignerNotVouchedFor(told, hint="its proof is made anew when the node answers again")

    def close(self) -> None:
        """Let nobody wait any more, so that what waits does not keep the process from ending."""
        self._closed.set()

    def _is_registered(self, signer: bytes) -> bool:
        """At the newest head, which came after the signature."""
        head = self._node.within(LOOK_SECONDS).head()
        # What a block's state says of a signer never changes.
        if self._known == (signer, head.hash):
            return True
        vouched = self._asked(signer, head)
        if vouched:
            self._known = signer, head.hash
        return vouched

    def _asked(self, signer: bytes, head: Block) -> bool:
        try:
            return self._registry.at(head).vouches_for(signer)
        except ENDPOINTS_MATTER:
            # Of three endpoints one may lie, one be broken and one rest: headers are nobody's word.
            if self._shows(signer, head):
                return True
            raise

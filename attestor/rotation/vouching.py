"""Before a proof is handed out: is its signer registered at a head that came after it signed?"""

import threading
from collections.abc import Callable
from contextlib import suppress

from attestor.chain.node import Node
from attestor.chain.registry import Registry
from attestor.core.text import checksummed
from attestor.errors import RpcAnswerInvalid, RpcUnreachable, SignerNotVouchedFor

LOOK_SECONDS = 10.0
TRIES = 20
PAUSE_SECONDS = 1.0


class Vouching:
    """Asks the chain about signers. Safe to use from several threads."""

    def __init__(
        self, node: Node, registry: Registry, pause: Callable[[float], object] | None = None
    ) -> None:
        self._node = node
        self._registry = registry
        self._pause = pause or threading.Event().wait

    def require(self, signer: bytes) -> None:
        """Return once the chain vouches for the signer. Raises `SignerNotVouchedFor` where it says
        no, and what keeps it from being asked for a while."""
        for _ in range(TRIES - 1):
            with suppress(RpcUnreachable, RpcAnswerInvalid):
                self._ask(signer)
                return
            self._pause(PAUSE_SECONDS)
        self._ask(signer)

    def _ask(self, signer: bytes) -> None:
        head = self._node.within(LOOK_SECONDS).head()
        if not self._registry.at(head).vouches_for(signer):
            raise SignerNotVouchedFor(
                f"signer {checksummed(signer)} is not registered at block {head.number}, after it "
                "signed",
                hint="its proof is made anew by a signer that is",
            )

"""Which endpoints are asked for storage proofs: not all nodes make any, and some never will."""

import threading
from collections.abc import Callable

from attestor.chain.endpoint import Endpoint
from attestor.core.back_off import Delay
from attestor.errors import AttestorError, BlockUnknown, RpcThrottled, RpcUnreachable

REFUSED = Delay(2.0, 3600.0)
"""After a refusal, or a proof that proves nothing: the node may be replaced by one that can."""
UNANSWERED = Delay(2.0, 30.0)


class ProofPatience:
    """By a monotonic clock. Safe to use from several threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failing: dict[Endpoint, tuple[int, float]] = {}
        """Failures in a row, and when to ask again."""

    def may_be_asked(self, endpoint: Endpoint) -> bool:
        """Whether it has not failed, or long enough ago."""
        known = self._failing.get(endpoint)
        return known is None or known[1] <= self._clock()

    def failed(self, endpoint: Endpoint, error: AttestorError) -> None:
        """It gave no proof. One that does not have the block yet, or asks to wait, is not left
        alone for that."""
        if isinstance(error, BlockUnknown | RpcThrottled):
            return
        delay = UNANSWERED if isinstance(error, RpcUnreachable) else REFUSED
        with self._lock:
            times = self._failing.get(endpoint, (0, 0.0))[0] + 1
            self._failing[endpoint] = times, self._clock() + delay.after(times)

    def proved(self, endpoint: Endpoint) -> None:
        """It proved what it was asked for."""
        with self._lock:
            self._failing.pop(endpoint, None)

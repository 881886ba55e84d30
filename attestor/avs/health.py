"""What `GET /healthz` says: whether the signer process answers, whose key it has, and whether what
it signs can be kept."""

import time
from collections.abc import Callable

from attestor.errors import AttestorError

LATE_SECONDS = 10.0
"""Silence of the signer process after which the service is not healthy."""


class Health:
    """Told by whoever watches the signer process and the history. Lives in one loop."""

    def __init__(
        self, version: str, address: str | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`address` is None where no process signs."""
        self._told = {"version": version, "prover_address": address}
        self._clock = clock
        self._asked: float | None = None
        self.history: AttestorError | None = None
        """Why signed batches cannot be kept at the moment."""

    def asked(self) -> None:
        """The signer process owes an answer from now on."""
        self._asked = self._clock()

    def answered(self) -> None:
        """It owes none."""
        self._asked = None

    def answer(self) -> tuple[int, dict[str, str | None]]:
        """Status, and value for JSON."""
        silence = 0.0 if self._asked is None else self._clock() - self._asked
        if silence > LATE_SECONDS:
            why = f"the signer process has not answered for {silence:.0f} seconds"
        elif self.history is not None:
            why = f"no batch can be proven: {self.history} [{self.history.code}]"
        else:
            return 200, {"status": "ok", **self._told}
        return 503, {"status": why, **self._told}

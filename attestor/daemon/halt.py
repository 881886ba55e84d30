"""Signing is halted once the engines disagree; the daemon stays up to say so."""

import threading
from collections.abc import Callable

from loguru import logger

from attestor.core.events import Event
from attestor.errors import AttestorError, EnginesDisagree, SigningHalted


class Halt:
    """Whether signing is halted, and why. Safe to use from every thread.

    Nothing lifts it but a restart after `attestor resume`: with new keys, signing would go on.
    """

    def __init__(self, tell: Callable[[SigningHalted], None]) -> None:
        self._tell = tell
        self._lock = threading.Lock()
        self._reason: str | None = None
        self.error: SigningHalted | None = None
        """What clients are told, from the moment on in which signing is halted."""
        self.halted: SigningHalted | None = None
        """The same, once whoever serves clients knows it."""

    @property
    def reason(self) -> str | None:
        """Why nothing is signed any more; None while signing goes on."""
        return self._reason

    def halt(self, reason: str) -> None:
        """Sign and serve no proof until the operator acts. A second reason changes nothing."""
        with self._lock:
            if self._reason is not None:
                return
            self._reason = reason
            self.error = SigningHalted(
                "nothing is signed or served: the engines disagree on the result of a program",
                hint="the operator has to act: docs/incidents.md, engines that disagree",
            )
        logger.bind(event=Event.SIGNING_HALTED).critical(
            "signing is halted, the engines disagree: {}", reason
        )
        self._tell(self.error)
        self.halted = self.error

    def takes(self, error: AttestorError) -> bool:
        """Halt if `error` says that the engines disagree; whether it does.

        Ending the daemon instead would let its supervisor start it anew, with new keys.
        """
        if not isinstance(error, EnginesDisagree | SigningHalted):
            return False
        self.halt(error.message)
        return True

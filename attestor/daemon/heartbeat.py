"""The duty of noticing that the signer process stands still: stopped, hung, or starved."""

import threading
from typing import Protocol

PAUSE_SECONDS = 2.0
ANSWER_SECONDS = 1.0
DEADLINE_SECONDS = 6.0
"""Silence after which the daemon is not healthy; four times of it end it."""


class Answering(Protocol):
    """The signer process, as far as it is asked: `signer.client.SignerProcess`."""

    def require_alive(self) -> None: ...

    def answers(self, seconds: float) -> bool: ...


class HeartbeatDuty:
    """A step ends when the process answers: how long it takes is in the duty's record."""

    name = "signer"
    interval = PAUSE_SECONDS
    deadline = DEADLINE_SECONDS

    def __init__(self, signer: Answering) -> None:
        self._signer = signer
        self._stop = threading.Event()

    def step(self) -> None:
        """Raises `SignerGone`."""
        while not self._stop.is_set():
            self._signer.require_alive()
            if self._signer.answers(ANSWER_SECONDS):
                return

    def close(self) -> None:
        """Ask no more."""
        self._stop.set()

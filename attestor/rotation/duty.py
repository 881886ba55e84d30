"""The duty of following the chain and rotating signers."""

from collections.abc import Callable
from typing import Protocol

from attestor.rotation.loop import Rotation

DEADLINE_SECONDS = 120.0
"""A head may bring some actions, each with several calls to endpoints that are slow to time out."""


class SignerState(Protocol):
    """The signer process, as far as its life goes: `signer.client.SignerProcess`."""

    def require_alive(self) -> None: ...

    def addresses(self) -> list[bytes]: ...


class RotationDuty:
    """Steps the rotation; once signing is halted, it only closes what the halt left open.

    `halted` gives the reason of a halt, or None.
    """

    name = "rotation"
    deadline = DEADLINE_SECONDS

    def __init__(
        self,
        signer: SignerState,
        rotation: Rotation,
        halted: Callable[[], str | None],
        interval: float,
    ) -> None:
        self.interval = interval
        self._signer = signer
        self._rotation = rotation
        self._halted = halted
        self._closed = False

    def step(self) -> None:
        """Raises `SignerGone` and other `Fatal` errors."""
        self._signer.require_alive()
        reason = self._halted()
        if reason is None:
            self._rotation.step()
        elif not self._closed:
            held = self._signer.addresses()
            self._rotation.recover(held, f"the engines disagree: {reason}")
            self._closed = not held

    def close(self) -> None:
        """A step ends by itself: its calls have timeouts."""

"""Every error that attestor raises on purpose.

The four classes say what a caller does next; each leaf has a `code` that is stable across
releases (it is in JSON answers, in the journal and in metrics). Raise the most exact leaf, say
what was wrong and where in the message, and what to do about it in `hint`.
"""

from typing import ClassVar


class AttestorError(Exception):
    """Base of all errors of attestor. `str(error)` is the message with its hint."""

    code: ClassVar[str] = "attestor_error"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class Transient(AttestorError):
    """May go away by itself: try again, with back-off."""

    exit_code = 3


class Rejected(AttestorError):
    """The input was refused and will be refused again: do not retry it unchanged."""

    exit_code = 4


class Misconfigured(AttestorError):
    """The operator has to change something; the message says what."""

    exit_code = 2


class Fatal(AttestorError):
    """State that can no longer be trusted: stop signing."""

    exit_code = 70


# --- configuration -----------------------------------------------------------------------------


class ConfigurationInvalid(Misconfigured):
    code = "configuration_invalid"


class SimulationRefused(Misconfigured):
    """A simulated platform or its root was asked for outside of a development chain."""

    code = "simulation_refused"


# --- processes ---------------------------------------------------------------------------------


class FrameInvalid(Fatal):
    """A process of ours sent bytes that are not a frame."""

    code = "frame_invalid"

"""The base class of all errors, and the four classes that say what a caller does next."""

from typing import ClassVar


class AttestorError(Exception):
    """Base of all errors of attestor. `str(error)` is the message with its hint."""

    code: ClassVar[str] = "attestor_error"
    exit_code: ClassVar[int] = 1
    advice: ClassVar[str] = ""
    """What to do about it, whoever meets it; `hint` is about one occurrence."""

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    @property
    def lines(self) -> list[str]:
        """What a command prints when it ends by this error."""
        return [f"{self} [{self.code}]"]


class Transient(AttestorError):
    """May resolve by itself: retry with back-off."""

    exit_code = 3
    advice = "Nothing at first: it is tried again. If it lasts, the message names the cause."


class Rejected(AttestorError):
    """The input was refused and would be refused again: do not retry unchanged."""

    exit_code = 4
    advice = "Change the input as the message says."


class Misconfigured(AttestorError):
    """The operator must change something; the message says what."""

    exit_code = 2
    advice = "Change what the message names."


class Fatal(AttestorError):
    """The process's state can no longer be trusted: stop signing."""

    exit_code = 70
    advice = "The log has the reason. Signing stops until it is resolved."


def restore(code: str, message: str, hint: str | None) -> AttestorError:
    """The error that another attestor process reported by its code."""
    for leaf in _all_classes():
        if leaf.__dict__.get("code") == code:
            return leaf(message, hint=hint)
    return AttestorError(f"{message} [{code}]", hint=hint)


def error_codes() -> list[str]:
    """The codes of all classes that are imported."""
    return [leaf.code for leaf in _all_classes()]


def _all_classes() -> list[type[AttestorError]]:
    found = [AttestorError]
    for leaf in found:
        found.extend(leaf.__subclasses__())
    return found

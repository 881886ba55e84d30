"""What the client does at the moment."""

from enum import StrEnum


class Stage(StrEnum):
    """What a call of `prove` does at the moment, in this order; the first only where the service
    does not have the program yet."""

    SENDING = "sending"
    PROVING = "proving"
    """The service runs the program."""
    FETCHING = "fetching"
    VERIFYING = "verifying"

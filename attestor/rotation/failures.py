"""Failures of the rotation, told without filling the log or the disk."""

from collections.abc import Callable
from contextlib import suppress

from loguru import logger

from attestor.core.events import Event
from attestor.core.text import to_hex
from attestor.errors import AttestorError, Transient
from attestor.observe.repeated import Repeated
from attestor.store.history import History


class Failures:
    """A line when a failure begins or changes, at a growing pace as long as it lasts, and one when
    it has passed. The history has its beginning alone."""

    def __init__(self, history: History, clock: Callable[[], float]) -> None:
        """`clock` is monotonic."""
        self._history = history
        self._repeated = Repeated(clock)

    def note(self, what: str, error: AttestorError, signer: bytes | None = None) -> None:
        """`what` failed, perhaps again."""
        told = self._repeated.failed(what, error.code)
        if told is None:
            return
        again = f", {told.times} times in a row" if told.times > 1 else ""
        logger.bind(event=Event.STEP_FAILED).warning(
            "{} failed{}: {} [{}]", what, again, error, error.code
        )
        if told.is_new:
            # A database that cannot be written at the moment must not hide what failed.
            with suppress(Transient):
                self._history.step_failed(signer, what, error.code, str(error))
        elif signer is not None:
            logger.debug("it concerned signer {}", to_hex(signer))

    def passed(self, what: str) -> None:
        """`what` was done."""
        if (failures := self._repeated.passed(what)) > 1:
            logger.bind(event=Event.STEP_WORKS).info(
                "{} works again, after {} failures", what, failures
            )

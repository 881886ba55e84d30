"""Failures of the rotation, told without filling the log or the disk."""

from contextlib import suppress
from dataclasses import dataclass

from loguru import logger

from attestor.core.text import to_hex
from attestor.errors import AttestorError, Transient
from attestor.store.history import History


@dataclass(frozen=True)
class _Lasting:
    code: str
    times: int


class Failures:
    """One line when a failure begins or changes, then at its 2nd, 4th, 8th … time, and one when it
    has passed. The history has its beginning alone."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._lasting: dict[str, _Lasting] = {}

    def note(self, what: str, error: AttestorError, signer: bytes | None = None) -> None:
        """`what` failed, perhaps again."""
        known = self._lasting.get(what)
        if known is None or known.code != error.code:
            self._lasting[what] = _Lasting(error.code, 1)
            logger.warning("{} failed: {} [{}]", what, error, error.code)
            # A database that cannot be written at the moment must not hide what failed.
            with suppress(Transient):
                self._history.step_failed(signer, what, error.code, str(error))
            return
        times = known.times + 1
        self._lasting[what] = _Lasting(error.code, times)
        if times & (times - 1) == 0:
            logger.warning("{} failed {} times: {} [{}]", what, times, error, error.code)
        if signer is not None:
            logger.debug("it concerned signer {}", to_hex(signer))

    def passed(self, what: str) -> None:
        """`what` was done."""
        known = self._lasting.pop(what, None)
        if known is not None and known.times > 1:
            logger.info("{} works again, after {} failures", what, known.times)

"""Failures of the rotation, told without filling the log or the disk."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from loguru import logger

from attestor.core.service_view import Problem
from attestor.core.text import to_hex
from attestor.errors import AttestorError, Transient
from attestor.observe.repeated import Repeated
from attestor.store.history import History

FOLLOWING, SETTLING, ROTATING = "following the chain", "settling", "the rotation"
"""What may fail."""
KINDS_KEPT = 32


class Failures:
    """A line when a failure begins or changes, at a growing pace as long as it lasts, and one when
    it has passed. The history has its beginning alone. What stands may be read by any thread."""

    def __init__(
        self,
        history: History,
        clock: Callable[[], float],
        wall: Callable[[], float] = time.time,
    ) -> None:
        """`clock` is monotonic, `wall` says when something was."""
        self._history = history
        self._repeated = Repeated(clock)
        self._wall = wall
        self._standing: dict[str, Problem] = {}
        self._last: dict[str, Problem] = {}
        self._counts: Counter[tuple[str, str]] = Counter()

    def standing(self, what: str) -> Problem | None:
        """What `what` failed with, since it last passed."""
        return self._standing.get(what)

    @property
    def counts(self) -> dict[tuple[str, str], int]:
        """Since the start, by what failed and the code."""
        return dict(self._counts)

    @property
    def last(self) -> tuple[Problem, ...]:
        """One of each code, the last one first: `times` counts all of them since the start."""
        return tuple(sorted(self._last.values(), key=lambda one: one.since, reverse=True))

    def note(self, what: str, error: AttestorError, signer: bytes | None = None) -> None:
        """`what` failed, perhaps again."""
        self._keep(what, error)
        told = self._repeated.failed(what, error.code)
        if told is None:
            return
        again = f", {told.times} times in a row" if told.times > 1 else ""
        logger.warning("{} failed{}: {} [{}]", what, again, error, error.code)
        if told.is_new:
            # A database that cannot be written at the moment must not hide what failed.
            with suppress(Transient):
                self._history.step_failed(signer, what, error.code, str(error))
        elif signer is not None:
            logger.debug("it concerned signer {}", to_hex(signer))

    def passed(self, what: str) -> None:
        """`what` was done."""
        self._standing = {name: known for name, known in self._standing.items() if name != what}
        if (failures := self._repeated.passed(what)) > 1:
            logger.info("{} works again, after {} failures", what, failures)

    def _keep(self, what: str, error: AttestorError) -> None:
        """Dictionaries are replaced, and not changed: others read them."""
        now, known = self._wall(), self._standing.get(what)
        times, since = (known.times + 1, known.since) if known is not None else (1, now)
        self._standing = {**self._standing, what: Problem.of(error, times, since)}
        counts = self._counts + Counter([(what, error.code)])
        total = sum(count for (_, code), count in counts.items() if code == error.code)
        last = {**self._last, error.code: Problem.of(error, total, now)}
        while len(last) > KINDS_KEPT:
            del last[min(last, key=lambda code: last[code].since)]
        self._counts, self._last = counts, last
